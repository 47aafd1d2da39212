"""From what a source sent to a canonical event, or a refusal with its reason. Pure: the same bytes, the same answer.

The generic wire form: `event`, `event_id`, `schema_version`, `timestamp`, `sent_at`, identifiers (`anonymous_id`,
`user_id`, `loyalty_id`, `email`, `phone`, `device_id`, `session_token`), `session_id`, `channel`, `store_id`,
`till_id`, `consent`, `context`, `properties`. What vendors send becomes this form first, by their dialect.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from domain.taxonomy.consent import consent_of, may_store
from domain.taxonomy.context import Context, context_of
from domain.taxonomy.envelope import Envelope
from domain.taxonomy.fields import instant, key, one_of, read, text
from domain.taxonomy.mailbox import one_spelling
from domain.taxonomy.pricing import priced
from domain.taxonomy.redaction import PLACES, RECORD
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.schemas import SCHEMA_VERSION
from domain.taxonomy.source import CHANNELS, Declaration
from domain.taxonomy.vocabulary import Vocabulary

MAX_SKEW = timedelta(hours=24)
MAX_FUTURE = timedelta(minutes=5)
MAX_AGE = timedelta(days=30)
_MILLISECOND = timedelta(milliseconds=1)

#: Wire field -> kind of identifier, the order of precedence for whose key seals the payload (`domain.md` §3.6).
IDENTIFIERS: Mapping[str, str] = {
    "user_id": "account",
    "loyalty_id": "loyalty",
    "email": "email",
    "phone": "phone",
    "device_id": "device",
    "anonymous_id": "anonymous",
    "session_token": "session",
}
_channel = one_of(CHANNELS)
_identifier = text(256)
_place = key(64)
_hint = key(256)


@frozen
class Canonical:
    """A canonical event before its identifiers became surrogates: transient, never stored.

    `envelope` lacks its `subject`. `unknown`: fields that this taxonomy has no name for; they stay in the raw event.
    `transactional`: a fact of the shop's own systems, which need not be about anybody.
    """

    name: str
    occurred_at: datetime
    known_at: datetime
    identifiers: tuple[tuple[str, str], ...]
    context: Context
    fields: Mapping[str, Any]
    envelope: Envelope
    unknown: tuple[str, ...]
    transactional: bool


@frozen
class _When:
    occurred_at: datetime
    claimed: datetime | None = None
    sent: datetime | None = None
    skew: timedelta = timedelta(0)
    trusted: bool = True


def interpret(sent: Any, source: Declaration, received_at: datetime, vocabulary: Vocabulary) -> Canonical:
    """Read one decoded event of `source`. Raises `Refused`."""
    if not isinstance(sent, dict):
        raise Refused(Reason.TYPE_INVALID, "(event)", "expected a JSON object")
    notes: list[str] = []
    unknown: list[str] = []
    wire_name = sent.get("event")
    if not isinstance(wire_name, str) or not wire_name.strip():
        raise Refused(Reason.MISSING_REQUIRED, "event", "the name of what happened is required")
    properties = _object(sent, "properties")
    meaning = vocabulary.meaning(text(128)(wire_name, "event", notes), source, properties)
    name, known = meaning.canonical, vocabulary.known
    transactional = name in known.server_only
    _same_major(sent.get("schema_version"))
    if meaning.implied:
        properties = {**meaning.implied, **properties}
    fields = priced(read(properties, known.schemas[name], notes, unknown=unknown), currency=source.currency or None)
    identifiers = identifiers_of(sent, notes)
    if not identifiers and not transactional:
        raise Refused(Reason.MISSING_REQUIRED, "anonymous_id", f"one of {', '.join(IDENTIFIERS)} is required")
    consent = consent_of(sent)
    if not transactional and name not in _ALWAYS:
        may_store(consent, source)
    when = _when(sent, source, received_at, notes, any_age=transactional)
    sent_context = _object(sent, "context")
    context = context_of(sent_context, when.occurred_at, geo=consent.get("geo") == "granted", notes=notes)
    hint = sent.get("session_id")
    envelope = Envelope(
        source=source.name,
        source_event_name=wire_name,
        schema_version=SCHEMA_VERSION,
        taxonomy_version=vocabulary.version,
        channel=_channel(sent["channel"], "channel", notes) if sent.get("channel") else source.channel,
        received_at=received_at,
        consent=consent,
        context=context.kept,
        client_occurred_at=when.claimed,
        client_sent_at=when.sent,
        clock_skew_ms=when.skew // _MILLISECOND,
        marks=_marks(when, sent, stripped="geo" in sent_context and consent.get("geo") != "granted"),
        session_hint=None if hint is None else _hint(hint, "session_id", notes),
        store_id=None if sent.get("store_id") is None else _place(sent["store_id"], "store_id", notes),
        till_id=None if sent.get("till_id") is None else _place(sent["till_id"], "till_id", notes),
        coercions=tuple(notes),
    )
    return Canonical(
        name=name,
        occurred_at=when.occurred_at,
        known_at=received_at if source.clock == "live" else _moved(when.occurred_at, timedelta(seconds=source.delay_s)),
        identifiers=identifiers,
        context=context,
        fields=fields,
        envelope=envelope,
        unknown=tuple(unknown),
        transactional=transactional,
    )


#: Taken whatever was allowed: what somebody decided about their data, and the way out.
_ALWAYS = frozenset(["consent_changed", "erasure_requested", "logged_out"])


def identifiers_of(sent: Mapping[str, Any], notes: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the (kind, value) pairs of an event, strongest kind first; e-mail addresses in one spelling."""
    found = []
    for wire, kind in IDENTIFIERS.items():
        value = sent.get(wire)
        if value is not None:
            cleaned = _identifier(value, wire, notes)
            found.append((kind, one_spelling(cleaned) if kind == "email" else cleaned))
    return tuple(found)


def _object(sent: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = sent.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(Reason.TYPE_INVALID, field, "expected an object")
    return value


def _same_major(version: Any) -> None:
    """A newer or older major says the same words with another meaning: its upcaster has to come first."""
    if version is not None and str(version).partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise Refused(Reason.SCHEMA_VERSION_UNSUPPORTED, "schema_version", f"this taxonomy reads {SCHEMA_VERSION}")


def _marks(when: _When, sent: Mapping[str, Any], *, stripped: bool) -> tuple[str, ...]:
    """`RECORD` names what the door itself took out before it sealed the event."""
    gone = sent.get(RECORD)
    stripped = stripped or (
        isinstance(gone, list) and any(str(one).rpartition(".")[2].lower() in PLACES for one in gone)
    )
    marks = ("geo_stripped",) if stripped else ()
    return marks if when.trusted else ("clock_untrusted", *marks)


def _when(
    sent: Mapping[str, Any], source: Declaration, received_at: datetime, notes: list[str], *, any_age: bool
) -> _When:
    """Correct the time of an event by the rules of `domain.md` §1.2."""
    stamp = sent.get("timestamp")
    if source.clock == "backfill":
        if stamp is None:
            raise Refused(Reason.MISSING_REQUIRED, "timestamp", "a backfill source must say when it happened")
        return _When(instant(stamp, "timestamp", notes))
    if stamp is None:
        return _When(received_at)
    claimed = occurred_at = instant(stamp, "timestamp", notes)
    sent_at, skew = None, timedelta(0)
    if sent.get("sent_at") is not None:
        sent_at = instant(sent["sent_at"], "sent_at", notes)
        skew = sent_at - received_at
        if abs(skew) > MAX_SKEW:
            return _When(received_at, claimed, sent_at, skew, trusted=False)
        occurred_at = _moved(claimed, -skew)
    if occurred_at > received_at + MAX_FUTURE:
        raise Refused(Reason.TIMESTAMP_FUTURE, "timestamp", "more than 5 minutes after it was received")
    if not any_age and occurred_at < received_at - MAX_AGE:
        raise Refused(Reason.TIMESTAMP_TOO_OLD, "timestamp", "more than 30 days old; send history as a backfill source")
    return _When(occurred_at, claimed, sent_at, skew)


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        raise Refused(Reason.VALUE_OUT_OF_RANGE, "timestamp", "at the end of the calendar") from None
