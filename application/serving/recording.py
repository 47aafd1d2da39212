"""Slates go into the event log before they are shown, many in one commit."""

from collections.abc import Sequence

from attrs import define

from domain.slate import slate
from domain.slate.slate import SlateServed
from ports.clock import Ids
from ports.event_log import Append, Commit, EventLog, Fact, Metadata, stream_name


@define(eq=False)
class SlateRecorder:
    """Usually behind a `GroupCommit`: one commit costs the same for one slate as for fifty."""

    log: EventLog
    ids: Ids
    tenant: str

    def __call__(self, slates: Sequence[SlateServed]) -> Sequence[int]:
        """Store the slates durably; return a position for each. Errors: those of `EventLog.commit`."""
        return self.log.commit(Commit(appends=[self._append(one) for one in slates]))

    def _append(self, served: SlateServed) -> Append:
        events = slate.serve(slate.Slate(), served)
        metadata = Metadata(self.ids.new(), served.served_at, served.served_at)
        stream = stream_name(self.tenant, slate.DECIDER.category, served.slate_id)
        return Append(stream, 0, [Fact(event, metadata) for event in events])
