"""Engines, and the two transactions: a reading one and a writing one that owns its BEGIN and COMMIT."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

#: How long a statement waits for a lock before it fails: long enough for a big commit, short enough to notice.
LOCK_TIMEOUT_MS = 2_000
#: SQLite has no queue of waiting writers, so an unlucky one needs more patience than in PostgreSQL.
BUSY_TIMEOUT_MS = 5_000
#: A writer that stopped in the middle of its transaction is thrown out after this long.
IDLE_TIMEOUT_MS = 30_000

SQLITE_PRAGMAS = (
    f"busy_timeout = {BUSY_TIMEOUT_MS}",
    "synchronous = FULL",  # WAL with NORMAL loses the last commits in a power cut
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else INSERT OR REPLACE deletes without firing the delete triggers
    "secure_delete = ON",  # erased bytes are overwritten, not only unlinked
    "cache_size = -65536",
    "wal_autocheckpoint = 4000",  # pages: several big commits share one checkpoint
)


class UnsupportedDatabase(ValueError):
    """The URL names a database other than an SQLite file or PostgreSQL through psycopg."""


class DatabaseBusy(TimeoutError):
    """Another transaction held a lock for too long. Nothing was stored; retry later."""


def connect(url: str) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql+psycopg://...`. Errors: `UnsupportedDatabase`."""
    parsed = make_url(url)
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite(parsed)
    if parsed.drivername == "postgresql+psycopg":
        return _postgresql(parsed)
    raise UnsupportedDatabase(
        f"{parsed.drivername}: use sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"
    )


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a connection for reading; statements inside see one snapshot in SQLite, each its own in PostgreSQL."""
    with _naming_busy(), engine.connect() as connection:
        yield connection


def fetch(engine: Engine, statements: Mapping[str, str], parameters: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of one statement, given for each dialect in the driver's own spelling.

    For the request path: no transaction is opened and no statement compiled, which together cost more than the query.
    """
    raw = engine.raw_connection()
    try:
        with _naming_busy():
            cursor = raw.cursor()
            cursor.execute(statements[engine.dialect.name], parameters)
            return cursor.fetchall()
    finally:
        raw.close()


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Own one writing transaction: committed, durably, at the end of the block, rolled back on any exception.

    Raw cursors of `connection.connection` take part in it. Errors: `DatabaseBusy`.
    """
    with (
        _turn(engine),
        _naming_busy(),
        engine.connect().execution_options(haberdasher_write=True) as connection,
        connection.begin(),
    ):
        yield connection


#: The threads of this process take turns at each SQLite file.
_turns: dict[str, threading.Lock] = {}


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Queue for an SQLite file: a writer that finds it locked is put to sleep by SQLite, each time for longer.

    Other processes are still met by sleeping. PostgreSQL has a queue of its own.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    turn = _turns.setdefault(str(engine.url.database), threading.Lock())
    if not turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
        raise DatabaseBusy("another thread holds the database; nothing was stored, retry later")
    try:
        yield
    finally:
        turn.release()


def _sqlite(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise UnsupportedDatabase("an SQLite database must be a file: a second connection would see another memory")
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver begins late and never IMMEDIATE: transactions are ours
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _switch_to_wal(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("haberdasher_write", False)
        # A deferred transaction that reads and then writes cannot wait for its lock: it fails at once.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Only the first connection to a file has anything to do; of two firsts SQLite lets one fail without waiting."""
    deadline = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _postgresql(url: URL) -> Engine:
    options = (
        f"{_options(url)} -c lock_timeout={LOCK_TIMEOUT_MS}"
        f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS} -c synchronous_commit=on"
    )
    return create_engine(url.update_query_dict({"options": options.strip()}), isolation_level="READ COMMITTED")


def _options(url: URL) -> str:
    given = url.query.get("options", ())
    return given if isinstance(given, str) else " ".join(given)


@contextmanager
def _naming_busy() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.OperationalError, psycopg.OperationalError) as error:
        cause: Any = error.orig if isinstance(error, DBAPIError) else error
        if _is_busy(cause):
            raise DatabaseBusy("another transaction holds the database; nothing was stored, retry later") from error
        raise


def _is_busy(error: Any) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return isinstance(error, psycopg.errors.LockNotAvailable)
