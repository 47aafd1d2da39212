"""The dialect `ga4`: one event of the Measurement Protocol, with what its request says for all of its events.

What the door stores is the event (`name`, `params`, `timestamp_micros`) beside the other keys of its request
(`client_id` or `app_instance_id`, `user_id`, `consent`, `device`, ...), all under Google's names.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.ga4.envelope import channel, consent, context
from domain.taxonomy.dialects.ga4.events import events_of
from domain.taxonomy.dialects.ga4.pages import session
from domain.taxonomy.dialects.ga4.values import first, mapping, moment, without_nothing, word
from domain.taxonomy.refusal import Reason, Refused

#: `1:1234567890:android:321abc456def7890`
_APP = re.compile(r"\d+:\d+:(android|ios|web):.*")


def translate(sent: Mapping[str, Any]) -> Sequence[WireEvent]:
    params = sent.get("params")
    if params is not None and not isinstance(params, dict):
        raise Refused(Reason.TYPE_INVALID, "params", "expected an object")
    return events_of(sent.get("name"), params or {}, _about(sent, params or {}))


def _about(sent: Mapping[str, Any], params: Mapping[str, Any]) -> Mapping[str, Any]:
    allowed = consent(mapping(sent.get("consent")))
    if sent.get("non_personalized_ads") is True:
        allowed["ads"] = "denied"
    app, person = _APP.fullmatch(word(sent.get("firebase_app_id")) or ""), mapping(sent.get("user_data"))
    return without_nothing(
        {
            "timestamp": moment(sent.get("timestamp_micros"), "timestamp_micros"),
            "anonymous_id": first(sent.get("client_id"), sent.get("app_instance_id")),
            "user_id": sent.get("user_id"),
            "email": word(person.get("email_address")),
            "phone": word(person.get("phone_number")),
            "session_id": session(params),
            "channel": channel(app.group(1)) if app else None,
            "consent": allowed or None,
            "context": context(
                params,
                mapping(sent.get("device")),
                user_agent=sent.get("user_agent"),
                app_version=params.get("app_version"),
            ),
        }
    )
