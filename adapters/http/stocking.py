"""Products and stock levels as the shop's systems send them, to events of the taxonomy: the door is the only way in.

Prices are carried digit by digit. Without `listed_at` an event has no time of its own: it happened when it came in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from attrs import field, frozen

from adapters.http.reading import MOST_EVENTS, decoded, invalid, plain
from application.intake import wire
from application.serving.shelf import Shelf

MOST_LEVELS = 10_000
#: Levels in one event, as the taxonomy takes them.
_LEVELS_AN_EVENT = 200
_MOST_PIECES = 10**9


@frozen(kw_only=True)
class Listing:
    """A product; unknown fields are kept. `listed_at`: ISO 8601, since when it is so."""

    product_id: str
    title: str
    colourways: list[dict[str, Any]]
    listed_at: str | None = None
    category_id: str | None = None
    brand_id: str | None = None
    description: str | None = None
    unit_price: str | float | None = None
    list_price: str | float | None = None
    currency: str | None = None
    attributes: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Catalog:
    products: list[Listing]


@frozen(kw_only=True)
class Level:
    """`product_id` is needed only for a variant that is not listed yet."""

    variant_id: str
    quantity: int
    product_id: str | None = None


@frozen(kw_only=True)
class Inventory:
    levels: list[Level]


class _Products(msgspec.Struct):
    products: list[msgspec.Raw]


class _Levels(msgspec.Struct):
    levels: list[msgspec.Raw]


def listings(body: bytes) -> Sequence[bytes]:
    """Return a `product_listed` event for each product. Errors: `Problem` 400 or 422."""
    products = decoded(body, _Products).products
    if not 1 <= len(products) <= MOST_EVENTS:
        raise invalid("products", f"expected 1 to {MOST_EVENTS} products, not {len(products)}")
    return [_listing(bytes(one), f"products[{place}]") for place, one in enumerate(products)]


def _listing(body: bytes, at: str) -> bytes:
    product = plain(body, at)
    listed_at = product.pop("listed_at", None)
    event: dict[str, Any] = {"event": "product_listed", "properties": product}
    return wire.encode(event if listed_at is None else event | {"timestamp": listed_at})


def counts(body: bytes, shelf: Shelf) -> Sequence[bytes]:
    """Return `stock_counted` events, product by product; of two levels of a variant the last counts.

    Errors: `Problem` 400 or 422, also for a variant of which nobody knows the product.
    """
    sent = decoded(body, _Levels).levels
    if not 1 <= len(sent) <= MOST_LEVELS:
        raise invalid("levels", f"expected 1 to {MOST_LEVELS} levels, not {len(sent)}")
    by_product: dict[str, dict[str, int]] = {}
    for place, one in enumerate(sent):
        at = f"levels[{place}]"
        level = decoded(bytes(one), Level, at)
        if not 0 <= level.quantity <= _MOST_PIECES:
            raise invalid(f"{at}.quantity", f"expected 0 to {_MOST_PIECES}")
        for product in _products_of(level, shelf, at):
            by_product.setdefault(product, {})[level.variant_id.strip()] = level.quantity
    return [
        wire.encode({"event": "stock_counted", "properties": {"product_id": product, "levels": part}})
        for product, levels in by_product.items()
        for part in _parts(levels)
    ]


def _products_of(level: Level, shelf: Shelf, at: str) -> Sequence[str]:
    """Return every product that lists the variant: it is gone from all of them, or from none."""
    listed = shelf.products_of(level.variant_id.strip())
    said = level.product_id.strip() if level.product_id is not None else ""
    if not said and not listed:
        raise invalid(f"{at}.variant_id", "no product is listed with this variant; list it first (POST /v1/catalog)")
    if said and listed and said not in listed:
        raise invalid(f"{at}.product_id", "the variant is listed under another product")
    return listed or [said]


def _parts(levels: Mapping[str, int]) -> Sequence[Sequence[Mapping[str, Any]]]:
    rows = [{"variant_id": variant, "quantity": quantity} for variant, quantity in levels.items()]
    return [rows[start : start + _LEVELS_AN_EVENT] for start in range(0, len(rows), _LEVELS_AN_EVENT)]
