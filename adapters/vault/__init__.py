"""Identifiers and keys. The keys belong in a database of their own: a backup of the log must not hold them."""

from adapters.vault.key_stores import MemoryKeyStore, SqlKeyStore
from adapters.vault.keyring import EnvelopeKeyring, MasterKeyRefused
from adapters.vault.memory_vault import MemoryVault
from adapters.vault.sql_vault import SqlVault

__all__ = ["EnvelopeKeyring", "MasterKeyRefused", "MemoryKeyStore", "MemoryVault", "SqlKeyStore", "SqlVault"]
