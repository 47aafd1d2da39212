"""`items[]`: the products that an event names.

Google counts places from 0, we from 1. Its `price` is what is paid after the discount, and `discount` is per unit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.ga4.values import first, number, plus, said, without_nothing, word
from domain.taxonomy.refusal import Reason, Refused

Item = Mapping[str, Any]
#: What a surface may be called, at most.
_LONGEST = 64


def items_of(params: Mapping[str, Any]) -> Sequence[Item]:
    """Return the items of an event. Raises `Refused` for what is no list of objects."""
    items = params.get("items")
    if items is None:
        return ()
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(Reason.TYPE_INVALID, "items", "expected a list of objects")
    return items


def product(item: Item, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a product, with the currency and the list that the event names for all of them."""
    price, discount = item.get("price"), number(item.get("discount"))
    return without_nothing(
        {
            "product_id": first(item.get("product_id"), item.get("item_id")),
            "variant_id": first(item.get("variant_id"), item.get("sku"), item.get("item_variant")),
            "category_id": item.get("item_category"),
            "brand_id": item.get("item_brand"),
            "colour": first(item.get("colour"), item.get("color")),
            "size_label": first(item.get("size_label"), item.get("size")),
            "unit_price": price,
            "list_price": plus(price, discount) if number(price) is not None and discount and discount > 0 else None,
            "currency": first(item.get("currency"), params.get("currency")),
            "position": _position(item),
            "slate_id": first(item.get("slate_id"), params.get("slate_id")),
        }
    )


def piece(item: Item, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a product and how many of it; Google takes no quantity for one."""
    quantity = said(item.get("quantity"))
    return product(item, params) | {"quantity": 1 if quantity is None else quantity}


def line(item: Item, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line of a cart. Without a variant the item stands for itself: Google's clients know nothing finer."""
    found = piece(item, params)
    if "variant_id" not in found and "product_id" in found:
        found["variant_id"] = found["product_id"]
    return found


def slot(item: Item, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the place of a product in a list."""
    found = product(item, params)
    return {name: found[name] for name in ("product_id", "variant_id", "position") if name in found}


def surface(item: Item, params: Mapping[str, Any]) -> str | None:
    """Return in which list an item stands: its own word counts more than the event's, an id more than a name."""
    names = [word(where.get(name)) for where in (item, params) for name in ("item_list_id", "item_list_name")]
    told = [name for name in names if name]
    return next((name for name in told if len(name) <= _LONGEST), told[0] if told else None)


def _position(item: Item) -> Any:
    index = said(item.get("index"))
    return index if number(index) is None else plus(index, 1)
