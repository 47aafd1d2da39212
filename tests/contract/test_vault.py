from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database import connect
from adapters.vault import EnvelopeKeyring, MemoryKeyStore, MemoryVault, SqlKeyStore, SqlVault
from haberdasher.testing.keyring import KeyringContract, MakeKeyring
from haberdasher.testing.vault import MakeVault, VaultContract
from ports.vault import Keyring, Vault
from tests.support.services import DATABASES, database_url

MASTER_KEY = b"m" * 32
PEPPER = b"p" * 32


class TestMemoryKeyring(KeyringContract):
    @pytest.fixture
    def make(self) -> MakeKeyring:
        stores = {"main": MemoryKeyStore(), "other": MemoryKeyStore()}
        return lambda tenant: EnvelopeKeyring(stores[tenant], tenant, MASTER_KEY)


class TestSqlKeyring(KeyringContract):
    @pytest.fixture(params=DATABASES)
    def make(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeKeyring]:
        with database_url(request.param, tmp_path) as url:
            engine = connect(url)
            yield lambda tenant: EnvelopeKeyring(SqlKeyStore(engine, tenant), tenant, MASTER_KEY)
            engine.dispose()


class TestMemoryVault(VaultContract):
    @pytest.fixture
    def make(self) -> MakeVault:
        made: dict[str, tuple[Vault, Keyring]] = {}

        def make(tenant: str) -> tuple[Vault, Keyring]:
            if tenant not in made:
                keyring = EnvelopeKeyring(MemoryKeyStore(), tenant, MASTER_KEY)
                made[tenant] = MemoryVault(keyring), keyring
            return made[tenant]

        return make


class TestSqlVault(VaultContract):
    @pytest.fixture(params=DATABASES)
    def make(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeVault]:
        with database_url(request.param, tmp_path) as url, database_url(request.param, tmp_path) as keys_url:
            engine, keys = connect(url), connect(keys_url)

            def make(tenant: str) -> tuple[Vault, Keyring]:
                keyring = EnvelopeKeyring(SqlKeyStore(keys, tenant), tenant, MASTER_KEY)
                return SqlVault(engine, tenant, PEPPER, keyring), keyring

            yield make
            engine.dispose()
            keys.dispose()
