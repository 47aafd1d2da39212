"""Identifiers and keys. The keys belong in a database of their own: a backup of the log must not hold them."""

from adapters.vault.disk import rewrite
from adapters.vault.key_stores import MemoryKeyStore, SqlKeyStore
from adapters.vault.keyring import EnvelopeKeyring, MasterKeyRefused
from adapters.vault.memory_vault import MemoryVault
from adapters.vault.rotation import Rotated, rotate_pepper, vault_tenants
from adapters.vault.sql_vault import SqlVault
from adapters.vault.suppression import MemorySuppression, SqlSuppression

__all__ = [
    "EnvelopeKeyring",
    "MasterKeyRefused",
    "MemoryKeyStore",
    "MemorySuppression",
    "MemoryVault",
    "Rotated",
    "SqlKeyStore",
    "SqlSuppression",
    "SqlVault",
    "rewrite",
    "rotate_pepper",
    "vault_tenants",
]
