"""What Segment's clients know of the circumstances: device, page, campaign, place, consent."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

_MOBILE = frozenset(["ios", "android"])
#: `context.device.type` and `context.os.name` -> ours.
_DEVICES: Mapping[str, str] = {
    **dict.fromkeys(["ios", "android", "mobile", "phone", "smartphone"], "mobile"),
    **dict.fromkeys(["tablet", "ipad"], "tablet"),
    **dict.fromkeys(["desktop", "mac", "pc", "laptop"], "desktop"),
    **dict.fromkeys(["tv", "tvos", "appletv"], "tv"),
}
#: Consent categories -> our purposes: Segment's and usual names, and the ids that OneTrust gives them at first.
_CATEGORIES: Mapping[str, str] = {
    **dict.fromkeys(["analytics", "performance", "c0002"], "analytics"),
    **dict.fromkeys(["functional", "personalization", "personalisation", "preferences", "c0003"], "personalisation"),
    **dict.fromkeys(["advertising", "marketing", "targeting", "c0004"], "ads"),
    **dict.fromkeys(["geolocation", "location"], "geo"),
}


def channel_of(context: Mapping[str, Any]) -> str | None:
    """Return app_ios or app_android for their mobile clients, else nothing: the source says."""
    for kind in (_lower(context, "device", "type"), _lower(context, "os", "name")):
        if kind in _MOBILE and ("app" in context or "device" in context):
            return f"app_{kind}"
    return None


def consent_of(context: Mapping[str, Any], own: Any) -> Mapping[str, Any] | None:
    """Return answers by purpose, or None: Segment's preferences, RudderStack's lists, or an object in our own form.

    Several categories may stand for one purpose: then a no wins.
    """
    if isinstance(own, dict):
        return own
    answers: dict[str, str] = {}
    for category, allowed in (*_preferences(context), *_listed(context)):
        if (purpose := _CATEGORIES.get(category.strip().lower())) is not None and answers.get(purpose) != "denied":
            answers[purpose] = "granted" if allowed else "denied"
    return answers or None


def _preferences(context: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """https://segment.com/docs/privacy/consent-management/."""
    preferences = _part(context, "consent").get("categoryPreferences")
    if isinstance(preferences, dict):
        yield from ((category, allowed) for category, allowed in preferences.items() if isinstance(allowed, bool))


def _listed(context: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """https://www.rudderstack.com/docs/data-governance/consent-management/."""
    lists = _part(context, "consentManagement")
    for name, allowed in (("allowedConsentIds", True), ("deniedConsentIds", False)):
        ids = lists.get(name)
        if isinstance(ids, list):
            yield from ((one, allowed) for one in ids if isinstance(one, str))


def context_of(context: Mapping[str, Any], page_call: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the circumstances in our form. `page_call`: properties of a page call, which say its page again."""
    campaign, screen = (_part(context, name) for name in ("campaign", "screen"))
    page = {**page_call, **_part(context, "page")}
    url = page.get("url")
    found = {
        "device_type": _DEVICES.get(_lower(context, "device", "type")),
        "os": _part(context, "os").get("name"),
        "viewport_width": screen.get("innerWidth", screen.get("width")),
        "locale": context.get("locale"),
        "timezone": context.get("timezone"),
        "app_version": _part(context, "app").get("version"),
        "user_agent": context.get("userAgent"),
        "referrer": page.get("referrer"),
        "page_url": url,
        "page_host": _host(url),
        "campaign": {**campaign, "campaign": campaign.get("name")} if campaign else None,
        "geo": _place(_part(context, "location")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _place(location: Mapping[str, Any]) -> Mapping[str, Any] | None:
    place = {name: location[name] for name in ("country", "region", "latitude", "longitude") if name in location}
    return place or None


def _host(url: Any) -> str | None:
    try:
        return urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        return None


def _part(context: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = context.get(name)
    return part if isinstance(part, dict) else {}


def _lower(context: Mapping[str, Any], part: str, name: str) -> str:
    return str(_part(context, part).get(name) or "").lower()
