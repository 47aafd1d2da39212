"""`python -m haberdasher.asyncapi` prints docs/reference/asyncapi.json from the code; a test holds the two equal."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from attrs import fields

from adapters.broker import dead_topic
from haberdasher import __version__
from ports.messages import INTAKE, TOPICS, IntakeEvent

_REF = "#/components/schemas/{name}"
_TEXT = {"type": "string"}
_INTAKE_HEADERS = {
    "source": {**_TEXT, "description": "registered source whose event it is; the collector's --source without it"},
    "tenant": {**_TEXT, "description": "tenant that it is for; another one than the collector's goes to the dead"},
}
_DEAD_HEADERS = {
    **_INTAKE_HEADERS,
    "reason": {**_TEXT, "description": "body_missing, tenant_unknown, or handler_failed with the kind of error"},
    "origin-topic": _TEXT,
    "origin-partition": _TEXT,
    "origin-offset": {**_TEXT, "description": "offset, stream sequence, entry id or message id, as the broker has it"},
}
_OUTGOING_HEADERS = {
    "message_id": {**_TEXT, "description": "the same when it is sent again: deduplicate by it; NATS: Nats-Msg-Id"},
    "type": {**_TEXT, "description": "what the body says of itself under `type`"},
}


def document() -> Mapping[str, Any]:
    """Return the AsyncAPI 3.0 document of everything that we take and publish."""
    kinds = (IntakeEvent, *TOPICS)
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
    for kind in kinds:
        for one in fields(kind):
            if one.type is datetime:  # msgspec says so of types that cannot be without a zone only
                schemas[kind.__name__]["properties"][one.name]["format"] = "date-time"
    dead = dead_topic(INTAKE)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Haberdasher",
            "version": __version__,
            "description": "Events in; sessions, orders, returns and persons out, at least once.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "intake": _channel(INTAKE, IntakeEvent, "Events come in here, one in each message."),
            "intakeDead": _channel(dead, IntakeEvent, "Messages that could be handed to nobody, as they came.", "Dead"),
            **{_channel_name(topic): _outgoing(topic) for topic in TOPICS.values()},
        },
        "operations": {
            "collect": _operation("receive", "intake"),
            "bury": _operation("send", "intakeDead"),
            **{f"publish{kind.__name__}": _publishing(kind, topic) for kind, topic in TOPICS.items()},
        },
        "components": {
            "messages": {
                "IntakeEvent": _message(IntakeEvent, _INTAKE_HEADERS),
                "DeadIntakeEvent": {**_message(IntakeEvent, _DEAD_HEADERS), "payload": {}},
                **{kind.__name__: _message(kind, _OUTGOING_HEADERS) for kind in TOPICS},
            },
            "schemas": schemas,
        },
    }


def _channel(topic: str, kind: type, description: str, prefix: str = "") -> Mapping[str, Any]:
    name = f"{prefix}{kind.__name__}"
    messages = {name: {"$ref": f"#/components/messages/{name}"}}
    return {"address": topic, "description": description.splitlines()[0], "messages": messages}


def _outgoing(topic: str) -> Mapping[str, Any]:
    """Return the channel of a topic with every kind of message that is published there."""
    channels = [_channel(topic, kind, kind.__doc__ or "") for kind in _kinds(topic)]
    messages = {name: message for one in channels for name, message in one["messages"].items()}
    return {"address": topic, "description": " ".join(one["description"] for one in channels), "messages": messages}


def _publishing(kind: type, topic: str) -> Mapping[str, Any]:
    name = _channel_name(topic)
    which = {"messages": [{"$ref": f"#/channels/{name}/messages/{kind.__name__}"}]} if len(_kinds(topic)) > 1 else {}
    return {**_operation("send", name), **which}


def _kinds(topic: str) -> Sequence[type]:
    return [kind for kind, where in TOPICS.items() if where == topic]


def _channel_name(topic: str) -> str:
    return topic.split(".")[1]


def _operation(action: str, channel: str) -> Mapping[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _message(kind: type, headers: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "contentType": "application/json",
        "headers": {"type": "object", "properties": headers},
        "payload": {"$ref": _REF.format(name=kind.__name__)},
    }


def page() -> bytes:
    return msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(page())
