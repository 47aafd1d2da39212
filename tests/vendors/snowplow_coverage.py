"""Every schema of Snowplow's commerce vocabularies, with a sample value for each property."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.taxonomy.dialects import snowplow
from domain.taxonomy.dialects.snowplow.message import ECOMM, ECOMMERCE, SNOWPLOW
from tests.support.snowplow import entity, message, said
from tests.vendors.coverage import Coverage, covered

ACTION = "snowplow_ecommerce_action"
VENDOR, ENTITIES = "Snowplow", "Snowplow entities"
#: What the schemas themselves do not part: these describe what is around an event.
_AROUND: Mapping[str, frozenset[str]] = {
    ECOMMERCE: frozenset(
        [
            *("cart", "checkout_step", "page", "product", "promotion", "refund", "transaction", "transaction_error"),
            "user",
        ]
    ),
    SNOWPLOW: frozenset(["client_session", "geolocation_context", "web_page"]),
    ECOMM: frozenset(
        [
            *("cart", "collection", "coupon", "customer", "discount", "dispute", "location", "order", "payment"),
            *("product", "replacement", "return", "search", "store"),
        ]
    ),
}
#: Where the plainest value of a type would say nothing.
_SAMPLES: Mapping[str, Any] = {
    "currency": "EUR",
    "list_id": "wishlist-1",
    "previous_quantity": 3,
    "is_guest": False,
    "locale": "de-AT",
    "email": "ada@example.com",
}
_FORMATS = {"date": "2026-11-24", "date-time": "2026-11-24T11:00:00Z", "uuid": "6bd0ffd4-0be0-4a4c-9d2b-3f1b4a0f6d10"}


def rows(schemas: Path) -> Sequence[Coverage]:
    """Return a row for each type of action, each other event and each entity of $HABERDASHER_DATA/event_schemas."""
    iglu = schemas / "iglu"
    return [
        *(covered(VENDOR, name, sent, "snowplow") for name, sent in messages(iglu)),
        *(_entity(iglu, vendor, name) for vendor, names in _AROUND.items() for name in sorted(names)),
    ]


def messages(iglu: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (name, message) for every event, with all entities of its vocabulary around it."""
    for vendor, entities in _AROUND.items():
        around = [_sampled(iglu, vendor, name) for name in sorted(entities)]
        for name in sorted(one.name for one in (iglu / vendor).iterdir()):
            if name in entities:
                continue
            schema, version = _latest(iglu, vendor, name)
            if name == ACTION:
                for kind in schema["properties"]["type"]["enum"]:
                    data = {"type": kind, "name": "a list"}
                    yield f"{vendor}/{name} `{kind}`", said(vendor, name, data, around, version)
            else:
                yield f"{vendor}/{name}", said(vendor, name, sample(schema, schema), around, version)


def sample(schema: Mapping[str, Any], root: Mapping[str, Any], name: str = "x") -> Any:
    """Return a value that a JSON schema takes: every property has one, and a text says what it is."""
    schema = root["definitions"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if name in _SAMPLES:
        value = _SAMPLES[name]
    elif "enum" in schema:
        value = schema["enum"][0]
    elif kind == "object":
        value = {each: sample(one, root, each) for each, one in schema.get("properties", {}).items()}
    elif kind == "array":
        value = [sample(schema.get("items", {}), root, name)]
    elif kind == "string":
        value = _FORMATS.get(schema.get("format", ""), f"{name}-1")
    else:
        value = {"boolean": True, "integer": 1, "number": 1}[kind]
    return value


def _latest(iglu: Path, vendor: str, name: str) -> tuple[Mapping[str, Any], str]:
    file = max((iglu / vendor / name / "jsonschema").iterdir())
    return json.loads(file.read_text()), file.name


def _sampled(iglu: Path, vendor: str, name: str) -> dict[str, Any]:
    schema, version = _latest(iglu, vendor, name)
    return entity(vendor, name, sample(schema, schema), version)


def _entity(iglu: Path, vendor: str, name: str) -> Coverage:
    """An entity is read if an event says something else without it."""
    schema = f"{vendor}/{name}"
    of_its_own = [message("pv", [_sampled(iglu, vendor, name)], duid=None, url="https://shop.example/")]
    sent = [*of_its_own, *(one for _, one in messages(iglu))]
    if any(snowplow.translate(one) != snowplow.translate(_without(one, schema)) for one in sent):
        return Coverage(ENTITIES, schema, ("entity: read with its event",))
    return Coverage(ENTITIES, schema, reason="entity", detail="kept in the stored event; nothing canonical takes it")


def _without(sent: Mapping[str, Any], schema: str) -> Mapping[str, Any]:
    kept = [one for one in sent["co"]["data"] if f":{schema}/" not in one["schema"]]
    return {**sent, "co": {**sent["co"], "data": kept}}
