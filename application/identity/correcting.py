"""What somebody corrects by hand: evidence that was wrong, and identifiers that turn out to identify nobody."""

from collections.abc import Callable

from attrs import frozen

from application.streams import decide
from domain.identity import identifier, link
from ports.clock import Clock, Ids
from ports.event_log import EventLog, Metadata, stream_name


@frozen
class Correcting:
    """Each is one fact, decided on the newest state; the identity projection draws the conclusions."""

    log: EventLog
    tenant: str
    clock: Clock
    ids: Ids

    def retract(self, link_id: str, reason: str) -> bool:
        """Take a link back; return whether it was active. Errors: `LinkUnknown`."""
        now = self.clock.now()
        stream = stream_name(self.tenant, link.DECIDER.category, link_id)
        return bool(
            decide(self.log, link.DECIDER, stream, lambda state: link.retract(state, reason, now), self._metadata)
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
        return bool(decide(self.log, identifier.DECIDER, stream, decision, self._metadata))

    def _metadata(self) -> Metadata:
        now = self.clock.now()
        return Metadata(self.ids.new(), now, now)
