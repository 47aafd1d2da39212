"""Where, on what and from where: the context of an event, in few and coarse values.

A context is a circumstance: what cannot be read of it is left out with a note, and the event still counts. Only
`device_type` is strict, for the session is kept by it.
"""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from attrs import frozen

from domain.taxonomy.fields import clean_text, one_of
from domain.taxonomy.place import geohash
from domain.taxonomy.refusal import Refused

DEVICE_TYPES = frozenset(["desktop", "mobile", "tablet", "tv", "kiosk", "pos", "unknown"])
_device_type = one_of(DEVICE_TYPES)
_OS = {
    "ios": "ios",
    "ipados": "ios",
    "iphone os": "ios",
    "android": "android",
    "windows": "windows",
    "mac os": "macos",
    "mac os x": "macos",
    "macos": "macos",
    "linux": "linux",
    "chrome os": "chromeos",
}
#: Smallest width in CSS pixels -> class.
_VIEWPORTS = ((1400, "xxl"), (1200, "xl"), (992, "lg"), (768, "md"), (576, "sm"), (0, "xs"))
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_SEARCH = re.compile(r"(^|\.)(google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage)\.")
_SOCIAL = re.compile(r"(^|\.)(facebook|instagram|pinterest|tiktok|twitter|x|reddit|youtube|snapchat|linkedin)\.")
_PAID = frozenset(["cpc", "ppc", "paid", "paidsearch", "paid_search", "display", "cpm"])
#: Countries whose summer is in December: the larger ones south of the equator.
SOUTHERN = frozenset(
    [
        "AR",
        "AU",
        "BO",
        "BR",
        "BW",
        "CL",
        "FJ",
        "LS",
        "MG",
        "MU",
        "MW",
        "MZ",
        "NA",
        "NZ",
        "PE",
        "PG",
        "PY",
        "SZ",
        "UY",
        "ZA",
        "ZM",
        "ZW",
    ]
)
_SEASONS = ("winter", "spring", "summer", "autumn")
_LONGEST = 300


@frozen
class Context:
    """`kept` is stored with the event. The rest is evidence for the session: who sends, and from which page."""

    kept: Mapping[str, Any]
    device_type: str | None = None
    user_agent: str | None = None
    automated: bool = False


NOWHERE = Context({})


def context_of(sent: Mapping[str, Any], at: datetime, *, geo: bool, notes: list[str]) -> Context:
    """Read a context; `geo`: whether a place may be kept. `at`: when it happened. Raises `Refused`: `device_type`."""
    if not sent:
        return NOWHERE
    kept: dict[str, Any] = {}
    device_type = None
    if sent.get("device_type") is not None:
        device_type = kept["device_type"] = _device_type(sent["device_type"], "device_type", notes)
    circumstances = (
        ("os_family", _OS.get(str(sent.get("os") or sent.get("os_family") or "").lower())),
        ("viewport_class", _viewport(sent)),
        ("locale", _matching(sent.get("locale"), _LOCALE)),
        ("market", _country(sent.get("market"))),
        ("app_version", _short(sent.get("app_version"), 32)),
        ("experiment_arms", _arms(sent.get("experiment_arms"))),
        ("referral", _referral(sent)),
        ("geo", _geo(sent.get("geo")) if geo else None),
    )
    kept |= {name: found for name, found in circumstances if found}
    if sent.get("geo") is not None and not geo:
        notes.append("context.geo: stripped, no consent")
    country = kept.get("market") or kept.get("geo", {}).get("country")
    kept |= _local(at, sent.get("timezone"), country)
    return Context(kept, device_type, _short(sent.get("user_agent"), _LONGEST), sent.get("webdriver") is True)


def _short(value: Any, limit: int) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return clean_text(value.strip()[:limit], "context")
    except Refused:
        return None


def _matching(value: Any, pattern: re.Pattern[str]) -> str | None:
    text = _short(value, 35)
    return text if text and pattern.fullmatch(text) else None


def _country(value: Any) -> str | None:
    text = _matching(value, _COUNTRY)
    return text.upper() if text else None


def _viewport(sent: Mapping[str, Any]) -> str | None:
    width = sent.get("viewport_width")
    if isinstance(width, int) and not isinstance(width, bool) and 0 < width < 100_000:
        return next(name for least, name in _VIEWPORTS if width >= least)
    named = _short(sent.get("viewport_class"), 3)
    return named if named in {name for _, name in _VIEWPORTS} else None


def _arms(value: Any) -> list[str]:
    arms = value if isinstance(value, list) else []
    return [arm for one in arms[:20] if (arm := _short(one, 64))]


def _geo(sent: Any) -> Mapping[str, str] | None:
    if not isinstance(sent, dict):
        return None
    latitude, longitude = sent.get("latitude"), sent.get("longitude")
    found = {
        "country": _country(sent.get("country")),
        "region": _matching(sent.get("region"), re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")),
        "geohash": (_short(sent.get("geohash"), 4) if latitude is None else geohash(latitude, longitude)),
    }
    return {name: value for name, value in found.items() if value} or None


def _referral(sent: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Return channel group, referring domain and campaign: never a path or a query, which may say who somebody is."""
    campaign = sent.get("campaign")
    named = campaign if isinstance(campaign, dict) else {}
    utm = {
        f"utm_{name}": text
        for name in ("source", "medium", "campaign", "content", "term")
        if (text := _campaign(named.get(name)))
    }
    referrer = _short(sent.get("referrer"), 2000)
    if referrer is None and not utm:
        return None
    try:
        parts = urlsplit(referrer or "")
        domain = (parts.hostname or "")[:100]
        utm |= {
            name: text
            for name, value in parse_qsl(urlsplit(str(sent.get("page_url") or "")).query)[:50]
            if name in _UTM and name not in utm and (text := _campaign(value))
        }
    except ValueError:
        return None
    group = _group(domain, utm.get("utm_medium", "").lower(), str(sent.get("page_host") or ""))
    return {"channel_group": group} | ({"referrer_domain": domain} if domain else {}) | utm


_UTM = frozenset(f"utm_{name}" for name in ("source", "medium", "campaign", "content", "term"))


def _campaign(value: Any) -> str | None:
    text = _short(value, 100)
    return None if text is None or "@" in text else text


def _group(domain: str, medium: str, own_host: str) -> str:
    if medium in _PAID:
        group = "paid_search"
    elif medium in {"email", "newsletter"}:
        group = "email"
    elif medium in {"affiliate", "partner"}:
        group = "affiliate"
    elif medium in {"social", "paid_social"} or _SOCIAL.search(domain):
        group = "social"
    elif _SEARCH.search(domain):
        group = "organic_search"
    elif domain and own_host and domain == own_host:
        group = "internal"
    else:
        group = "referral" if domain else "direct"
    return group


def _local(at: datetime, timezone: Any, country: str | None) -> Mapping[str, Any]:
    """Return hour and weekday (Monday 0) where it happened, and the season there, as far as the place is known."""
    found: dict[str, Any] = {}
    zone = _zone(timezone)
    if zone is not None:
        local = at.astimezone(zone)
        found = {"local_hour": local.hour, "local_dow": local.weekday()}
    if country is not None:
        turned = 2 if country in SOUTHERN else 0
        found["season"] = _SEASONS[(at.month % 12 // 3 + turned) % 4]
    return found


def _zone(name: Any) -> tzinfo | None:
    text = _short(name, 64)
    if text is None:
        return None
    try:
        return ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        return None
