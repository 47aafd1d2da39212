"""The contracts of the event log and the read models, over every adapter."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore, SqlEventLog, create_event_log_tables
from adapters.read_models import SqlReadModels
from haberdasher.testing.event_log import EventLogContract, MakeEventLog
from haberdasher.testing.ledger import current_names
from haberdasher.testing.read_models import MakeReadModels, ReadModelsContract
from tests.support.services import DATABASES, database_url


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with database_url(request.param, tmp_path) as url:
        engine = connect(url)
        create_event_log_tables(engine)
        yield engine
        engine.dispose()


class TestMemoryEventLog(EventLogContract):
    @pytest.fixture
    def make(self) -> MakeEventLog:
        stores: defaultdict[str, MemoryStore] = defaultdict(MemoryStore)
        return lambda names, tenant: MemoryEventLog(names, stores[tenant])


class TestSqlEventLog(EventLogContract):
    @pytest.fixture
    def make(self, engine: Engine) -> MakeEventLog:
        return lambda names, tenant: SqlEventLog(engine, names, tenant)


class TestMemoryReadModels(ReadModelsContract):
    @pytest.fixture
    def make(self) -> MakeReadModels:
        stores: defaultdict[str, MemoryStore] = defaultdict(MemoryStore)
        return lambda tenant: (MemoryEventLog(current_names(), stores[tenant]), MemoryReadModels(stores[tenant]))


class TestSqlReadModels(ReadModelsContract):
    @pytest.fixture
    def make(self, engine: Engine) -> MakeReadModels:
        return lambda tenant: (SqlEventLog(engine, current_names(), tenant), SqlReadModels(engine, tenant))
