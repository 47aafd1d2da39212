"""Runs projections in batches: rows and positions in one commit, so that every event counts once.

Two processes may run the same projections: the commit of the slower one is refused by the position, it forgets what
it had computed and goes on from where the faster one is.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from attrs import define, frozen

from application.collection import collection_paused
from application.pending import Pending
from application.projections.rows import Rows, generation_name
from ports.clock import Ids
from ports.event_log import Advance, Commit, EventLog, PositionConflict, ReadModels, Recorded, StreamConflict


class Projection(Protocol):
    """A fold of the event log into rows: the same events in the same order give the same rows.

    A fold that changed gets another name, so that no row of the old one is taken for one of the new.
    """

    name: str

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Change `rows` by a batch of events in log order."""
        ...


@runtime_checkable
class ProcessManager(Projection, Protocol):
    """A projection that also announces what it finds. Only the live one does: a rebuild announces nothing again."""

    def react(self, batch: Sequence[Recorded], rows: Rows, pending: Pending) -> None:
        """Change `rows` as `apply` does, and put decisions into `pending`, for the same commit."""
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
        return max(self.head - self.position, 0)


@define
class _Worker:
    """One generation of one projection, with what it remembers between batches."""

    projection: Projection
    model: str
    rows: Rows
    pending: Pending
    position: int
    announces: bool


@define
class ProjectionRunner:
    log: EventLog
    read_models: ReadModels
    ids: Ids
    tenant: str
    batch: int = 5000

    def catch_up(
        self, projections: Sequence[Projection], progressed: Progressed = lambda _at, _head: None
    ) -> Sequence[int]:
        """Apply everything up to the present head to the live generations; return the positions reached.

        Those that stand at the same position read the log together. What they announce is applied too.
        """
        workers = [self._worker(one, self.read_models.live(one.name), announces=True) for one in projections]
        self._run(workers, self.log.head(), progressed)
        return [worker.position for worker in workers]

    def rebuild(self, projection: Projection, progressed: Progressed = lambda _at, _head: None) -> int:
        """Fold the whole log into a new generation beside the live one, then promote it; readers never see half.

        A rebuild that was interrupted goes on where it stopped. That of a process manager stops where the live one
        stands: what lies beyond has not been announced yet.
        """
        head = self.catch_up([projection])[0] if isinstance(projection, ProcessManager) else self.log.head()
        generation = self.read_models.live(projection.name) + 1
        worker = self._worker(projection, generation, announces=False)
        self._run([worker], head, progressed)
        self.read_models.promote(projection.name, generation)
        return worker.position

    def status(self, projection: Projection) -> Status:
        generation = self.read_models.live(projection.name)
        position = self.log.position(generation_name(projection.name, generation))
        return Status(projection.name, generation, position, self.log.head())

    def _worker(self, projection: Projection, generation: int, *, announces: bool) -> _Worker:
        model = generation_name(projection.name, generation)
        rows, pending = Rows(self.read_models, model), Pending(self.log, self.ids, self.tenant)
        return _Worker(projection, model, rows, pending, self.log.position(model), announces)

    def _run(self, workers: Sequence[_Worker], head: int, progressed: Progressed) -> None:
        while (at := min((worker.position for worker in workers), default=head)) < head:
            with collection_paused():
                events = [one for one in self.log.follow(after=at, limit=self.batch) if one.position <= head]
                head = max(head, self._step([worker for worker in workers if worker.position == at], events))
            progressed(min(at, head), head)
        progressed(head, head)

    def _step(self, together: Sequence[_Worker], events: Sequence[Recorded]) -> int:
        """Apply a batch that follows the workers' position, in one commit; return the last position announced, or 0.

        Where another process was faster with one of them, all start over from where they then stand.
        """
        for worker in together:
            if worker.announces and isinstance(worker.projection, ProcessManager):
                worker.projection.react(events, worker.rows, worker.pending)
            else:
                worker.projection.apply(events, worker.rows)
        to = events[-1].position
        commit = Commit(
            [append for worker in together for append in worker.pending.appends()],
            [change for worker in together for change in worker.rows.changes()],
            [Advance(worker.model, worker.position, to) for worker in together],
        )
        try:
            announced = self.log.commit(commit)
        except (PositionConflict, StreamConflict):
            for worker in together:
                worker.rows = Rows(self.read_models, worker.model)
                worker.pending = Pending(self.log, self.ids, self.tenant)
                worker.position = self.log.position(worker.model)
            return 0
        for worker in together:
            worker.rows.settled()
            worker.pending.settled()
            worker.position = to
        return announced[-1] if announced else 0
