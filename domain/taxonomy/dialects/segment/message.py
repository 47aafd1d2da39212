"""One message of a Segment client: a call (track, page, screen, identify, alias) with who, when and where."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.segment.commerce import properties_of
from domain.taxonomy.dialects.segment.context import channel_of, consent_of, context_of
from domain.taxonomy.refusal import Reason, Refused

_CALLS = frozenset(["track", "page", "screen", "identify", "alias", "group"])


def translate(sent: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Read one call. Raises `Refused` for a call that Segment does not know."""
    call = sent.get("type")
    if not isinstance(call, str) or call not in _CALLS:
        raise Refused(Reason.ENUM_UNKNOWN, "type", f"expected one of {', '.join(sorted(_CALLS))}")
    around = sent.get("context")
    context = around if isinstance(around, dict) else {}
    event = _said(call, sent) | _who(call, sent, context) | _when(sent)
    event |= {
        "event_id": sent.get("messageId"),
        "session_id": _text(context.get("sessionId")),
        "channel": channel_of(context),
        "consent": consent_of(context, sent.get("consent")),
        "context": context_of(context),
    }
    return ({name: value for name, value in event.items() if value is not None},)


def _said(call: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event's name and properties: for `track` as they are named, for the others by the call."""
    found = sent.get("properties")
    if found is not None and not isinstance(found, dict):
        raise Refused(Reason.TYPE_INVALID, "properties", "expected an object")
    properties = found or {}
    if call == "track":
        name = sent.get("event")
        return {"event": name, "properties": properties_of(name, properties)}
    if call in {"page", "screen"}:
        return {"event": call, "properties": _page(sent, properties)}
    return {"event": call, "properties": {}}


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
    """Return identifiers. An alias names the id that somebody had before; traits may tell an address."""
    traits = sent.get("traits") if call == "identify" else context.get("traits")
    known = traits if isinstance(traits, dict) else {}
    device = context.get("device")
    return {
        "user_id": sent.get("userId"),
        "anonymous_id": sent.get("previousId") if call == "alias" else sent.get("anonymousId"),
        "email": _text(known.get("email")),
        "phone": _text(known.get("phone")),
        "device_id": _text(device.get("id")) if isinstance(device, dict) else None,
    }


def _when(sent: Mapping[str, Any]) -> dict[str, Any]:
    """`timestamp` was corrected by the vendor's server already; `originalTimestamp` is corrected here by `sentAt`."""
    if (original := sent.get("originalTimestamp")) is not None:
        return {"timestamp": original, "sent_at": sent.get("sentAt")}
    if sent.get("receivedAt") is not None:
        return {"timestamp": sent.get("timestamp")}
    return {"timestamp": sent.get("timestamp"), "sent_at": sent.get("sentAt")}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
