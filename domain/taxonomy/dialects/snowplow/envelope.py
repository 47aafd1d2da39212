"""Who, when, on what: the part of a message that all its events share."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from domain.taxonomy.dialects.snowplow.consent import consent_of
from domain.taxonomy.dialects.snowplow.message import ECOMM, ECOMMERCE, MOBILE, SNOWPLOW, Message, taken, whole, word
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.scrub import is_email

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEVICES = {"mob": "mobile", "pc": "desktop", "tv": "tv"}
_APPS = {"ios": "app_ios", "android": "app_android"}
_NATIVE = {"ios-": "ios", "andr": "android"}


def envelope_of(message: Message) -> dict[str, Any]:
    """Return the shared fields of the wire form. Raises `Refused` for times that are none."""
    sent, session = message.sent, message.about(SNOWPLOW, "client_session")
    return {
        **taken(sent, event_id="eid"),
        **_times(sent),
        **_who(message, session),
        **(taken(sent, session_id="sid") or taken(session, session_id="sessionId")),
        **_channel(message),
        **({"consent": consent} if (consent := consent_of(message)) else {}),
        "context": _context(message),
    }


def known(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return id, time and identifiers of a message whose other parts may be beyond reading."""
    return {**taken(sent, event_id="eid", timestamp="dtm"), **_who(Message(sent, None, ()), {})}


def _times(sent: Mapping[str, Any]) -> dict[str, str]:
    """A true timestamp is not the device's, so the device's clock corrects nothing about it."""
    if sent.get("ttm") not in (None, ""):
        return {"timestamp": _instant(sent, "ttm")}
    wanted = (("timestamp", "dtm"), ("sent_at", "stm"))
    return {ours: _instant(sent, theirs) for ours, theirs in wanted if sent.get(theirs) not in (None, "")}


def _instant(sent: Mapping[str, Any], field: str) -> str:
    milliseconds = whole(sent[field])
    if milliseconds is None:
        raise Refused(Reason.TYPE_INVALID, field, "expected milliseconds since 1970")
    try:
        return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat()
    except OverflowError:
        raise Refused(Reason.VALUE_OUT_OF_RANGE, field, "beyond the calendar") from None


def _who(message: Message, session: Mapping[str, Any]) -> dict[str, Any]:
    """A guest's number names no account; a user id that is an address is an address."""
    sent, user = message.sent, message.about(ECOMMERCE, "user")
    customer = message.about(ECOMM, "customer")
    network = taken(sent, anonymous_id="nuid") or taken(sent, anonymous_id="tnuid")
    cookie = taken(sent, anonymous_id="duid") or taken(session, anonymous_id="userId") or network
    account = taken(sent, user_id="uid")
    if not account and user.get("is_guest") is not True:
        account = taken(user, user_id="id")
    if not account and customer.get("is_guest") is not True:
        account = taken(customer, user_id="customer_id")
    found = cookie | account | taken(user, email="email")
    if isinstance(named := found.get("user_id"), str) and is_email(named):
        del found["user_id"]
        found.setdefault("email", named)
    return found


def _channel(message: Message) -> dict[str, str]:
    platform = message.sent.get("p")
    if platform == "web":
        return {"channel": "web"}
    app = _APPS.get(_system(message)) if platform == "mob" else None
    return {"channel": app} if app else {}


def _system(message: Message) -> str:
    named = word(message.about(SNOWPLOW, "mobile_context").get("osType")).lower()
    return named or _NATIVE.get(word(message.sent.get("tv"))[:4], "")


def _context(message: Message) -> dict[str, Any]:
    """A circumstance that cannot be read is left out; the taxonomy knows which it takes."""
    sent, page = message.sent, message.about(ECOMMERCE, "page")
    place = message.about(SNOWPLOW, "geolocation_context")
    device = _DEVICES.get(word(sent.get("p")))
    return {
        **({"device_type": device} if device else {}),
        **({"os": system} if (system := _system(message)) else {}),
        **({"viewport_width": width} if (width := size(sent.get("vp"))[0]) else {}),
        **(taken(page, locale="locale") or taken(sent, locale="lang")),
        **taken(message.about(MOBILE, "application"), app_version="version"),
        **taken(sent, timezone="tz", referrer="refr", page_url="url", user_agent="ua"),
        **({"page_host": host} if (host := split(sent.get("url"))[0]) else {}),
        **({"geo": where} if (where := taken(place, latitude="latitude", longitude="longitude")) else {}),
    }


def size(value: Any) -> tuple[int, int]:
    """Return width and height of `1280x800`, noughts for what is none."""
    width, _, height = word(value).partition("x")
    return max(whole(width) or 0, 0), max(whole(height) or 0, 0)


def split(url: Any) -> tuple[str, str]:
    """Return host and path of an address, nothing for what is none."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path
