"""Runs projections in batches: rows and position in one commit, so that every event counts once.

Two workers may run the same projection: the commit of the slower one is refused by the position, it forgets what it
had computed and goes on from where the faster one is.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from attrs import Factory, define, frozen

from application.projections.rows import Rows, generation_name
from ports.event_log import Advance, Commit, EventLog, PositionConflict, ReadModels, Recorded


class Projection(Protocol):
    """A fold of the event log into rows. It must give the same rows for the same events in the same order."""

    name: str

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Change `rows` by a batch of events in log order."""
        ...


#: (position reached, head of the log when it started)
Progressed = Callable[[int, int], None]


@frozen
class Status:
    name: str
    generation: int
    position: int
    head: int

    @property
    def lag(self) -> int:
        """Events still to be applied (an upper bound: positions may have gaps)."""
        return self.head - self.position


@define
class ProjectionRunner:
    log: EventLog
    read_models: ReadModels
    batch: int = 5000
    _rows: dict[str, Rows] = Factory(dict)

    def catch_up(self, projection: Projection, progressed: Progressed = lambda _at, _head: None) -> int:
        """Apply everything up to the present head to the live generation; return the position reached."""
        return self._run(projection, self.read_models.live(projection.name), progressed)

    def rebuild(self, projection: Projection, progressed: Progressed = lambda _at, _head: None) -> int:
        """Fold the whole log into a new generation beside the live one, then promote it; readers never see half."""
        generation = self.read_models.live(projection.name) + 1
        reached = self._run(projection, generation, progressed)
        self.read_models.promote(projection.name, generation)
        return reached

    def status(self, projection: Projection) -> Status:
        generation = self.read_models.live(projection.name)
        follower = generation_name(projection.name, generation)
        return Status(projection.name, generation, self.log.position(follower), self.log.head())

    def _run(self, projection: Projection, generation: int, progressed: Progressed) -> int:
        model = generation_name(projection.name, generation)
        position, head = self.log.position(model), self.log.head()
        while position < head:
            position = self.step(projection, model, position)
            progressed(min(position, head), head)
        self._rows.pop(model, None)
        return position

    def step(self, projection: Projection, model: str, position: int) -> int:
        """Apply one batch after `position`; return the new position, whoever moved it there."""
        rows = self._rows.setdefault(model, Rows(self.read_models, model))
        events = self.log.follow(after=position, limit=self.batch)
        if not events:
            return position
        projection.apply(events, rows)
        to = events[-1].position
        try:
            self.log.commit(Commit(rows=rows.changes(), advance=Advance(model, position, to)))
        except PositionConflict:
            self._rows[model] = Rows(self.read_models, model)
            return self.log.position(model)
        rows.settled()
        return to
