"""The contract tests that the eventsourcing library ships, over our recorders on both databases."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import enumerate as enumerate_threads
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import SqlRecorder, SqlSnapshotRecorder, create_event_log_tables
from tests.support.services import database_url


class OnSqlite:
    """Gives every test an engine over a new database. `setUp` and `tearDown` are unittest's."""

    database: ClassVar[str] = "sqlite"

    def setUp(self) -> None:
        self.resources = ExitStack()
        self.threads_before = set(enumerate_threads())
        folder = Path(self.resources.enter_context(TemporaryDirectory()))
        self.engine: Engine = connect(self.resources.enter_context(database_url(self.database, folder)))
        self.resources.callback(self.engine.dispose)
        create_event_log_tables(self.engine)

    def tearDown(self) -> None:
        # Some of the shipped tests leave their readers running.
        for thread in set(enumerate_threads()) - self.threads_before:
            thread.join(timeout=10)
        self.resources.close()

    def new_originator_id(self) -> str:
        return uuid4().hex

    def create_recorder(self) -> Any:
        return SqlRecorder(self.engine, "main")


class OnPostgresql(OnSqlite):
    database = "postgresql"


class TestSnapshotsOnSqlite(OnSqlite, AggregateRecorderTestCase):
    def create_recorder(self) -> SqlSnapshotRecorder:
        return SqlSnapshotRecorder(self.engine, "main")


class TestSnapshotsOnPostgresql(OnPostgresql, AggregateRecorderTestCase):
    def create_recorder(self) -> SqlSnapshotRecorder:
        return SqlSnapshotRecorder(self.engine, "main")


class TestApplicationOnSqlite(OnSqlite, ApplicationRecorderTestCase[SqlRecorder]):
    def test_insert_subscribe(self) -> None:
        """A subscription returns what was and what is being recorded, and ends when stopped."""
        self.optional_test_insert_subscribe()


class TestApplicationOnPostgresql(OnPostgresql, ApplicationRecorderTestCase[SqlRecorder]):
    def test_insert_subscribe(self) -> None:
        """A subscription returns what was and what is being recorded, and ends when stopped."""
        self.optional_test_insert_subscribe()


class TestTrackingOnSqlite(OnSqlite, TrackingRecorderTestCase): ...


class TestTrackingOnPostgresql(OnPostgresql, TrackingRecorderTestCase): ...


class TestProcessOnSqlite(OnSqlite, ProcessRecorderTestCase): ...


class TestProcessOnPostgresql(OnPostgresql, ProcessRecorderTestCase): ...


class TestInterleavingOnSqlite(OnSqlite, NonInterleavingNotificationIDsBaseCase): ...


class TestInterleavingOnPostgresql(OnPostgresql, NonInterleavingNotificationIDsBaseCase): ...


@pytest.fixture(autouse=True)
def _quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The shipped tests print their timings."""
    yield
    capfd.readouterr()
