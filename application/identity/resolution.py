"""Process manager: keeps the identity read model and announces every merge and split to the persons concerned.

Rows, announcements and position are one commit. A rebuild of the read model announces nothing: what happened to the
persons is in the log already.
"""

from attrs import define, field

from application.pending import Pending
from application.projections.identity import IdentityProjection, Reorganisation
from application.projections.rows import Rows, generation_name
from application.projections.runner import Progressed
from domain.identity import person
from domain.kernel import tenant_namespace
from ports.clock import Ids
from ports.event_log import Advance, Commit, EventLog, Metadata, PositionConflict, ReadModels, StreamConflict


@define
class IdentityResolution:
    tenant: str
    log: EventLog
    read_models: ReadModels
    ids: Ids
    projection: IdentityProjection = field(factory=IdentityProjection)
    batch: int = 5000

    def catch_up(self, progressed: Progressed = lambda _at, _head: None) -> int:
        """Apply everything up to the present head; return the position reached."""
        model = generation_name(self.projection.name, self.read_models.live(self.projection.name))
        position, head = self.log.position(model), self.log.head()
        rows, pending = Rows(self.read_models, model), Pending(self.log, self.ids, self.tenant)
        while position < head:
            events = self.log.follow(after=position, limit=self.batch)
            for change in self.projection.refold(events, rows):
                self._announce(change, pending)
            commit = Commit(pending.appends(), rows.changes(), Advance(model, position, events[-1].position))
            try:
                self.log.commit(commit)
            except (PositionConflict, StreamConflict):
                rows, pending = Rows(self.read_models, model), Pending(self.log, self.ids, self.tenant)
                position = self.log.position(model)
                continue
            rows.settled()
            pending.settled()
            position = events[-1].position
            progressed(min(position, head), head)
        return position

    def _announce(self, change: Reorganisation, pending: Pending) -> None:
        news = person.reorganise(
            change.old,
            change.new,
            tenant=tenant_namespace(self.tenant),
            cause=change.cause.rpartition("-")[2],
            policy_version=self.projection.policy.version,
            decided_at=change.at,
        )
        metadata = Metadata("", change.at, change.at)
        for who, announced in news.items():
            told = pending.state(person.DECIDER, who)
            pending.take(person.DECIDER, who, person.settle(told, announced), metadata)
        pending.keep()
