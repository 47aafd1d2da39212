"""What Snowplow's trackers say about consent, by our purposes.

A shop names its own scopes; those that this table knows are read. Basis `consent` on an event says that its collection
was allowed, and no more than that.
"""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.consent import PURPOSES
from domain.taxonomy.dialects.snowplow.message import SNOWPLOW, Message, taken, word
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused

_SCOPES: Mapping[str, str] = {
    **dict.fromkeys(("analytics", "statistics", "statistic", "performance", "measurement"), "analytics"),
    **dict.fromkeys(("personalisation", "personalization", "preferences", "preference"), "personalisation"),
    **dict.fromkeys(("ads", "ad", "advertising", "advertisement", "marketing", "targeting"), "ads"),
    **dict.fromkeys(("geo", "geolocation", "location"), "geo"),
}
#: A purpose that needs a yes is not granted by going on.
_EXPLICIT = frozenset(["geo", "ads"])
_NOTHING = frozenset(["deny_all", "withdrawn", "expired"])
_SOME = frozenset(["allow_all", "allow_selected", "implicit_consent"])


def consent_of(message: Message) -> dict[str, Any]:
    """Return the consent that an event is sent with: its own entity, else the basis of its collection."""
    preferences = message.about(SNOWPLOW, "consent_preferences")
    if preferences:
        return decided(preferences)
    basis = message.about(SNOWPLOW, "gdpr").get("basisForProcessing")
    return {"analytics": "granted"} if basis == "consent" else {}


def decided(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of one `consent_preferences`. Raises `Refused` for a decision that is none."""
    kind, scopes = data.get("eventType"), data.get("consentScopes")
    version = taken(data, policy_version="consentVersion")
    if kind == "pending":
        return version
    if isinstance(kind, str) and kind in _NOTHING:
        return dict.fromkeys(PURPOSES, "denied") | version
    if not isinstance(kind, str) or kind not in _SOME:
        raise Refused(Reason.ENUM_UNKNOWN, "eventType", "no decision about consent that this dialect reads")
    named = scopes if isinstance(scopes, list) else []
    granted = {purpose for one in named if (purpose := _SCOPES.get(normalise(word(one))))}
    if kind == "implicit_consent":
        granted -= _EXPLICIT
    if kind == "allow_selected":
        return {purpose: "granted" if purpose in granted else "denied" for purpose in PURPOSES} | version
    return dict.fromkeys(sorted(granted), "granted") | version
