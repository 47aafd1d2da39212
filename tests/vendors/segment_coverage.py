"""Every event of Segment's and RudderStack's e-commerce specs, with their own examples."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.vendors.coverage import Coverage, covered

_HEADING = re.compile(r"^###? (.+)$", re.MULTILINE)
_TRACKED = re.compile(r"(?:analytics|rudderanalytics)\.track\(\s*[\"']([^\"']+)[\"']\s*,\s*(\{.*?\})\s*\)", re.DOTALL)
_JSON_BLOCK = re.compile(r"```(?:json|js|javascript)\n(\{.*?\})\n```", re.DOTALL)
_CALLS = ("alias", "group", "page", "screen")


def rows(schemas: Path) -> Sequence[Coverage]:
    segment = (schemas / "segment_ecommerce_v2.md").read_text()
    rudder = "\n".join(one.read_text() for one in sorted((schemas / "rudderstack").glob("*.mdx")))
    calls = sorted(one.name for one in (schemas / "iglu" / "com.segment").iterdir())
    return [
        *_specified("Segment e-commerce", segment, "segment", "###"),
        *_specified("RudderStack e-commerce", rudder, "rudder", "##"),
        *(_called(name) for name in calls),
    ]


def examples(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (event, properties) for every example of a `track` call, as code or as a JSON message."""
    for block in _JSON_BLOCK.findall(text):
        try:
            message = json.loads(_plain(block))
        except ValueError:
            continue
        if "event" in message and isinstance(message.get("properties"), dict):
            yield message["event"], message["properties"]
    for name, written in _TRACKED.findall(text):
        yield name, json.loads(_plain(written))


def _specified(vendor: str, text: str, dialect: str, level: str) -> Iterator[Coverage]:
    """Yield a row for each heading that names an event: one with an example of a call under it."""
    shown: dict[str, Mapping[str, Any]] = {}
    for name, properties in examples(text):
        shown.setdefault(name, properties)
    headings = re.findall(rf"^{level} (.+)$", text, re.MULTILINE)
    for name in dict.fromkeys([*(one for one in headings if one in shown or _is_event(one)), *shown]):
        yield covered(vendor, name, message(name, shown.get(name, {})), dialect)


def _is_event(heading: str) -> bool:
    return heading.endswith(("Viewed", "Clicked", "Added", "Removed", "Started", "Completed", "Entered", "Shared"))


def message(name: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a call as a client sends it."""
    return {
        "type": "track",
        "event": name,
        "properties": dict(properties),
        "messageId": f"m-{name}",
        "anonymousId": "cookie-1",
        "originalTimestamp": "2026-11-24T11:59:00Z",
        "sentAt": "2026-11-24T12:00:00Z",
    }


def _called(name: str) -> Coverage:
    """Calls are read by their type; `context` and `traits` come with one."""
    sent = {**message("Product Viewed", {"product_id": "p"}), "type": name if name in _CALLS else "track"}
    if name == "alias":
        sent |= {"previousId": "cookie-1", "userId": "ada"}
    elif name == "traits":
        sent |= {"type": "identify", "traits": {"email": "ada@example.com", "age": 36}}
    elif name == "context":
        sent |= {"context": {"ip": "203.0.113.7", "locale": "de-DE", "page": {"url": "https://shop.example/"}}}
    return covered("Segment calls", name, sent, "segment")


def _plain(text: str) -> str:
    """Turn an object as it is written in JavaScript into JSON; some examples forget a comma."""
    text = re.sub(r"(^|[\s,{])//[^\n]*", r"\1", text)
    text = re.sub(r"'((?:[^'\\\n]|\\.)*)'", lambda found: json.dumps(found.group(1).replace("\\'", "'")), text)
    text = re.sub(r"([\"\w\]}])(\s*\n\s*[\"{\w])", r"\1,\2", text)
    text = re.sub(r"([{,]\s*)([A-Za-z_]\w*)\s*:", r'\1"\2":', text)
    return re.sub(r",(\s*[}\]])", r"\1", text)
