"""What Segment's clients know of the circumstances: device, page, campaign, place, consent."""

from collections.abc import Mapping
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
#: Segment's consent categories -> our purposes (https://segment.com/docs/privacy/consent-management/).
_CATEGORIES: Mapping[str, str] = {
    "advertising": "ads",
    "analytics": "analytics",
    "functional": "personalisation",
    "personalization": "personalisation",
    "geolocation": "geo",
    "location": "geo",
}


def channel_of(context: Mapping[str, Any]) -> str | None:
    """Return app_ios or app_android for their mobile clients, else nothing: the source says."""
    for kind in (_lower(context, "device", "type"), _lower(context, "os", "name")):
        if kind in _MOBILE and ("app" in context or "device" in context):
            return f"app_{kind}"
    return None


def consent_of(context: Mapping[str, Any], own: Any) -> Mapping[str, Any] | None:
    """Return answers by purpose, from `context.consent.categoryPreferences` or an object in our own form."""
    if isinstance(own, dict):
        return own
    consent = context.get("consent")
    preferences = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if not isinstance(preferences, dict):
        return None
    return {
        purpose: answer
        for category, answer in preferences.items()
        if isinstance(answer, bool) and (purpose := _CATEGORIES.get(category.lower()))
    }


def context_of(context: Mapping[str, Any]) -> Mapping[str, Any]:
    page, campaign, screen = (_part(context, name) for name in ("page", "campaign", "screen"))
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
