"""Messages as Snowplow trackers send them, with their self-describing parts unpacked."""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.dialects.snowplow.message import ECOMM, ECOMMERCE, SNOWPLOW

UNSTRUCT = f"iglu:{SNOWPLOW}/unstruct_event/jsonschema/1-0-0"
CONTEXTS = f"iglu:{SNOWPLOW}/contexts/jsonschema/1-0-1"
PAYLOAD = f"iglu:{SNOWPLOW}/payload_data/jsonschema/1-0-4"
#: 2026-11-24 11:59 UTC in milliseconds.
AT = 1795521540000

HAT = {
    "id": "hat-1",
    "name": "Hat",
    "category": "hats",
    "price": 19.9,
    "list_price": 29.9,
    "size": "M",
    "variant": "hat-1-m",
    "brand": "acme",
    "currency": "EUR",
}
SCARF = {"id": "scarf-7", "category": "scarves", "price": 35, "currency": "EUR", "quantity": 2}
CART = {"cart_id": "cart-1", "total_value": 89.9, "currency": "EUR"}


def entity(vendor: str, name: str, data: Any, version: str = "1-0-0") -> dict[str, Any]:
    return {"schema": f"iglu:{vendor}/{name}/jsonschema/{version}", "data": data}


def commerce(**entities: Any) -> list[dict[str, Any]]:
    """Return entities of the ecommerce schemas; a list is several of one name."""
    return [
        entity(ECOMMERCE, name, one)
        for name, data in entities.items()
        for one in (data if isinstance(data, list) else [data])
    ]


def message(code: str, entities: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    """Return one event of a browser tracker."""
    body: dict[str, Any] = {"e": code, "eid": "e-1", "dtm": AT, "stm": AT, "duid": "cookie-1", "p": "web", "tv": "js-3"}
    return body | ({"co": {"schema": CONTEXTS, "data": entities}} if entities else {}) | fields


def said(
    vendor: str,
    name: str,
    data: Any,
    entities: list[dict[str, Any]] | None = None,
    version: str = "1-0-0",
    **fields: Any,
) -> dict[str, Any]:
    """Return a self-describing event."""
    inner = entity(vendor, name, data, version)
    return message("ue", entities, ue_pr={"schema": UNSTRUCT, "data": inner}, **fields)


def action(kind: str, *, name: str | None = None, **entities: Any) -> dict[str, Any]:
    """Return an ecommerce action with its entities."""
    data = {"type": kind} | ({} if name is None else {"name": name})
    return said(ECOMMERCE, "snowplow_ecommerce_action", data, commerce(**entities), "1-0-2")


def ecomm(name: str, data: Mapping[str, Any], **entities: Any) -> dict[str, Any]:
    """Return an event of `io.snowplow.ecomm` with its entities."""
    around = [
        entity(ECOMM, kind, one)
        for kind, known in entities.items()
        for one in (known if isinstance(known, list) else [known])
    ]
    return said(ECOMM, name, data, around)
