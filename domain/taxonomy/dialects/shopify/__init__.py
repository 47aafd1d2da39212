"""Shopify's webhooks: `{topic, webhook_id, shop, triggered_at, api_version, payload}`, the payload as Shopify sent it.

The id of the delivery is the producer's id: Shopify repeats it when it sends again, and gives each topic its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.shopify.parts import Message, word
from domain.taxonomy.dialects.shopify.topics import READ, UNREAD
from domain.taxonomy.refusal import Reason, Refused

WireEvents = Sequence[Mapping[str, Any]]


def translate(sent: Mapping[str, Any]) -> WireEvents:
    """Read one webhook; test orders are refused, for nothing was sold."""
    return _translated(sent, tests=False)


def translate_with_tests(sent: Mapping[str, Any]) -> WireEvents:
    """Read one webhook of a development store, whose orders are all test orders."""
    return _translated(sent, tests=True)


def _translated(sent: Mapping[str, Any], *, tests: bool) -> WireEvents:
    topic = word(sent.get("topic"))
    if topic is None:
        raise Refused(Reason.MISSING_REQUIRED, "topic", "the header X-Shopify-Topic says what the webhook is about")
    if "payload" not in sent:
        raise Refused(Reason.NOT_JSON, "payload", "the body of the webhook is not one JSON value in UTF-8")
    payload = sent["payload"]
    if not isinstance(payload, dict):
        raise Refused(Reason.TYPE_INVALID, "payload", "expected an object")
    if (unread := UNREAD.get(topic)) is not None:
        raise Refused(unread[0], "topic", unread[1])
    triggered_at = sent.get("triggered_at")
    read = READ.get(topic)
    if read is None:
        events: WireEvents = [{"event": topic, "timestamp": triggered_at, "properties": payload}]
    else:
        events = read(Message(topic, payload, triggered_at, tests))
    webhook_id = sent.get("webhook_id")
    return events if webhook_id is None else [{**events[0], "event_id": webhook_id}, *events[1:]]
