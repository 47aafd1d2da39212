"""One message of a Segment client: a call (track, page, screen, identify, alias) with who, when and where."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from domain.taxonomy.dialects.segment.commerce import event_of
from domain.taxonomy.dialects.segment.context import channel_of, consent_of, context_of
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused

_CALLS = frozenset(["track", "page", "screen", "identify", "alias", "group"])
#: What a shopper decided stands in the context, as with every other call.
_DECIDED = frozenset(["segment_consent_preference_updated"])


def translate(sent: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Read one call. Raises `Refused` for a call that Segment does not know."""
    try:
        return _translated(sent)
    except Refused as no:
        who = {
            "event_id": sent.get("messageId"),
            "user_id": sent.get("userId"),
            "anonymous_id": sent.get("anonymousId"),
        }
        raise evolve(no, known={name: value for name, value in who.items() if value is not None}) from None


def _translated(sent: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    call = sent.get("type")
    if not isinstance(call, str) or call not in _CALLS:
        raise Refused(Reason.ENUM_UNKNOWN, "type", f"expected one of {', '.join(sorted(_CALLS))}")
    around = sent.get("context")
    context = around if isinstance(around, dict) else {}
    properties = _properties(sent)
    consent = consent_of(context, sent.get("consent"))
    event = _said(call, sent, properties, consent) | _who(call, sent, context) | _when(sent)
    event |= {
        "event_id": sent.get("messageId"),
        "session_id": _session(context),
        "channel": channel_of(context),
        "consent": consent,
        "context": context_of(context, properties if call == "page" else {}),
    }
    return ({name: value for name, value in event.items() if value is not None},)


def _properties(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    found = sent.get("properties")
    if found is not None and not isinstance(found, dict):
        raise Refused(Reason.TYPE_INVALID, "properties", "expected an object")
    return found or {}


def _said(
    call: str, sent: Mapping[str, Any], properties: Mapping[str, Any], consent: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the event's name and properties: for `track` as they are named, for the others by the call."""
    if call in {"page", "screen"}:
        return {"event": call, "properties": _page(sent, properties)}
    if call != "track":
        return {"event": call, "properties": {}}
    name = sent.get("event")
    if isinstance(name, str) and normalise(name) in _DECIDED:
        if not consent:
            raise Refused(Reason.MISSING_REQUIRED, "context.consent", "no category that stands for a purpose")
        return {"event": "consent_changed", "properties": consent}
    name, properties = event_of(name, properties)
    return {"event": name, "properties": properties}


def _page(sent: Mapping[str, Any], properties: Mapping[str, Any]) -> Mapping[str, Any]:
    name = _text(sent.get("name")) or _text(properties.get("name")) or ""
    words = f"{name} {_text(sent.get('category')) or ''}".lower().split()
    kind = next((_PAGES[word] for word in words if word in _PAGES), "other")
    path = _text(properties.get("path"))
    return {"page_type": kind, "path_template": path or name or None}


_PAGES: Mapping[str, str] = {
    "home": "home",
    "homepage": "home",
    "category": "plp",
    "collection": "plp",
    "listing": "plp",
    "product": "pdp",
    "pdp": "pdp",
    "search": "search",
    "cart": "cart",
    "bag": "cart",
    "basket": "cart",
    "checkout": "checkout",
    "account": "account",
    "blog": "content",
    "article": "content",
}


def _who(call: str, sent: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return identifiers; what is blank names nobody. An alias names the id that somebody had before.

    Traits may tell an address: Segment has those of an `identify` beside the context, RudderStack in it.
    """
    known = {**_object(context, "traits"), **(_object(sent, "traits") if call == "identify" else {})}
    before = _id(sent.get("previousId")) if call == "alias" else None
    return {
        "user_id": _id(sent.get("userId")),
        "anonymous_id": _id(sent.get("anonymousId")) if before is None else before,
        "email": _text(known.get("email")),
        "phone": _text(known.get("phone")),
        "device_id": _text(_object(context, "device").get("id")),
    }


def _when(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Where the vendor's server received it (`receivedAt`), its `timestamp` is corrected already.

    Else it is the device's time, to be corrected by `sentAt`.
    """
    original, stamp = sent.get("originalTimestamp"), sent.get("timestamp")
    if sent.get("receivedAt") is not None and stamp is not None:
        return {"timestamp": stamp}
    return {"timestamp": stamp if original is None else original, "sent_at": sent.get("sentAt")}


def _session(context: Mapping[str, Any]) -> str | None:
    """RudderStack numbers sessions by the time of their start."""
    found = context.get("sessionId")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else _text(found)


def _id(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _object(sent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = sent.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
