"""The door: every event that comes in is stored sealed and once, and is answered for.

accepted + duplicate + quarantined = received, always. What the taxonomy refuses is stored too, and the answer says
why; nothing is acknowledged before it is durable.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from attrs import Factory, frozen

from application.collection import collection_paused
from application.intake import wire
from application.intake.deposit import Deposited, Unsealed
from application.intake.reading import Reader, Understood, event_id
from application.intake.recognition import Told, paper_of, told_by
from domain.taxonomy.consent import consent_of
from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.fields import instant
from domain.taxonomy.interpret import identifiers_of
from domain.taxonomy.redaction import redact, suspect
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Declaration
from ports.clock import Clock
from ports.vault import Identifier

#: When a message was sent, in our form, Segment's and Snowplow's.
_SENDING = frozenset(["sent_at", "sentAt", "stm"])


@frozen
class Answer:
    """What became of one event. `source_event_id` is the producer's, or the one that we had to make."""

    source_event_id: str
    outcome: Literal["accepted", "duplicate", "quarantined"]
    position: int
    reason: str = ""
    field: str = ""
    detail: str = ""


@frozen
class _Examined:
    source_event_id: str
    body: bytes
    essence: bytes
    about: Identifier | None
    told: Told
    refused: Refused | None


@frozen
class Door:
    """`deposit` stores durably what was examined (a `Deposit`, usually behind a `GroupCommit`).

    `fingerprint` is the keyring's: the id of an event that brings none is made of its content, and stays when the
    content is erased. Without the key nobody can try addresses until one gives that id.
    `noticed` is told of fields that the taxonomy has no name for: source, canonical event, names.
    """

    tenant: str
    sources: Mapping[str, Declaration]
    deposit: Callable[[Sequence[Unsealed]], Sequence[Deposited]]
    fingerprint: Callable[[Sequence[bytes]], Sequence[bytes]]
    clock: Clock
    reader: Reader = Factory(Reader)
    noticed: Callable[[str, str, Sequence[str]], None] = lambda _source, _event, _fields: None

    def receive(self, source: str, bodies: Sequence[bytes], *, batch_id: str, first: int = 0) -> Sequence[Answer]:
        """Store a batch and answer for each event, in order. Idempotent for events that carry an id or a time.

        An event without an id is known by its content if it says when it happened, else by `batch_id` and its place:
        a resent batch is then recognised, a resent single event is not. `first` is the place of the first body, for
        who cuts one long batch into several.
        """
        declaration = self.sources.get(source)
        received_at = self.clock.now()
        with collection_paused():
            examined = [
                self._examine(body, source, declaration, received_at, f"{batch_id}:{place}")
                for place, body in enumerate(bodies, first)
            ]
        called = source[:64].replace("\x00", "").replace("#", "")
        items = [
            Unsealed(called, one.source_event_id, received_at, one.body, one.essence, one.about, one.told)
            for one in examined
        ]
        return [_answer(one, stored) for one, stored in zip(examined, self.deposit(items), strict=True)]

    def _examine(
        self, body: bytes, source: str, declaration: Declaration | None, received_at: datetime, fallback_id: str
    ) -> _Examined:
        sent: Any = None
        events: Sequence[WireEvent] = ()
        parts: Sequence[Understood] = ()
        refused: Refused | None = None
        try:
            sent = wire.decode(body)
            events = self.reader.translate(sent, declaration)
            if suspect(body) and (kept := redact(sent, geo=_may_know_where(events))) is not sent:
                body = wire.encode(kept)
                sent = wire.decode(body)  # answered for as it is stored: it may have grown too large
                events = self.reader.translate(sent, declaration)
            assert declaration is not None
            parts = self.reader.understand_events(events, declaration, received_at, fallback_id)
            for part in parts:
                if part.canonical.unknown:
                    self.noticed(source, part.canonical.name, part.canonical.unknown)
        except Refused as no:
            refused = no
            body = _redacted(body, sent)
        known = refused.known if refused is not None else {}
        first = events[0] if events else known or sent
        try:
            source_event_id = self._source_event_id(first, sent, source, fallback_id)
        except Refused as no:
            source_event_id, refused = fallback_id, refused or no
        who = self._named(first)
        paper = paper_of(parts[0].canonical.fields) if parts else _paper(first)
        told = told_by(parts) if parts else Told(_said_time(first) or received_at, [*who, *filter(None, (paper,))])
        about = next(iter(who), paper)
        return _Examined(source_event_id, body, _essence(body, sent), about, told, refused)

    def _named(self, event: Any) -> Sequence[Identifier]:
        """Return whom an event names, strongest first, whatever else is wrong with it; nobody if that is unclear."""
        try:
            found = identifiers_of(event, []) if isinstance(event, dict) else ()
        except Refused:
            return ()
        blocked = self.reader.policy.is_blocked_value
        return [Identifier(kind, value) for kind, value in found if not blocked(value)]

    def _source_event_id(self, event: Any, sent: Any, source: str, fallback_id: str) -> str:
        if not isinstance(event, dict):
            return fallback_id
        if (own := event.get("event_id")) is not None:
            cleaned: str = event_id(own, "event_id", [])
            return cleaned
        if event.get("timestamp") is not None:
            (digest,) = self.fingerprint([source.encode() + b"\0" + wire.canonical_bytes(_unsent(sent))])
            return digest.hex()
        return fallback_id


def _essence(body: bytes, sent: Any) -> bytes:
    """A client that sends again says a later time of sending: it is the same message."""
    return wire.encode(_unsent(sent)) if isinstance(sent, dict) and not _SENDING.isdisjoint(sent) else body


def _unsent(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in sent.items() if name not in _SENDING}


def _paper(event: Any) -> Identifier | None:
    properties = event.get("properties") if isinstance(event, dict) else None
    return paper_of(properties) if isinstance(properties, dict) else None


def _said_time(event: Any) -> datetime | None:
    """Return when something happened by its own word, where nothing more of it can be understood."""
    stamp = event.get("timestamp") if isinstance(event, dict) else None
    try:
        return None if stamp is None else instant(stamp, "timestamp", [])
    except Refused:
        return None


def _may_know_where(events: Sequence[WireEvent]) -> bool:
    """Whether the shopper granted the use of places, for everything that a message tells."""
    try:
        return all(consent_of(event).get("geo") == "granted" for event in events)
    except Refused:
        return False  # reading it says so, with the reason


def _redacted(body: bytes, sent: Any) -> bytes:
    """What is refused may not be understood, so nothing in it is taken for a grant."""
    if not isinstance(sent, dict) or not suspect(body):
        return body
    kept = redact(sent, geo=False)
    return body if kept is sent else wire.encode(kept)


def _answer(one: _Examined, stored: Deposited) -> Answer:
    receipt, refused = stored.receipt, stored.refused or one.refused
    if receipt.outcome == "duplicate":
        return Answer(one.source_event_id, "duplicate", receipt.position)
    if refused is not None:
        return Answer(
            one.source_event_id, "quarantined", receipt.position, refused.reason.value, refused.field, refused.detail
        )
    return Answer(one.source_event_id, "accepted", receipt.position)
