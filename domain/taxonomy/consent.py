"""What somebody allows, by purpose. What was not said is unknown; `geo` and `ads` need a yes, and a no always wins."""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration

PURPOSES = ("analytics", "personalisation", "geo", "ads")
_ANSWERS = {"granted": "granted", "denied": "denied", "true": "granted", "false": "denied"}


def consent_of(sent: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what an event says about consent, by purpose, without what is unknown; with `policy_version` if sent.

    Errors: `Refused` for what is neither an object nor an answer.
    """
    consent = sent.get("consent")
    if consent is None:
        return {}
    if not isinstance(consent, dict):
        raise Refused(Reason.TYPE_INVALID, "consent", "expected an object of purposes")
    said = {}
    for purpose in PURPOSES:
        answer = consent.get(purpose)
        if answer is None:
            continue
        word = str(answer).lower() if isinstance(answer, str | bool) else ""
        if word in _ANSWERS:
            said[purpose] = _ANSWERS[word]
        elif word != "unknown":
            raise Refused(Reason.ENUM_UNKNOWN, f"consent.{purpose}", "expected granted, denied or unknown")
    version = consent.get("policy_version")
    if isinstance(version, str) and 0 < len(version) <= 64:
        said["policy_version"] = version
    return said


def may_store(consent: Mapping[str, str], source: Declaration) -> None:
    """Refuse behaviour that nobody allowed: where the basis is consent a yes is needed, and a no always wins."""
    answer = consent.get("analytics")
    if answer == "denied" or (answer is None and source.legal_basis == "consent"):
        raise Refused(Reason.CONSENT_REQUIRED, "consent.analytics", "the shopper did not allow it")
