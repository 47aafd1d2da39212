"""Append and replay, as ratios to what the driver alone does with the same bytes, tables and durability.

Raw and ours alternate, each append on a new database, so that a busy machine slows both. SQLite's raw connection has
WAL and synchronous=FULL and is otherwise as the driver makes it; the ratio without bound is to a raw one with our
settings (cache, checkpoints, overwriting of deleted bytes).
"""

import gc
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from domain.session.session import DECIDER
from haberdasher.names import stored_names
from ports.event_log import Recorded
from tests.benchmarks.row import Row
from tests.benchmarks.shopping import commits
from tests.support.services import DATABASES, database_url

PER_COMMIT = 5_000
COMMITS = 12
REPETITIONS = 7
APPEND_BOUND = {"sqlite": 0.70, "postgresql": 0.60}
REPLAY_BOUND = 0.30
COLUMNS = "position, tenant, stream, version, topic, state"
SELECT = f"SELECT {COLUMNS} FROM events WHERE tenant = 'main' AND position > {{}} ORDER BY position LIMIT {PER_COMMIT}"

Page = Sequence[tuple[Any, ...]]
T = TypeVar("T")


@contextmanager
def _database(kind: str) -> Iterator[Engine]:
    with TemporaryDirectory() as folder, database_url(kind, Path(folder)) as url:
        engine = connect(url)
        create_event_log_tables(engine)
        yield engine
        engine.dispose()


def _log(engine: Engine) -> SqlEventLog:
    return SqlEventLog(engine, stored_names(), "main")


def _append_rate(batches: Iterable[T], append: Callable[[T], object]) -> float:
    """Return events a second. Each batch is made just before, unmeasured, as it is in a running process."""
    gc.collect()
    seconds = 0.0
    for batch in batches:
        started = perf_counter()
        append(batch)
        seconds += perf_counter() - started
    return COMMITS * PER_COMMIT / seconds


def _raw_append(connection: Any, page: Page) -> None:
    cursor = connection.cursor()
    if isinstance(connection, psycopg.Connection):
        with cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("int8", "text", "text", "int4", "text", "bytea"))
            for row in page:
                copy.write_row(row)
    else:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", page)
    connection.commit()


@contextmanager
def _raw_database(kind: str, *, tuned: bool) -> Iterator[Any]:
    """Yield a driver's connection to a new database: with our settings, or the driver's own."""
    with _database(kind) as engine:
        path = engine.url.database
        if tuned or kind != "sqlite" or path is None:
            raw = engine.raw_connection()
            yield raw.driver_connection
            raw.close()
            return
        engine.dispose()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection


def _raw_pages(engine: Engine) -> Iterator[Page]:
    raw = engine.raw_connection()
    cursor: Any = raw.cursor()
    after = 0
    while page := cursor.execute(SELECT.format(after)).fetchall():
        yield page
        after = page[-1][0]
    raw.close()


def _pages(engine: Engine) -> Iterator[Sequence[Recorded]]:
    log = _log(engine)
    after = 0
    while page := log.follow(after=after, limit=PER_COMMIT):
        yield page
        after = page[-1].position


def _folded(engine: Engine) -> Iterator[Sequence[Recorded]]:
    states: dict[str, Any] = {}
    initial, evolve = DECIDER.initial(), DECIDER.evolve
    for page in _pages(engine):
        for recorded in page:
            states[recorded.stream] = evolve(states.get(recorded.stream, initial), recorded.event)
        yield page


def _replay_rate(pages: Iterable[Sequence[object]]) -> float:
    """Return events a second, all of them having come."""
    gc.collect()
    started = perf_counter()
    count = sum(len(page) for page in pages)
    seconds = perf_counter() - started
    assert count == COMMITS * PER_COMMIT
    return count / seconds


def _measure(kind: str) -> list[Row]:
    raw, tuned, ours, select, follow, fold = (list[float]() for _ in range(6))
    with _database(kind) as stored:
        for commit in commits(COMMITS, PER_COMMIT):
            _log(stored).commit(commit)
        for _ in range(REPETITIONS):
            with _raw_database(kind, tuned=False) as connection:
                raw.append(_append_rate(_raw_pages(stored), partial(_raw_append, connection)))
            with _database(kind) as engine:
                ours.append(_append_rate(commits(COMMITS, PER_COMMIT), _log(engine).commit))
            if kind == "sqlite":  # PostgreSQL has no settings of ours that a raw append would not have
                with _raw_database(kind, tuned=True) as connection:
                    tuned.append(_append_rate(_raw_pages(stored), partial(_raw_append, connection)))
            select.append(_replay_rate(_raw_pages(stored)))
            follow.append(_replay_rate(_pages(stored)))
            fold.append(_replay_rate(_folded(stored)))
    return [
        Row(f"{kind}: raw append", raw, "events/s"),
        Row(f"{kind}: append", ours, "events/s"),
        Row(f"{kind}: append / raw", _ratios(ours, raw), "", APPEND_BOUND[kind]),
        *([Row(f"{kind}: append / raw with our settings", _ratios(ours, tuned), "")] if tuned else ()),
        Row(f"{kind}: raw select", select, "events/s"),
        Row(f"{kind}: follow / raw select", _ratios(follow, select), ""),
        Row(f"{kind}: follow and fold / raw select", _ratios(fold, select), "", REPLAY_BOUND),
    ]


def _ratios(ours: Sequence[float], raw: Sequence[float]) -> list[float]:
    return [mine / driver for mine, driver in zip(ours, raw, strict=True)]


def run() -> list[Row]:
    """Measure both databases."""
    return [row for kind in DATABASES for row in _measure(kind)]
