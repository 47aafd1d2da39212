"""A journal of simple events over a lake, and a lake and a log that stop a process, or let others in, at any call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from attrs import Factory, define, evolve, frozen
from sqlalchemy import Engine

from adapters.database import connect
from adapters.event_log import SqlEventLog
from adapters.ids import Uuid7Ids
from adapters.lake import ParquetLake
from adapters.read_models import SqlReadModels
from application.features.columns import COLUMNS, observation_of
from application.features.touch import Observation
from application.lake.history import rows_in
from application.lake.keeping import Keeper
from application.lake.upkeep import Upkeep
from application.projections.rows import Rows
from application.projections.runner import ProjectionRunner
from haberdasher.testing.ledger import NOON, Deposited, Weighed, current_names
from ports.event_log import Append, Commit, EventLog, Fact, Metadata, ReadModels, Recorded
from ports.lake import Lake, Part
from tests.support.memory_house import SetClock

SHORT = 3


def seen(customer: str, number: int, days: int = 0) -> Fact:
    """An event of a customer, known some days after the first of March; `days` need not grow with the log."""
    at = NOON + timedelta(days=days, seconds=number)
    return Fact(Deposited(number, customer), Metadata(f"{number:032x}", at, at))


def forget(customer: str, number: int) -> Fact:
    return Fact(Weighed(0.0, customer, (), NOON), Metadata(f"{number:032x}", NOON, NOON))


@define
class Story:
    """Appends events to one stream."""

    log: EventLog
    told: int = 0

    def tell(self, *facts: Fact) -> None:
        self.log.commit(Commit([Append("s", self.told, facts)]))
        self.told += len(facts)


def observed(recorded: Recorded) -> list[Observation]:
    """What the journal makes of an event: two versions of a touch, or none."""
    event, known = recorded.event, recorded.metadata.known_at.timestamp()
    if not isinstance(event, Deposited):
        return []
    one = Observation(
        id=f"{event.remark}-order/{recorded.position}",
        position=recorded.position,
        known=known,
        at=known - 60,
        action="view",
        product=f"p-{event.cents % 7}",
        category="hats",
        price=event.cents,
        customer=event.remark,
        session=f"{event.remark}-session",
        visitor=f"{event.remark}-cookie",
    )
    return [one, Observation(**{name: getattr(one, name) for name in one.__struct_fields__} | {"revoked": True})]


@define
class Diary:
    """A journal: what events say goes to the keeper, batch by batch."""

    keeper: Keeper
    name: str = "journal"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        for recorded in batch:
            if isinstance(recorded.event, Weighed):
                self.keeper.forget(rows, recorded.position, {"customer": [str(recorded.event.note)], "session": []})
        made = [one for recorded in batch for one in observed(recorded)]
        self.keeper.keep(made, rows, batch[0].position - 1, batch[-1].position)


def expected(log: EventLog, upto: int, forgotten: frozenset[str]) -> list[Observation]:
    """What the lake has to hold of the events up to a position, day by day in the order of the log."""
    events = [one for one in log.follow(after=0, limit=1_000_000) if one.position <= upto]
    made = [one for recorded in events for one in observed(recorded) if one.customer not in forgotten]
    return sorted(made, key=lambda one: int(one.known // 86_400))


def held(lake: Lake, parts: Sequence[Part]) -> list[Observation]:
    return [observation_of(row) for row in rows_in(lake, parts)]


@define
class Shore:
    """A process: a lake, a journal that fills it and an upkeep, over whatever log, models and folder they share."""

    lake: Lake
    log: EventLog
    read_models: ReadModels
    clock: SetClock = Factory(SetClock)
    batch: int = SHORT
    engine: Engine | None = None

    def close(self) -> None:
        if self.engine is not None:
            self.engine.dispose()

    @property
    def runner(self) -> ProjectionRunner:
        return ProjectionRunner(self.log, self.read_models, Uuid7Ids(), "main", batch=self.batch)

    @property
    def diary(self) -> Diary:
        return Diary(Keeper(self.lake))

    @property
    def upkeep(self) -> Upkeep:
        return Upkeep(self.lake, self.log, self.read_models, self.clock, least=2, full=40)

    def project(self) -> None:
        self.runner.catch_up([self.diary])

    def rebuild(self) -> None:
        self.runner.rebuild(self.diary)

    def held(self) -> list[Observation]:
        """What is listed, but for whom is still to be forgotten."""
        found = self.upkeep.listing()
        gone = found.forgetting().get("customer", frozenset())
        return [one for one in held(self.lake, found.parts) if one.customer not in gone]


class Crashed(Exception):
    """The process is gone: nothing of it goes on."""


@define
class Fuse:
    """Counts the moments before and after every call to the outside; at one of them something happens."""

    at: int
    happens: Callable[[], None]

    @contextmanager
    def around(self) -> Iterator[None]:
        self.burn()
        yield
        self.burn()

    def burn(self) -> None:
        self.at -= 1
        if self.at == 0:
            self.happens()


@frozen
class FusedLake:
    """A lake whose every change is a moment."""

    lake: Lake
    fuse: Fuse

    def write(self, day: str, name: str, columns: Mapping[str, Sequence[Any]]) -> Part:
        with self.fuse.around():
            return self.lake.write(day, name, columns)

    def compact(self, day: str, name: str, parts: Sequence[Part], without: Mapping[str, frozenset[str]]) -> Part | None:
        with self.fuse.around():
            return self.lake.compact(day, name, parts, without)

    def remove(self, names: Sequence[str]) -> None:
        for name in names:
            with self.fuse.around():
                self.lake.remove([name])

    def stored(self) -> Sequence[str]:
        found = self.lake.stored()
        self.fuse.burn()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lake, name)


@frozen
class FusedLog:
    """A log whose every commit, and every look at a position, is a moment."""

    log: EventLog
    fuse: Fuse

    def commit(self, commit: Commit) -> Sequence[int]:
        with self.fuse.around():
            return self.log.commit(commit)

    def position(self, follower: str) -> int:
        self.fuse.burn()
        return self.log.position(follower)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.log, name)


def fused(shore: Shore, fuse: Fuse) -> Shore:
    lake: Any = FusedLake(shore.lake, fuse)
    log: Any = FusedLog(shore.log, fuse)
    return evolve(shore, lake=lake, log=log)


def stored_shore(folder: Path, url: str) -> Shore:
    """A process over a database and a folder on disk."""
    engine = connect(url)
    log = SqlEventLog(engine, current_names(), "main")
    return Shore(ParquetLake(folder / "lake", "main", COLUMNS), log, SqlReadModels(engine, "main"), engine=engine)


def work(folder: str, url: str, answers: Connection) -> NoReturn:
    """Send None when ready, then a number after each step: some events more, the journal, the upkeep."""
    shore = stored_shore(Path(folder), url)
    story, step = Story(shore.log, shore.log.head()), 0
    answers.send(None)
    while True:
        story.tell(*[seen(f"c{number % 9}", number, number % 2) for number in range(story.told, story.told + 5)])
        for act in (shore.project, shore.upkeep.run):
            step += 1
            answers.send(step)
            act()
        shore.clock.at += timedelta(hours=step % 4)
