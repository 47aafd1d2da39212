"""Slates as devices report them, and what was made of them: for tests of attribution."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from application.projections.rows import View
from application.projections.slates import SLATES, Shown
from application.serving.recording import SlateRecorder
from domain.slate.slate import SlateServed, Slot, Versions
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, sent

DAY = 24 * 60.0
PRODUCTS = ("coat", "hat", "scarf")


def serve(house: MemoryHouse, slate_id: str = "s-1", products: Sequence[str] = PRODUCTS, minute: float = 0) -> None:
    """Record a slate as the house would have served it, the last place with a propensity of a half."""
    slots = tuple(
        Slot(place, 1, place, one, f"{one}/m", 0.5 if place == len(products) else 1.0)
        for place, one in enumerate(products, start=1)
    )
    served = SlateServed(slate_id, "r", "home", MONDAY + timedelta(minutes=minute), slots, Versions("policy"))
    SlateRecorder(house.log, house.ids, "main")([served])


def shown(minute: float, *viewable_ms: int | None, slate_id: str = "s-1", **changes: Any) -> bytes:
    """Return what a device says of a slate: for how long each of its places was on screen."""
    items = [
        {"product_id": product, "position": place} | ({} if ms is None else {"viewable_ms": ms})
        for place, (product, ms) in enumerate(zip(PRODUCTS, viewable_ms, strict=False), start=1)
    ]
    return _said("slate_viewed", minute, {"slate_id": slate_id, "items": items}, changes)


def on_screen(minute: float, position: int, viewable_ms: int, slate_id: str = "s-1", **changes: Any) -> bytes:
    properties: dict[str, Any] = {"slate_id": slate_id, "position": position, "viewable_ms": viewable_ms}
    return _said("item_impression_viewed", minute, properties, changes)


def clicked(minute: float, product: str, position: int, slate_id: str = "s-1", **changes: Any) -> bytes:
    properties = {"product_id": product, "slate_id": slate_id, "position": position}
    return _said("product_clicked", minute, properties, changes)


def carted(minute: float, product: str, **changes: Any) -> bytes:
    """Return a cart add that names no slate."""
    return _said("product_added_to_cart", minute, {"product_id": product, "quantity": 1}, changes)


def login(minute: float, user: str = "ada", **changes: Any) -> bytes:
    return sent("login", minute, **({"anonymous_id": "cookie-1", "user_id": user} | changes))


def outcomes(house: MemoryHouse, slate_id: str = "s-1") -> Mapping[int, tuple[str, float]]:
    """Return what each labelled place of a slate was last said to have come to, with its label."""
    row = slate(house, slate_id)
    return {place: (one.labels[-1].outcome, one.labels[-1].label) for place, one in row.places.items() if one.labels}


def slate(house: MemoryHouse, slate_id: str = "s-1") -> Shown:
    return View(house.read_models, "slates").one(SLATES, slate_id) or Shown(0.0)


def _said(event: str, minute: float, properties: dict[str, Any], changes: dict[str, Any]) -> bytes:
    return sent(event, minute, **({"anonymous_id": "cookie-1", "properties": properties} | changes))
