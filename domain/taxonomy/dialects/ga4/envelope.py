"""Who, when, where from and on what, as far as Google's words have ours for it."""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.dialects.ga4.pages import location
from domain.taxonomy.dialects.ga4.values import first, lowered, mapping, without_nothing, word

_DEVICES: Mapping[str, str] = {
    "desktop": "desktop",
    "mobile": "mobile",
    "tablet": "tablet",
    "smart tv": "tv",
    "tv": "tv",
}
_CHANNELS: Mapping[str, str] = {"web": "web", "android": "app_android", "ios": "app_ios"}
_ANSWERS: Mapping[str, str] = {"granted": "granted", "yes": "granted", "denied": "denied", "no": "denied"}
#: Purpose -> the names under which consent mode, the Measurement Protocol and the export ask for it.
_CONSENT: Mapping[str, tuple[str, ...]] = {
    "analytics": ("analytics_storage",),
    "personalisation": ("personalization_storage",),
    "ads": ("ad_user_data", "ad_personalization", "ad_storage", "ads_storage"),
}
_CAMPAIGN = ("source", "medium", "campaign", "content", "term")


def consent(sent: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers by purpose. Of several names for one purpose a single no counts.

    `ad_personalization` is about advertising, not about this shop's own recommendations.
    """
    found = {}
    for purpose, names in _CONSENT.items():
        answers = {_ANSWERS.get(lowered(sent.get(name))) for name in names} - {None}
        if answers:
            found[purpose] = "denied" if "denied" in answers else "granted"
    return found


def channel(platform: Any) -> str | None:
    return _CHANNELS.get(lowered(platform))


def context(
    params: Mapping[str, Any],
    device: Mapping[str, Any],
    *,
    campaign: Mapping[str, Any] | None = None,
    app_version: Any = None,
    user_agent: Any = None,
    host: Any = None,
) -> dict[str, Any]:
    """Return the context. `campaign`: where the event's own parameters name none, the one that an export knows."""
    own = without_nothing({name: params.get(name) for name in _CAMPAIGN})
    return without_nothing(
        {
            "device_type": _DEVICES.get(lowered(device.get("category"))),
            "os": word(device.get("operating_system")),
            "locale": word(first(device.get("language"), params.get("language"))),
            "app_version": word(app_version),
            "user_agent": word(user_agent),
            "page_url": word(params.get("page_location")),
            "page_host": location(params).hostname or word(host),
            "referrer": word(params.get("page_referrer")),
            "campaign": own or without_nothing(mapping(campaign)) or None,
        }
    )
