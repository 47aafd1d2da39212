from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.database import connect
from adapters.intake import SqlIntakeLog
from haberdasher.testing.intake import arrival
from tests.support.services import DATABASES, database_url

CHANGES = [
    "UPDATE {table} SET source = 'x'",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE position = 1",
]
TAMPERING = {
    "UPDATE intake SET sealed = fingerprint WHERE position = 3": 3,
    "UPDATE intake SET refusal = 'x' WHERE position = 1": 1,
    "UPDATE intake SET received_at = received_at + 1 WHERE position = 5": 5,
    "UPDATE intake SET digest = fingerprint WHERE position = 2": 2,
    "UPDATE intake SET source = source || 'e', source_event_id = substr(source_event_id, 2) WHERE position = 4": 4,
    "DELETE FROM intake WHERE position = 2": 2,
    "DELETE FROM intake WHERE position = 1": 1,
    "DELETE FROM intake WHERE position = 5": 5,
    "DELETE FROM intake": 1,
}


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with five arrivals in the intake log of `main`."""
    with database_url(request.param, tmp_path) as url:
        engine = connect(url)
        SqlIntakeLog(engine, "main").append([arrival(f"e{n}") for n in range(1, 6)])
        yield engine
        engine.dispose()


def execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def drop_triggers(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        execute(engine, "DROP TRIGGER intake_refuses_change ON intake")
    else:
        execute(engine, "DROP TRIGGER intake_refuses_update")
        execute(engine, "DROP TRIGGER intake_refuses_delete")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["intake", "intake_keys"])
def test_the_database_refuses_change(engine: Engine, table: str, change: str) -> None:
    """UPDATE and DELETE fail in the database itself, on the log and on its unique keys."""
    with pytest.raises(DBAPIError, match="append-only"):
        execute(engine, change.format(table=table))
    assert SqlIntakeLog(engine, "main").verify() is None


@pytest.mark.parametrize("table", ["intake", "intake_keys"])
def test_the_database_refuses_to_empty_or_replace(engine: Engine, table: str) -> None:
    """PostgreSQL's TRUNCATE and SQLite's REPLACE fail as well."""
    statement = (
        f"TRUNCATE {table}"
        if engine.dialect.name == "postgresql"
        else f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    )
    with pytest.raises(DBAPIError, match="append-only"):
        execute(engine, statement)


@pytest.mark.parametrize("tampering", TAMPERING)
def test_tampering_is_found_where_it_happened(engine: Engine, tampering: str) -> None:
    """Whoever gets around the triggers breaks the chain: `verify` names the first position, a missing end included."""
    drop_triggers(engine)
    execute(engine, tampering)
    assert SqlIntakeLog(engine, "main").verify() == TAMPERING[tampering]
