"""The door: every event that comes in is stored sealed and once, and is answered for.

accepted + duplicate + quarantined = received, always. What the taxonomy refuses is stored too, and the answer says
why; nothing is acknowledged before it is durable.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import uuid5

from attrs import Factory, evolve, frozen

from application.intake import wire
from application.intake.reading import Reader, event_id
from domain.kernel import tenant_namespace
from domain.taxonomy.consent import consent_of
from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.interpret import identifiers_of
from domain.taxonomy.redaction import redact, suspect
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from ports.clock import Clock
from ports.intake import Arrival, Receipt
from ports.vault import Identifier, Keyring, Vault

CONFLICT = Refused(Reason.DUPLICATE_CONFLICT, "event_id", "this id was used before for another body; both are kept")


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
    identifiers: tuple[tuple[str, str], ...]
    refused: Refused | None


@frozen
class Door:
    """`append` stores arrivals durably (an `IntakeLog`'s, usually behind a `GroupCommit`)."""

    tenant: str
    sources: Mapping[str, Declaration]
    vault: Vault
    keyring: Keyring
    append: Callable[[Sequence[Arrival]], Sequence[Receipt]]
    clock: Clock
    reader: Reader = Factory(Reader)

    def receive(self, source: str, bodies: Sequence[bytes], *, batch_id: str, first: int = 0) -> Sequence[Answer]:
        """Store a batch and answer for each event, in order. Idempotent for events that carry an id or a time.

        An event without an id is known by its content if it says when it happened, else by `batch_id` and its place:
        a resent batch is then recognised, a resent single event is not. `first` is the place of the first body, for
        who cuts one long batch into several.
        """
        declaration = self.sources.get(source)
        received_at = self.clock.now()
        examined = [
            self._examine(body, source, declaration, received_at, f"{batch_id}:{place}")
            for place, body in enumerate(bodies, first)
        ]
        arrivals = self._seal(source, examined, received_at)
        receipts = list(self.append(arrivals))
        conflicting = [place for place, receipt in enumerate(receipts) if receipt.outcome == "conflict"]
        conflicts = self._keep_conflicts([arrivals[place] for place in conflicting])
        answers = [_answer(one, receipt) for one, receipt in zip(examined, receipts, strict=True)]
        for place, receipt in zip(conflicting, conflicts, strict=True):
            answers[place] = _answer(evolve(examined[place], refused=CONFLICT), receipt)
        return answers

    def _examine(
        self, body: bytes, source: str, declaration: Declaration | None, received_at: datetime, fallback_id: str
    ) -> _Examined:
        sent: Any = None
        events: Sequence[WireEvent] = ()
        refused: Refused | None = None
        try:
            sent = wire.decode(body)
            events = self.reader.translate(sent, declaration)
            if suspect(body) and (kept := redact(sent, geo=_may_know_where(events))) is not sent:
                body = wire.encode(kept)
                sent = wire.decode(body)  # answered for as it is stored: it may have grown too large
                events = self.reader.translate(sent, declaration)
            assert declaration is not None
            self.reader.understand_events(events, declaration, received_at, fallback_id)
        except Refused as no:
            refused = no
            body = _redacted(body, sent)
        first = events[0] if events else sent
        try:
            source_event_id = self._source_event_id(first, sent, source, fallback_id)
        except Refused as no:
            source_event_id, refused = fallback_id, refused or no
        return _Examined(source_event_id, body, self._about(first), refused)

    def _about(self, event: Any) -> tuple[tuple[str, str], ...]:
        """Return who an event is about, whatever else is wrong with it; nobody if that cannot be read."""
        try:
            found = identifiers_of(event, []) if isinstance(event, dict) else ()
        except Refused:
            return ()
        return tuple(pair for pair in found if not self.reader.policy.is_blocked_value(pair[1]))

    def _source_event_id(self, event: Any, sent: Any, source: str, fallback_id: str) -> str:
        if not isinstance(event, dict):
            return fallback_id
        if (own := event.get("event_id")) is not None:
            cleaned: str = event_id(own, "event_id", [])
            return cleaned
        if event.get("timestamp") is not None:
            return str(uuid5(tenant_namespace(self.tenant), source + "\0" + wire.canonical_bytes(sent).decode()))
        return fallback_id

    def _seal(self, source: str, examined: Sequence[_Examined], received_at: datetime) -> list[Arrival]:
        """Seal each body under the key of its strongest identifier, or of the day where nobody is named."""
        primary = [Identifier(*one.identifiers[0]) if one.identifiers else None for one in examined]
        surrogates = self.vault.surrogates(list({who for who in primary if who is not None}))
        epoch = f"epoch:{received_at.date().isoformat()}"
        key_ids = [epoch if who is None else surrogates[who] for who in primary]
        source = source[:64].replace("\x00", "").replace("#", "")
        contexts = [seal_context(self.tenant, source, one.source_event_id) for one in examined]
        sealed = self.keyring.seal(key_ids, [one.body for one in examined], contexts)
        prints = self.keyring.fingerprint([one.body for one in examined])
        return [
            Arrival(source, one.source_event_id, received_at, key_id, box, print_)
            for one, key_id, box, print_ in zip(examined, key_ids, sealed, prints, strict=True)
        ]

    def _keep_conflicts(self, arrivals: Sequence[Arrival]) -> Sequence[Receipt]:
        """Keep another body under a known id beside the first one, under a name of its own, once."""
        if not arrivals:
            return ()
        return self.append([_beside(arrival) for arrival in arrivals])


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


def seal_context(tenant: str, source: str, source_event_id: str) -> bytes:
    """Return what a sealed body is bound to: it opens in its own place only."""
    return f"{tenant}\0{source}\0{source_event_id}".encode()


def _beside(arrival: Arrival) -> Arrival:
    """Name a conflicting body after its fingerprint too; it stays sealed for the id that it was sent with."""
    name = f"{arrival.source_event_id}!{arrival.fingerprint.hex()}"
    return evolve(arrival, source_event_id=name, refusal=CONFLICT.reason.value)


def sealed_id(arrival: Arrival) -> str:
    """Return the id that the body was sealed for."""
    return arrival.source_event_id.rpartition("!")[0] if arrival.refusal else arrival.source_event_id


def _answer(one: _Examined, receipt: Receipt) -> Answer:
    if receipt.outcome == "duplicate":
        return Answer(one.source_event_id, "duplicate", receipt.position)
    if (no := one.refused) is not None:
        return Answer(one.source_event_id, "quarantined", receipt.position, no.reason.value, no.field, no.detail)
    return Answer(one.source_event_id, "accepted", receipt.position)
