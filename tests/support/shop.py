"""Events of a small shop, as its trackers and its order system send them."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_ids = count(1)


def sent(event: str, minute: float = 0, **changes: Any) -> bytes:
    """Return one event of the generic wire form, `minute` minutes after Monday morning."""
    body: dict[str, Any] = {
        "event": event,
        "event_id": f"e-{next(_ids)}",
        "timestamp": (MONDAY + timedelta(minutes=minute)).isoformat(),
        "properties": {},
    }
    return json.dumps(body | changes).encode()


def viewed(product: str, minute: float = 0, *, cookie: str = "cookie-1", **changes: Any) -> bytes:
    return sent("product_viewed", minute, anonymous_id=cookie, properties={"product_id": product}, **changes)


def ordered(order_id: str, minute: float, *variants: str, user: str = "ada", price: str = "40.00") -> bytes:
    items: list[dict[str, Any]] = [
        {"variant_id": one, "product_id": one.split("/")[0], "size": one.split("/")[1], "quantity": 1}
        for one in variants
    ]
    for item in items:
        item["unit_price"] = price
    total = str(float(price) * len(items))
    properties = {"order_id": order_id, "items": items, "total": total, "currency": "EUR"}
    return sent("order_created", minute, user_id=user, properties=properties)


def sent_back(return_id: str, order_id: str, minute: float, variant: str, reason: str) -> bytes:
    items = [{"variant_id": variant, "quantity": 1, "reason": reason}]
    properties = {"return_id": return_id, "order_id": order_id, "items": items}
    return sent("return_requested", minute, properties=properties)
