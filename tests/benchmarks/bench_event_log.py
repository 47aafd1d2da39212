"""Append and replay, as ratios to what the driver alone does with the same bytes, tables and durability.

Raw and ours alternate, each append on a new database, so that a busy machine slows both.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import SqlEventLog, create_event_log_tables
from domain.session.session import DECIDER
from haberdasher.names import stored_names
from ports.event_log import Commit
from tests.benchmarks.row import Row
from tests.benchmarks.shopping import commits
from tests.support.services import DATABASES, database_url

PER_COMMIT = 5_000
COMMITS = 12
REPETITIONS = 5
APPEND_BOUND = {"sqlite": 0.70, "postgresql": 0.60}
REPLAY_BOUND = 0.30
COLUMNS = "position, tenant, stream, version, topic, state"
SELECT = f"SELECT {COLUMNS} FROM events WHERE tenant = 'main' AND position > {{}} ORDER BY position LIMIT {PER_COMMIT}"

Batches = Sequence[Sequence[tuple[Any, ...]]]


@contextmanager
def _database(kind: str) -> Iterator[Engine]:
    with TemporaryDirectory() as folder, database_url(kind, Path(folder)) as url:
        engine = connect(url)
        create_event_log_tables(engine)
        yield engine
        engine.dispose()


def _rate(work: Callable[[], object]) -> float:
    """Return events a second."""
    gc.collect()
    started = perf_counter()
    work()
    return COMMITS * PER_COMMIT / (perf_counter() - started)


def _append(engine: Engine, load: Sequence[Commit]) -> None:
    log = SqlEventLog(engine, stored_names(), "main")
    for commit in load:
        log.commit(commit)


def _raw_append(engine: Engine, batches: Batches) -> None:
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    cursor = driver.cursor()
    for batch in batches:
        if isinstance(driver, psycopg.Connection):
            with cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(("int8", "text", "text", "int4", "text", "bytea"))
                for row in batch:
                    copy.write_row(row)
        else:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", batch)
        driver.commit()
    raw.close()


def _select(engine: Engine) -> Batches:
    """Return every stored row, in pages, by the driver alone."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    batches: list[Sequence[tuple[Any, ...]]] = []
    after = 0
    while True:
        cursor.execute(SELECT.format(after))
        if not (page := cursor.fetchall()):
            break
        batches.append(page)
        after = page[-1][0]
    raw.close()
    return batches


def _follow(engine: Engine, *, fold: bool) -> None:
    log = SqlEventLog(engine, stored_names(), "main")
    states: dict[str, Any] = {}
    after, initial, evolve = 0, DECIDER.initial(), DECIDER.evolve
    while page := log.follow(after=after, limit=PER_COMMIT):
        if fold:
            for recorded in page:
                states[recorded.stream] = evolve(states.get(recorded.stream, initial), recorded.event)
        after = page[-1].position


def _measure(kind: str) -> list[Row]:
    load = commits(COMMITS, PER_COMMIT)
    ours, raw, replay, folded, select = [], [], [], [], []
    with _database(kind) as engine:
        _append(engine, load)
        batches = _select(engine)
    for _ in range(REPETITIONS):
        with _database(kind) as engine:
            raw.append(_rate(lambda e=engine: _raw_append(e, batches)))  # type: ignore[misc]  # bound at once
        with _database(kind) as engine:
            ours.append(_rate(lambda e=engine: _append(e, load)))  # type: ignore[misc]  # bound at once
            select.append(_rate(lambda e=engine: _select(e)))  # type: ignore[misc]  # bound at once
            replay.append(_rate(lambda e=engine: _follow(e, fold=False)))  # type: ignore[misc]  # bound at once
            folded.append(_rate(lambda e=engine: _follow(e, fold=True)))  # type: ignore[misc]  # bound at once
    return [
        Row(f"{kind}: raw append", raw, "events/s"),
        Row(f"{kind}: append", ours, "events/s"),
        Row(f"{kind}: append / raw", _ratios(ours, raw), "", APPEND_BOUND[kind]),
        Row(f"{kind}: raw select", select, "events/s"),
        Row(f"{kind}: follow / raw select", _ratios(replay, select), ""),
        Row(f"{kind}: follow and fold / raw select", _ratios(folded, select), "", REPLAY_BOUND),
    ]


def _ratios(ours: Sequence[float], raw: Sequence[float]) -> list[float]:
    return [mine / driver for mine, driver in zip(ours, raw, strict=True)]


def run() -> list[Row]:
    """Measure both databases."""
    return [row for kind in DATABASES for row in _measure(kind)]
