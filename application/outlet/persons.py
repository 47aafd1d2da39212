"""From the decisions on persons to `PersonsMerged` and `PersonSplit`: said once each, on behalf of both sides."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from application.projections.rows import Rows
from domain.identity import person
from ports.event_log import Recorded
from ports.messages import PersonsMerged, PersonSplit


@frozen
class PersonMessages:
    tenant: str

    def prefetch(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Nothing is remembered of persons."""

    def translate(self, recorded: Recorded, rows: Rows) -> Iterator[PersonsMerged | PersonSplit]:
        """Yield what is to be said of a merge or a split; the other side's half of it says nothing new."""
        del rows
        match recorded.event:
            case person.PersonAbsorbed() as merged:
                yield PersonsMerged(
                    message_id=recorded.metadata.event_id,
                    tenant=self.tenant,
                    survivor=merged.survivor,
                    absorbed=merged.absorbed,
                    identifiers=(merged.survivor, *merged.all_absorbed),
                    decided_at=merged.decided_at,
                    revision=recorded.position,
                )
            case person.PersonSplit() as split:
                yield PersonSplit(
                    message_id=recorded.metadata.event_id,
                    tenant=self.tenant,
                    person=split.person,
                    part=split.part,
                    identifiers=split.identifiers,
                    decided_at=split.decided_at,
                    revision=recorded.position,
                )
            case _:
                pass
