"""Appending to `events`: as fast as the driver goes, in positions that grow in commit order."""

import sqlite3
from collections.abc import Sequence

import psycopg
from sqlalchemy import Connection, text

from adapters.event_log.codec import NewRow
from ports.event_log import StreamConflict

#: A follower only needs a hint that something came; the channel is the same for all tenants.
CHANNEL = "haberdasher_events"
#: From here on COPY beats its own overhead.
COPY_FROM = 64

_HEAD = text("SELECT coalesce(max(position), 0) FROM events")
_TENANT_HEAD = text("SELECT max(position) FROM events WHERE tenant = :tenant")
_INSERT = "INSERT INTO events (position, tenant, stream, version, topic, state) VALUES "
_COPY = "COPY events (position, tenant, stream, version, topic, state) FROM STDIN (FORMAT BINARY)"
_COPY_TYPES = ("int8", "text", "text", "int4", "text", "bytea")


def lock_events(connection: Connection) -> None:
    """Wait until nobody else appends. An SQLite writer has waited in BEGIN IMMEDIATE already."""
    if connection.dialect.name == "postgresql":
        # Without it a transaction that took its positions early could commit late, behind a follower's back.
        connection.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))


def head_of(connection: Connection, tenant: str) -> int | None:
    """Return the largest position of a tenant, None if it has no event."""
    head: int | None = connection.execute(_TENANT_HEAD, {"tenant": tenant}).scalar_one()
    return head


def append_rows(connection: Connection, rows: Sequence[NewRow]) -> Sequence[int]:
    """Insert `rows` under `lock_events`; return positions. Errors: `StreamConflict` if a (stream, version) is taken."""
    if not rows:
        return ()
    postgresql = connection.dialect.name == "postgresql"
    head: int = connection.execute(_HEAD).scalar_one()
    positions = range(head + 1, head + 1 + len(rows))
    try:
        if not postgresql:
            _insert(connection, rows)
        elif len(rows) < COPY_FROM:
            _insert_postgresql(connection, positions, rows)
        else:
            _copy(connection, positions, rows)
    except (sqlite3.IntegrityError, psycopg.errors.UniqueViolation) as error:
        raise StreamConflict(f"a stream has moved on: {error}") from error
    if postgresql:
        connection.execute(text(f"NOTIFY {CHANNEL}"))
    return positions


def _insert(connection: Connection, rows: Sequence[NewRow]) -> None:
    # The transaction is IMMEDIATE: nobody else writes, so SQLite numbers on from the head.
    connection.connection.cursor().executemany(_INSERT + "(NULL, ?, ?, ?, ?, ?)", rows)


def _insert_postgresql(connection: Connection, positions: Sequence[int], rows: Sequence[NewRow]) -> None:
    numbered = [(position, *row) for position, row in zip(positions, rows, strict=True)]
    connection.connection.cursor().executemany(_INSERT + "(%s, %s, %s, %s, %s, %s)", numbered)


def _copy(connection: Connection, positions: Sequence[int], rows: Sequence[NewRow]) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor().copy(_COPY) as copy:
        copy.set_types(_COPY_TYPES)
        write_row = copy.write_row
        for position, row in zip(positions, rows, strict=True):
            write_row((position, *row))
