"""What somebody corrects by hand: evidence that was wrong, and identifiers that turn out to identify nobody.

A worker that runs beside remembers the streams it wrote. With each correction a row of its own changes, at which it
forgets them: else it would take a link that was taken back for one that is there.
"""

from collections.abc import Callable

import msgspec
from attrs import frozen

from application.intake.corrections import CORRECTED
from application.streams import decide
from domain.identity import identifier, link
from ports.clock import Clock, Ids
from ports.event_log import EventLog, Metadata, RowChange, stream_name


@frozen
class Correcting:
    """Each is one fact, decided on the newest state; the identity projection draws the conclusions.

    `worker`: the follower whose memory has to be refreshed.
    """

    log: EventLog
    tenant: str
    clock: Clock
    ids: Ids
    worker: str

    def retract(self, link_id: str, reason: str) -> bool:
        """Take a link back; return whether it was active. Errors: `LinkUnknown`."""
        now = self.clock.now()
        stream = stream_name(self.tenant, link.DECIDER.category, link_id)
        return bool(
            decide(
                self.log,
                link.DECIDER,
                stream,
                lambda state: link.retract(state, reason, now),
                self._metadata,
                rows=self._refresh(),
            )
        )

    def block(self, surrogate: str, reason: str) -> bool:
        """Declare that it identifies nobody; return whether that is news. Errors: `IdentifierUnknown`."""
        return self._decide(surrogate, lambda state: identifier.block(state, reason, self.clock.now()))

    def unblock(self, surrogate: str, reason: str) -> bool:
        """Take a block back; return whether there was one. Errors: `IdentifierUnknown`."""
        return self._decide(surrogate, lambda state: identifier.unblock(state, reason, self.clock.now()))

    def _decide(
        self, surrogate: str, decision: Callable[[identifier.Identifier], tuple[identifier.Event, ...]]
    ) -> bool:
        stream = stream_name(self.tenant, identifier.DECIDER.category, surrogate)
        return bool(decide(self.log, identifier.DECIDER, stream, decision, self._metadata, rows=self._refresh()))

    def _refresh(self) -> tuple[RowChange, ...]:
        return (RowChange(self.worker, CORRECTED.name, "last", msgspec.json.encode(self.ids.new())),)

    def _metadata(self) -> Metadata:
        now = self.clock.now()
        return Metadata(self.ids.new(), now, now)
