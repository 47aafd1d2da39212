"""From what a source sent to a canonical event, or a refusal with its reason. Pure: the same bytes, the same answer.

The generic wire form: `event`, `event_id`, `timestamp`, `sent_at`, identifiers (`anonymous_id`, `user_id`,
`loyalty_id`, `email`, `phone`, `device_id`), `session_id`, `channel`, `context`, `properties`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from domain.taxonomy.aliases import SERVER_ONLY, TAXONOMY_VERSION, canonical_name
from domain.taxonomy.fields import instant, one_of, read, text
from domain.taxonomy.pricing import priced
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.schemas import CONTEXT, SCHEMAS
from domain.taxonomy.source import Declaration

MAX_SKEW = timedelta(hours=24)
MAX_FUTURE = timedelta(minutes=5)
MAX_AGE = timedelta(days=30)

CHANNELS = frozenset(["web", "app_ios", "app_android", "in_store", "contact_center", "email", "partner"])
#: Wire field -> kind of identifier, the order of precedence for whose key seals the payload (`domain.md` §3.6).
IDENTIFIERS: Mapping[str, str] = {
    "user_id": "account",
    "loyalty_id": "loyalty",
    "email": "email",
    "phone": "phone",
    "device_id": "device",
    "anonymous_id": "anonymous",
}
_channel = one_of(CHANNELS)
_identifier = text(256)


@frozen
class Canonical:
    """A canonical event before its identifiers became surrogates: transient, never stored."""

    name: str
    source_event_name: str
    taxonomy_version: str
    occurred_at: datetime
    known_at: datetime
    clock_skew_ms: int
    clock_untrusted: bool
    channel: str
    identifiers: tuple[tuple[str, str], ...]
    session_hint: str | None
    context: Mapping[str, Any]
    fields: Mapping[str, Any]
    coercions: tuple[str, ...]


def interpret(sent: Any, source: Declaration, received_at: datetime) -> Canonical:
    """Read one decoded event of `source`. Raises `Refused`."""
    if not isinstance(sent, dict):
        raise Refused(Reason.TYPE_INVALID, "(event)", "expected a JSON object")
    notes: list[str] = []
    wire_name = sent.get("event")
    if not isinstance(wire_name, str) or not wire_name.strip():
        raise Refused(Reason.MISSING_REQUIRED, "event", "the name of what happened is required")
    name = canonical_name(text(128)(wire_name, "event", notes), source.authority)
    fields = priced(read(_object(sent, "properties"), SCHEMAS[name], notes))
    identifiers = identifiers_of(sent, notes)
    if not identifiers and name not in SERVER_ONLY:
        raise Refused(Reason.MISSING_REQUIRED, "anonymous_id", f"one of {', '.join(IDENTIFIERS)} is required")
    occurred_at, skew, untrusted = _when(sent, source, received_at, name, notes)
    hint = sent.get("session_id")
    return Canonical(
        name=name,
        source_event_name=wire_name,
        taxonomy_version=TAXONOMY_VERSION,
        occurred_at=occurred_at,
        known_at=received_at if source.clock == "live" else _moved(occurred_at, timedelta(seconds=source.delay_s)),
        clock_skew_ms=skew,
        clock_untrusted=untrusted,
        channel=_channel(sent["channel"], "channel", notes) if sent.get("channel") else source.channel,
        identifiers=identifiers,
        session_hint=None if hint is None else _identifier(hint, "session_id", notes),
        context=read(_object(sent, "context"), CONTEXT, notes),
        fields=fields,
        coercions=tuple(notes),
    )


def identifiers_of(sent: Mapping[str, Any], notes: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the (kind, value) pairs of an event, strongest kind first; e-mail trimmed, lower case."""
    found = []
    for wire, kind in IDENTIFIERS.items():
        value = sent.get(wire)
        if value is not None:
            cleaned = _identifier(value, wire, notes)
            found.append((kind, cleaned.lower() if kind == "email" else cleaned))
    return tuple(found)


def _object(sent: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = sent.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(Reason.TYPE_INVALID, field, "expected an object")
    return value


def _when(
    sent: Mapping[str, Any], source: Declaration, received_at: datetime, name: str, notes: list[str]
) -> tuple[datetime, int, bool]:
    """Return (occurred_at, skew in ms, clock untrusted) by the rules of `domain.md` §1.2."""
    claimed = sent.get("timestamp")
    if source.clock == "backfill":
        if claimed is None:
            raise Refused(Reason.MISSING_REQUIRED, "timestamp", "a backfill source must say when it happened")
        return instant(claimed, "timestamp", notes), 0, False
    if claimed is None:
        return received_at, 0, False
    occurred_at = instant(claimed, "timestamp", notes)
    skew = timedelta(0)
    if sent.get("sent_at") is not None:
        skew = instant(sent["sent_at"], "sent_at", notes) - received_at
        if abs(skew) > MAX_SKEW:
            return received_at, skew // timedelta(milliseconds=1), True
        occurred_at = _moved(occurred_at, -skew)
    if occurred_at > received_at + MAX_FUTURE:
        raise Refused(Reason.TIMESTAMP_FUTURE, "timestamp", "more than 5 minutes after it was received")
    if name not in SERVER_ONLY and occurred_at < received_at - MAX_AGE:
        raise Refused(Reason.TIMESTAMP_TOO_OLD, "timestamp", "more than 30 days old; send history as a backfill source")
    return occurred_at, skew // timedelta(milliseconds=1), False


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        raise Refused(Reason.VALUE_OUT_OF_RANGE, "timestamp", "at the end of the calendar") from None
