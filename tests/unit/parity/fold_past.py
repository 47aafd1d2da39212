"""`Past` without a lake: what the journal tells of a log, folded. It shares no line with the batch engines."""

from collections.abc import Mapping, Sequence

from attrs import Factory, frozen

from adapters.bots import CrawlerList
from adapters.event_log import MemoryReadModels, MemoryStore
from application.features.fold import Fold, known_by
from application.features.steps import State
from application.features.touch import Observation
from application.journal.journal import Journal
from application.journal.listening import Forgotten
from application.projections.rows import Rows
from ports.batch import Request
from ports.event_log import EventLog
from ports.measures import NOTHING, Measure, References, Value


@frozen
class Ear:
    """Remembers every version that the journal tells."""

    heard_of: list[Observation] = Factory(list)

    def heard(
        self, observations: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int
    ) -> None:
        del rows, after, to
        gone = forgotten.observations if forgotten else frozenset[str]()
        self.heard_of[:] = [one for one in self.heard_of if one.id not in gone]
        self.heard_of.extend(observations)


@frozen
class FoldPast:
    """`forgetful`: the engine does not look at when something became known."""

    log: EventLog
    forgetful: bool = False

    def position(self) -> int:
        return self.log.head()

    def values(
        self, measures: Sequence[Measure], requests: Sequence[Request], references: References = NOTHING
    ) -> Sequence[Mapping[str, Value]]:
        fold, told = Fold(measures), self._told()
        found = []
        for request in requests:
            state: State = {}
            for one in known_by(told, float("inf") if self.forgetful else request.known):
                if one.at < request.at and getattr(one, measures[0].entity) == request.key:
                    fold.add(state, one)
            found.append(fold.read(state, request.at, references))
        return found

    def observations(self, which: Mapping[str, frozenset[str]]) -> Sequence[Observation]:
        told = self._told()
        ids = {one.id for one in told if any(getattr(one, name) in keys for name, keys in which.items())}
        return [one for one in told if one.id in ids]

    def _told(self) -> Sequence[Observation]:
        ear = Ear()
        Journal(CrawlerList(), [ear]).apply(
            self.log.follow(after=0, limit=1_000_000), Rows(MemoryReadModels(MemoryStore()), "journal#1")
        )
        return ear.heard_of
