"""What each canonical event carries: required and optional fields, in the units that are stored."""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.fields import Schema
from domain.taxonomy.schemas import behaviour, transactions

SCHEMAS: Mapping[str, Schema] = {
    name: Schema(fields)
    for events in (behaviour.EVENTS, transactions.EVENTS, transactions.DECISIONS)
    for name, fields in events.items()
}
#: Of each canonical event. A source may say which one it sends (`schema_version`); another major is not guessed at.
SCHEMA_VERSION = "1.0"


def example(name: str) -> Mapping[str, Any]:
    """Return the smallest payload that the schema of `name` takes."""
    samples: dict[str, Any] = {
        "items": [
            {"variant_id": "sku-1", "product_id": "product-1", "quantity": 1, "unit_price": 1, "currency": "EUR"}
        ],
        "currency": "EUR",
        "disposition": "restocked",
        "total": 1,
        "amount": 1,
        "position": 1,
        "viewable_ms": 1,
        "colourways": [{"colourway_id": "c-1", "variants": [{"variant_id": "sku-1"}]}],
        "levels": [{"variant_id": "sku-1", "quantity": 1}],
        "media_kind": "zoom",
        "step": "payment",
        "status": "applied",
        "rating": 4,
        "kind": "size",
        "outcome": "left",
    }
    return {field: samples.get(field, f"{field}-1") for field in SCHEMAS[name].required}
