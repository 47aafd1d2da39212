"""The connection that the adapters share: what it refuses, and the first start of several processes at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database import UnsupportedDatabase, connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from haberdasher.testing.ledger import append, current_names
from tests.support.services import DATABASES, database_url


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://x/y", "mysql+pymysql://x/y"])
def test_other_databases_are_refused_by_name(url: str) -> None:
    """A database in memory, another driver or another server raises `UnsupportedDatabase`, and says what would do."""
    with pytest.raises(UnsupportedDatabase, match=r"file|sqlite:///"):
        connect(url)


@pytest.mark.parametrize("kind", DATABASES)
def test_processes_may_start_at_once(kind: str, tmp_path: Path) -> None:
    """Four starts race to create the tables of a new database; all succeed, and all can write."""

    def start(number: int) -> None:
        engine = connect(url)
        create_event_log_tables(engine)
        SqlEventLog(engine, current_names(), "main").commit(append(f"main/ledger-{number}", 0, 1))
        engine.dispose()

    for _ in range(10):
        with database_url(kind, tmp_path) as url, ThreadPoolExecutor(4) as threads:
            list(threads.map(start, range(4)))
            engine = connect(url)
            assert SqlEventLog(engine, current_names(), "main").head() == 4
            engine.dispose()


def test_an_sqlite_commit_is_durable(tmp_path: Path) -> None:
    """Every connection to SQLite syncs each commit, overwrites what is deleted, and fires triggers on REPLACE."""
    with database_url("sqlite", tmp_path) as url:
        engine = connect(url)
        with engine.connect() as connection:
            pragmas = ("journal_mode", "synchronous", "secure_delete", "recursive_triggers", "foreign_keys")
            shown = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in pragmas]
        engine.dispose()
    assert shown == ["wal", 2, 1, 1, 1]
