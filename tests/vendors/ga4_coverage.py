"""Every event of Google's published schemas: GA4 by tag and by server, and the Universal Analytics of before.

There are no examples, so each message has a sample value for each property of its schema.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.vendors.coverage import Coverage, covered

GA4 = "Google Analytics 4"
UNIVERSAL = "Google Universal Analytics"
#: Entities that come with an event, and are none.
_ENTITIES = frozenset(["user_data", "preview_mode", "cookies"])
_FOLDERS = ("com.google.tag-manager.server-side", "com.google.ga4", "com.google.ga4.enhanced-measurement")
_SAMPLES: Mapping[str, Any] = {
    "currency": "USD",
    "item_id": "SKU_12345",
    "item_variant": "SKU_12345-m",
    "index": 0,
    "price": 10.01,
    "discount": 2.22,
    "quantity": 3,
    "value": 30.03,
    "shipping": 3.33,
    "tax": 1.11,
    "content_type": "product",
    "engagement_time_msec": 1200,
    "step": 1,
    "position": 1,
    "revenue": 34.47,
}


def rows(schemas: Path) -> Sequence[Coverage]:
    """GA4's `view_search_results` is published twice, with and without the items that were found."""
    return [*_of_ga4(schemas / "iglu"), *_of_universal(schemas / "iglu")]


def message(name: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event as the door stores it, with what its request says."""
    return {
        "measurement_id": "G-ABCDEFGHIJ",
        "client_id": "1234567890.1795520000",
        "timestamp_micros": 1795521540000000,
        "name": name,
        "params": {"ga_session_id": 1795521000, "page_location": "https://shop.example/sale?page=2", **params},
    }


def sample(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with a value for each property of a JSON schema."""
    return {name: _value(name, one) for name, one in schema.get("properties", {}).items()}


def _value(name: str, schema: Mapping[str, Any]) -> Any:
    if name in _SAMPLES:
        return _SAMPLES[name]
    types = schema.get("type", "string")
    kind = types if isinstance(types, str) else types[0]
    if kind == "array":
        return [sample(schema["items"])]
    return {"object": sample(schema), "number": 1, "integer": 1, "boolean": True}.get(kind, f"{name}-1")


def _schema(folder: Path, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / name / "jsonschema" / "1-0-0").read_text())
    return found


def _of_ga4(iglu: Path) -> Iterator[Coverage]:
    for vendor in _FOLDERS:
        for one in sorted((iglu / vendor).iterdir()):
            if one.name not in _ENTITIES:
                shown = f"{one.name} ({vendor.removeprefix('com.google.')})"
                sent = message(one.name, sample(_schema(iglu / vendor, one.name)))
                yield covered(GA4, shown, sent, "ga4")


def _of_universal(iglu: Path) -> Iterator[Coverage]:
    """An action of Enhanced Ecommerce comes with the objects that it is about."""
    plain, enhanced = iglu / "com.google.analytics.ecommerce", iglu / "com.google.analytics.enhanced-ecommerce"
    for one in sorted(plain.iterdir()):
        yield covered(UNIVERSAL, f"{one.name} (ecommerce)", message(one.name, sample(_schema(plain, one.name))), "ga4")
    product, promotion = (sample(_schema(enhanced, f"{name}FieldObject")) for name in ("product", "promo"))
    impression, field = (sample(_schema(enhanced, f"{name}FieldObject")) for name in ("impression", "action"))
    about: Mapping[str, Mapping[str, Any]] = {
        "promo_click": {"promotions": [promotion]},
        "view": {"impressions": [impression]},
    }
    for action in _schema(enhanced, "action")["properties"]["action"]["enum"]:
        params = {"action": action, "actionField": field, **about.get(action, {"products": [product]})}
        yield covered(UNIVERSAL, f"{action} (enhanced-ecommerce)", message(action, params), "ga4")
