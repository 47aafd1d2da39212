"""The list of parts: rows of the journal's read model, so that what counts changes in one commit with its position.

Two write it, and neither waits for the other. The journal only adds: parts under names that are its own, by the
positions that they cover, and orders to forget. The upkeep only replaces what is listed; each of its commits moves a
follower of its own from one *epoch* to the next, so that of two upkeeps one is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec
from attrs import frozen

from application.projections.rows import Collection, generation_name
from ports.event_log import EventLog, ReadModels
from ports.lake import Part

T = TypeVar("T")

#: `day/name` -> part. The name sorts by the first position that it covers.
PARTS: Collection[Part] = Collection("lake.parts", Part)
#: Orders to forget: position -> column -> values; rows that have one of them go.
FORGETTING: Collection[Mapping[str, Sequence[str]]] = Collection("lake.forgetting", dict[str, tuple[str, ...]])
#: What is no longer listed, or never was: file -> Unix seconds from which it may be deleted.
LEAVING: Collection[float] = Collection("lake.leaving", float)
#: The follower whose position counts the commits of the upkeep.
FOLLOWER = "lake"
JOURNAL = "journal"
_PAGE = 5_000
_NAME = re.compile(r"\.?g(\d{4,})-(\d{15})-(\d{15})-e(\d{6,})-[0-9a-z_]+(?:\.parquet|\.tmp)?")


@frozen
class Name:
    """What a part is called. `generation`: of the journal that made it. `first`, `last`: positions that it covers.

    `epoch`: 0 if the journal wrote it, else that of the upkeep whose commit was to list it.
    """

    generation: int
    first: int
    last: int
    epoch: int = 0

    def __str__(self) -> str:
        return f"g{self.generation:04d}-{self.first:015d}-{self.last:015d}-e{self.epoch:06d}"

    @classmethod
    def of(cls, file: str) -> "Name | None":
        """Return what a file of the lake is called, finished or not; None for what is not ours."""
        found = _NAME.fullmatch(file.rpartition("/")[2])
        return cls(*map(int, found.groups())) if found else None


@frozen
class Chapter:
    """The list of one generation of the journal. `position`: which it had at least reached."""

    model: str
    position: int
    parts: Mapping[str, Part]
    forgetting: Mapping[str, Mapping[str, Sequence[str]]]


@frozen
class Listing:
    """What is listed. `chapters`: of the live generation, and of the next one, which a rebuild may be filling."""

    epoch: int
    live: int
    chapters: Mapping[int, Chapter]

    @property
    def model(self) -> str:
        return self.chapters[self.live].model

    @property
    def position(self) -> int:
        """Every observation made by the events up to here is in the parts."""
        return self.chapters[self.live].position

    @property
    def parts(self) -> Sequence[Part]:
        """What counts, by day, and within a day in the order of the log."""
        return [part for _, part in sorted(self.chapters[self.live].parts.items())]

    def forgetting(self) -> Mapping[str, frozenset[str]]:
        """Return what is to be forgotten, by column."""
        gone: dict[str, set[str]] = {}
        for chapter in self.chapters.values():
            for order in chapter.forgetting.values():
                for column, values in order.items():
                    gone.setdefault(column, set()).update(values)
        return {column: frozenset(values) for column, values in gone.items()}


def listing(log: EventLog, read_models: ReadModels, name: str = JOURNAL) -> Listing:
    """Return the list as it was at one moment between two commits of the upkeep."""
    while True:
        epoch, live = log.position(FOLLOWER), read_models.live(name)
        models = {generation: generation_name(name, generation) for generation in (live, live + 1)}
        found = Listing(
            epoch,
            live,
            {
                generation: Chapter(
                    model,
                    log.position(model),
                    dict(scan(read_models, model, PARTS)),
                    dict(scan(read_models, model, FORGETTING)),
                )
                for generation, model in models.items()
            },
        )
        # A page read before a commit and one read after it would be a list that never was.
        if (epoch, live) == (log.position(FOLLOWER), read_models.live(name)):
            return found


def scan(read_models: ReadModels, model: str, collection: Collection[T]) -> Iterator[tuple[str, T]]:
    """Yield the rows of one generation, which `View` does for the live one only."""
    decode, after = msgspec.json.Decoder(collection.type).decode, ""
    while rows := read_models.scan(model, collection.name, after=after, limit=_PAGE):
        for key, value in rows:
            yield key, decode(value)
        after = rows[-1][0]
