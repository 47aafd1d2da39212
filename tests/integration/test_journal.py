"""The journal over a real database: two workers, a worker that dies, an event from the future of the software."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore, SqlEventLog, create_event_log_tables
from adapters.ids import Uuid7Ids
from adapters.read_models import SqlReadModels
from application.features.touch import Observation
from application.journal.journal import Journal
from application.journal.listening import Forgotten
from application.projections.rows import Collection, Rows, View
from application.projections.runner import ProjectionRunner
from domain.names import UnsupportedVersion
from haberdasher.names import stored_names
from ports.event_log import Append, Commit, Fact, Recorded
from tests.support.services import DATABASES, database_url
from tests.unit.journal.stories import EASY, Shop, fold
from tests.unit.traffic.visitors import TwoPrograms

#: version -> how often it was heard of
TOLD: Collection[int] = Collection("told", int)


class Keeper:
    """Counts in the journal's rows how often it heard of each version; `fails`: how often it dies first."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails

    def heard(
        self, observations: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int
    ) -> None:
        for one in observations:
            assert after < one.position <= to
            key = f"{one.id}@{one.position}"
            rows.put(TOLD, key, (rows.get(TOLD, key) or 0) + 1)
        if self.fails:
            self.fails -= 1
            raise OSError("the disk is full")


@pytest.fixture(scope="module")
def events() -> Sequence[Recorded]:
    """The log of a shop with two persons on one browser, orders, a merge and its split."""
    shop = Shop()
    for hour in range(12):
        shop.tell(
            [
                ("view", (60 * hour, "phone", "coat", None)),
                ("view", (60 * hour + 40, "phone", "hat", "ada" if hour % 3 else "ben")),
                ("again", (60 * hour + 20, "phone", "hat")),
            ]
        )
    shop.tell([("order", (1, "ada", ["coat"])), ("amend", (1, ["hat"])), ("return", (1, 0, "hat", "too-small"))])
    shop.tell([("retract", (1,)), ("block", ("phone",))])
    return shop.events


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path, events: Sequence[Recorded]) -> Iterator[str]:
    with database_url(request.param, tmp_path) as url:
        engine = connect(url)
        create_event_log_tables(engine)
        store(SqlEventLog(engine, stored_names(), "main"), events)
        engine.dispose()
        yield url


def store(log: SqlEventLog | MemoryEventLog, events: Sequence[Recorded]) -> None:
    for one in events:
        log.commit(Commit([Append(one.stream, one.version - 1, [Fact(one.event, one.metadata)])]))


def journal(keeper: Keeper) -> Journal:
    return Journal(TwoPrograms(), [keeper], noise=EASY)


def runner_on(engine: Engine, batch: int) -> ProjectionRunner:
    log = SqlEventLog(engine, stored_names(), "main")
    return ProjectionRunner(log, SqlReadModels(engine, "main"), Uuid7Ids(), "main", batch=batch)


def told(url: str) -> dict[str, int]:
    engine = connect(url)
    found = dict(View(SqlReadModels(engine, "main"), "journal").all(TOLD))
    engine.dispose()
    return found


def expected(events: Sequence[Recorded]) -> dict[str, int]:
    return {f"{one.id}@{one.position}": 1 for one in fold(events, [1000])[0].versions}


def test_two_workers_tell_everything_once(url: str, events: Sequence[Recorded]) -> None:
    """Side by side over one log, with batches of their own, they leave every version heard of once."""
    errors: list[BaseException] = []

    def work(batch: int) -> None:
        engine = connect(url)
        try:
            runner_on(engine, batch).catch_up([journal(Keeper())])
        except BaseException as error:  # noqa: BLE001  # looked at below
            errors.append(error)
        engine.dispose()

    workers = [threading.Thread(target=work, args=(batch,)) for batch in (3, 7)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert errors == []
    assert told(url) == expected(events)


def test_a_worker_that_dies_tells_it_again(url: str, events: Sequence[Recorded]) -> None:
    """What was not committed is told anew to the next one, and counts once."""
    engine = connect(url)
    with pytest.raises(OSError, match="the disk is full"):
        runner_on(engine, 20).catch_up([journal(Keeper(fails=1))])
    runner_on(engine, 20).catch_up([journal(Keeper())])
    engine.dispose()
    assert told(url) == expected(events)


def test_an_event_of_an_unknown_version_stops_the_journal_before_it(events: Sequence[Recorded]) -> None:
    """The log refuses to read it, by name; nothing is skipped, and newer software goes on from there."""
    memory = MemoryStore()
    log, read_models = MemoryEventLog(stored_names(), memory), MemoryReadModels(memory)
    store(log, events)
    place = len(memory.events) // 2
    row = memory.events[place]
    memory.events[place] = (*row[:3], f"{row[3].rpartition('@')[0]}@99", row[4])
    runner = ProjectionRunner(log, read_models, Uuid7Ids(), "main", batch=place)
    with pytest.raises(UnsupportedVersion, match="@99 is newer than the version"):
        runner.catch_up([journal(Keeper())])
    assert log.position("journal#1") == place
    memory.events[place] = row
    runner.catch_up([journal(Keeper())])
    assert dict(View(read_models, "journal").all(TOLD)) == expected(events)
