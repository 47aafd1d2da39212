"""The promises of `Idempotency`, on every adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database import connect
from adapters.idempotency import MemoryIdempotency, SqlIdempotency
from haberdasher.testing.idempotency import IdempotencyContract, MakeIdempotency
from ports.idempotency import Idempotency
from tests.support.services import DATABASES, database_url


class TestMemoryIdempotency(IdempotencyContract):
    @pytest.fixture
    def make(self) -> MakeIdempotency:
        known: dict[str, Idempotency] = {}
        return lambda tenant: known.setdefault(tenant, MemoryIdempotency())


@pytest.mark.parametrize("kind", DATABASES)
class TestSqlIdempotency(IdempotencyContract):
    @pytest.fixture
    def make(self, kind: str, tmp_path: Path) -> Iterator[MakeIdempotency]:
        with database_url(kind, tmp_path) as url:
            engine = connect(url)
            yield lambda tenant: SqlIdempotency(engine, tenant)
            engine.dispose()
