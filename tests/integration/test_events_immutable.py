"""What is in the event log stays there, whoever holds the connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.database import connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from haberdasher.testing.ledger import append, current_names
from tests.support.services import DATABASES, database_url


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with three events in the log of `main`."""
    with database_url(request.param, tmp_path) as url:
        engine = connect(url)
        create_event_log_tables(engine)
        SqlEventLog(engine, current_names(), "main").commit(append("s", 0, 1, 2, 3))
        yield engine
        engine.dispose()


@pytest.mark.parametrize(
    "change", ["UPDATE events SET topic = 'x'", "DELETE FROM events", "DELETE FROM events WHERE position = 1"]
)
def test_the_database_refuses_change(engine: Engine, change: str) -> None:
    """UPDATE and DELETE fail in the database itself, and what was stored is still read."""
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    assert [recorded.version for recorded in SqlEventLog(engine, current_names(), "main").read("s")] == [1, 2, 3]


def test_the_database_refuses_to_replace_or_truncate(engine: Engine) -> None:
    """The ways around row triggers are closed too: REPLACE in SQLite, TRUNCATE in PostgreSQL."""
    ways_around = {
        "sqlite": "INSERT OR REPLACE INTO events SELECT position, tenant, stream, version, 'x', state FROM events",
        "postgresql": "TRUNCATE events",
    }
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(ways_around[engine.dialect.name]))
    assert [recorded.version for recorded in SqlEventLog(engine, current_names(), "main").read("s")] == [1, 2, 3]
