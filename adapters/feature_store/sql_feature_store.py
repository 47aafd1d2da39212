"""In SQLite or PostgreSQL: one row for each entry, and one for each writer that has the number of its last token."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import msgspec
import psycopg
from attrs import define
from sqlalchemy import BigInteger, Column, Connection, Double, Engine, LargeBinary, MetaData, Table, text
from sqlalchemy.exc import InterfaceError, OperationalError

from adapters.database import DatabaseBusy, create_tables, fetch, text_key, write
from ports.feature_store import Entry, Fenced, Found, Key, StoreUnavailable, Token, names_of, newest_of

_metadata = MetaData()
Table(
    "feature_values",
    _metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("name", text_key(), primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("at", Double, nullable=False),  # Unix seconds
    Column("expires_at", Double),  # Unix seconds, NULL for never
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Table(
    "feature_writers",
    _metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("writer", text_key(), primary_key=True),
    Column("token", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
#: The row that counts the tokens of a tenant: whoever updates it waits for who did before.
_COUNTER = ""
_COUNT = text(
    "INSERT INTO feature_writers (tenant, writer, token) VALUES (:tenant, :writer, 1)"
    " ON CONFLICT (tenant, writer) DO UPDATE SET token = feature_writers.token + 1 RETURNING token"
)
_TAKE = text(
    "INSERT INTO feature_writers (tenant, writer, token) VALUES (:tenant, :writer, :token)"
    " ON CONFLICT (tenant, writer) DO UPDATE SET token = excluded.token"
)
# Locked until the commit: whoever acquires waits for a put that has begun, and none begins after it.
_HOLDS = {
    "sqlite": text("SELECT token FROM feature_writers WHERE tenant = :tenant AND writer = :writer"),
    "postgresql": text("SELECT token FROM feature_writers WHERE tenant = :tenant AND writer = :writer FOR SHARE"),
}
_UNLESS_OUTDONE = (
    " ON CONFLICT (tenant, name) DO UPDATE SET token = excluded.token, version = excluded.version, at = excluded.at,"
    " expires_at = excluded.expires_at, value = excluded.value WHERE (excluded.token, excluded.version, excluded.at)"
    " >= (feature_values.token, feature_values.version, feature_values.at)"
)
_PUT = {
    "sqlite": "INSERT INTO feature_values (tenant, name, token, version, at, expires_at, value)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)",
    "postgresql": "INSERT INTO feature_values (tenant, name, token, version, at, expires_at, value)"
    " SELECT %s, name, %s, version, at, expires_at, value"
    " FROM unnest(%s::text[], %s::bigint[], %s::float8[], %s::float8[], %s::bytea[])"
    " AS given (name, version, at, expires_at, value)",
}
_GET = {
    "sqlite": "SELECT name, version, at, expires_at <= :now, value FROM feature_values"
    " WHERE tenant = :tenant AND name IN (SELECT value FROM json_each(:names))",
    "postgresql": "SELECT name, version, at, expires_at <= %(now)s, value FROM feature_values"
    " WHERE tenant = %(tenant)s AND name = ANY (%(names)s::text[])",
}
_ANY = {
    "sqlite": "SELECT 1 FROM feature_values WHERE tenant = :tenant LIMIT 1",
    "postgresql": "SELECT 1 FROM feature_values WHERE tenant = %(tenant)s LIMIT 1",
}
_ABANDON = text("DELETE FROM feature_values WHERE tenant = :tenant")
_DELETE = {
    "sqlite": text(
        "DELETE FROM feature_values WHERE tenant = :tenant AND name IN (SELECT value FROM json_each(:names))"
    ),
    "postgresql": text("DELETE FROM feature_values WHERE tenant = :tenant AND name = ANY (CAST(:names AS text[]))"),
}
_PURGE = text("DELETE FROM feature_values WHERE tenant = :tenant AND expires_at < :before")


@define(eq=False)
class SqlFeatureStore:
    """A put is one transaction, a get one statement. The engine stays its owner's."""

    _engine: Engine
    _tenant: str

    def __attrs_post_init__(self) -> None:
        create_tables(self._engine, _metadata)

    def acquire(self, writer: str) -> Token:
        if not writer or "\0" in writer:
            raise ValueError("writer: expected a name without NUL")
        with _available(), write(self._engine) as connection:
            number = connection.execute(_COUNT, {"tenant": self._tenant, "writer": _COUNTER}).scalar_one()
            connection.execute(_TAKE, {"tenant": self._tenant, "writer": writer, "token": number})
            return Token(writer, number)

    def put(self, entries: Sequence[Entry], token: Token) -> int:
        newest = newest_of(entries)  # PostgreSQL refuses to change a row twice in one statement
        of = {"tenant": self._tenant, "writer": token.writer}
        with _available(), write(self._engine) as connection:
            held = connection.execute(_HOLDS[self._engine.dialect.name], of).scalar_one_or_none()
            if held != token.number:
                raise Fenced(f"{token.writer}: token {token.number} is not the last one, which is {held}")
            # In one order for everybody, so that no two puts wait for each other.
            return self._write(connection, sorted(newest.items()), token.number) if newest else 0

    def _write(self, connection: Connection, entries: Sequence[tuple[str, Entry]], number: int) -> int:
        # SQLAlchemy would compile and check each row, at twice the cost of storing it.
        cursor = connection.connection.cursor()
        rows = [
            (name, one.version, one.at, None if one.ttl_s is None else one.expires_at, one.value)
            for name, one in entries
        ]
        statement = _PUT[self._engine.dialect.name] + _UNLESS_OUTDONE
        if self._engine.dialect.name == "sqlite":
            cursor.executemany(statement, [(self._tenant, row[0], number, *row[1:]) for row in rows])
        else:
            cursor.execute(statement, (self._tenant, number, *map(list, zip(*rows, strict=True))))
        return int(cursor.rowcount)

    def get(self, keys: Sequence[Key], now: float) -> Sequence[Found | None]:
        names = names_of(keys)
        if not names:
            return []
        with _available():
            rows = fetch(self._engine, _GET, {"tenant": self._tenant, "now": now, "names": self._list(names)})
        found = {name: Found(version, at, bytes(value), bool(stale)) for name, version, at, stale, value in rows}
        return [found.get(name) for name in names]

    def delete(self, keys: Sequence[Key]) -> int:
        among = {"tenant": self._tenant, "names": self._list(names_of(keys))}
        with _available(), write(self._engine) as connection:
            return connection.execute(_DELETE[self._engine.dialect.name], among).rowcount

    def purge(self, before: float) -> int:
        with _available(), write(self._engine) as connection:
            return connection.execute(_PURGE, {"tenant": self._tenant, "before": before}).rowcount

    def abandon(self) -> None:
        """Delete every entry: values are put elsewhere now, or nowhere, and nobody would take out who is erased."""
        with _available():
            if fetch(self._engine, _ANY, {"tenant": self._tenant}):
                with write(self._engine) as connection:
                    connection.execute(_ABANDON, {"tenant": self._tenant})

    def sweep(self) -> None:
        """Empty SQLite's write-ahead log; what a row held in the file itself is overwritten when it is deleted."""
        if self._engine.dialect.name == "sqlite":
            with _available(), closing(self._engine.raw_connection()) as outside_transactions:
                outside_transactions.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """The engine is not ours."""

    def _list(self, names: list[str]) -> Any:
        """Return one parameter for all names: a list of parameters has a limit in both databases."""
        if self._engine.dialect.name == "postgresql":
            return [name for name in names if "\0" not in name]  # it has no such text, so no such row
        return msgspec.json.encode(names).decode()


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except DatabaseBusy as error:
        raise StoreUnavailable(str(error)) from error
    except (OperationalError, InterfaceError, sqlite3.OperationalError, psycopg.OperationalError) as error:
        reason = str(error.orig if isinstance(error, OperationalError | InterfaceError) else error)
        raise StoreUnavailable(f"{reason.strip()}: see that the database of database_url runs, then retry") from error
