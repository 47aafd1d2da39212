"""What an event says, understood once: the door asks for its answer, the canonicaliser to write it down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import Factory, frozen

from application.intake.facts import fact_of
from application.intake.transactions import HANDLERS, Handler
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.session.facts import Fact
from domain.taxonomy.dialects.dialect import Dialect, WireEvent
from domain.taxonomy.dialects.registry import DIALECTS
from domain.taxonomy.fields import key
from domain.taxonomy.interpret import Canonical, interpret
from domain.taxonomy.redaction import RECORD
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from domain.taxonomy.vocabulary import Vocabulary
from ports.vault import Identifier

event_id = key(200)


@frozen
class Understood:
    """`who`: identifiers that identify somebody, strongest first. `fact`: what goes into the session, if anything.

    `handler`: takes the decisions that follow, if they are on an aggregate of its own.
    """

    canonical: Canonical
    who: tuple[Identifier, ...]
    fact: Fact | None
    handler: Handler | None


@frozen
class Reader:
    """Reads messages by the dialect that their source declared, with one vocabulary."""

    vocabulary: Vocabulary = Factory(Vocabulary)
    dialects: Mapping[str, Dialect] = DIALECTS
    policy: IdentityPolicy = DEFAULT_POLICY
    handlers: Mapping[str, Handler] = HANDLERS

    def translate(self, sent: Any, source: Declaration | None) -> Sequence[WireEvent]:
        """Return the events of a decoded message in the generic wire form, at least one. Raises `Refused`."""
        if source is None:
            raise Refused(Reason.SOURCE_NOT_REGISTERED, "source", "register the source before it sends")
        if not isinstance(sent, dict):
            raise Refused(Reason.TYPE_INVALID, "(event)", "expected a JSON object")
        events = self.dialects[source.dialect](sent)
        if (gone := sent.get(RECORD)) is None or events[0] is sent:
            return events
        return [{**event, RECORD: gone} for event in events]

    def understand(
        self, sent: Any, source: Declaration | None, received_at: datetime, source_event_id: str
    ) -> Sequence[Understood]:
        """Read one decoded message completely: all of it, or `Refused`, and nothing else for any input."""
        events = self.translate(sent, source)
        assert source is not None
        return self.understand_events(events, source, received_at, source_event_id)

    def understand_events(
        self, events: Sequence[WireEvent], source: Declaration, received_at: datetime, source_event_id: str
    ) -> Sequence[Understood]:
        """Read what `translate` returned."""
        if (own := events[0].get("event_id")) is not None:
            event_id(own, "event_id", [])
        names = (source_event_id, *(f"{source_event_id}#{part}" for part in range(2, len(events) + 1)))
        return [self._understand(event, source, received_at, name) for event, name in zip(events, names, strict=True)]

    def _understand(self, event: WireEvent, source: Declaration, received_at: datetime, name: str) -> Understood:
        canonical = interpret(event, source, received_at, self.vocabulary)
        who = tuple(
            Identifier(kind, value) for kind, value in canonical.identifiers if not self.policy.is_blocked_value(value)
        )
        if not who and not canonical.transactional:
            raise Refused(Reason.MISSING_REQUIRED, "anonymous_id", "every identifier sent identifies nobody")
        return Understood(canonical, who, fact_of(canonical, name), self.handlers.get(canonical.name))
