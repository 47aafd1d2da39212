from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database import connect
from adapters.vault import EnvelopeKeyring, MemoryKeyStore, MemorySuppression, SqlKeyStore, SqlSuppression
from haberdasher.testing.suppression import ADA, NOON, MakeSuppression, SuppressionContract
from tests.support.services import DATABASES, database_url

MASTER_KEY = b"m" * 32


class TestMemorySuppression(SuppressionContract):
    @pytest.fixture
    def make(self) -> MakeSuppression:
        lists = {"main": MemorySuppression(), "other": MemorySuppression()}
        return lists.__getitem__


class TestSqlSuppression(SuppressionContract):
    @pytest.fixture(params=DATABASES)
    def make(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeSuppression]:
        with database_url(request.param, tmp_path) as url:
            engine = connect(url)
            yield lambda tenant: SqlSuppression(
                engine, tenant, EnvelopeKeyring(SqlKeyStore(engine, tenant), tenant, MASTER_KEY)
            )
            engine.dispose()


def test_the_list_names_nobody_on_disk(tmp_path: Path) -> None:
    """Neither a value nor the secret of the digests is among the bytes of the database."""
    engine = connect(f"sqlite:///{tmp_path}/keys.db")
    known = SqlSuppression(engine, "main", EnvelopeKeyring(SqlKeyStore(engine, "main"), "main", MASTER_KEY))
    known.add([ADA], NOON)
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    engine.dispose()
    assert known._digest(ADA) in everything
    assert ADA.value.encode() not in everything
    assert known._secret not in everything


def test_without_its_key_the_list_is_refused(tmp_path: Path) -> None:
    """A list whose key is gone would let everybody back in: it does not start."""
    engine = connect(f"sqlite:///{tmp_path}/list.db")
    keyring = EnvelopeKeyring(MemoryKeyStore(), "main", MASTER_KEY)
    SqlSuppression(engine, "main", keyring)
    keyring.destroy(["suppression:list"])
    with pytest.raises(ValueError, match="suppression:list"):
        SqlSuppression(engine, "main", keyring)
    engine.dispose()
