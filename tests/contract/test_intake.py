from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database import connect
from adapters.intake import MemoryIntakeLog, SqlIntakeLog
from haberdasher.testing.intake import IntakeLogContract, MakeIntakeLog
from tests.support.services import DATABASES, database_url


class TestMemoryIntakeLog(IntakeLogContract):
    @pytest.fixture
    def make(self) -> MakeIntakeLog:
        logs = {tenant: MemoryIntakeLog(tenant) for tenant in ("main", "other")}
        return lambda tenant: logs[tenant]


class TestSqlIntakeLog(IntakeLogContract):
    @pytest.fixture(params=DATABASES)
    def make(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeIntakeLog]:
        with database_url(request.param, tmp_path) as url:
            engine = connect(url)
            yield lambda tenant: SqlIntakeLog(engine, tenant)
            engine.dispose()
