"""Products as Snowplow's two commerce vocabularies describe them.

`id` of the first one is "SKU or product ID": it is the product, and where a line needs a variant and none is named it
stands for that too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.snowplow.message import ECOMM, ECOMMERCE, Message, taken, whole, word
from domain.taxonomy.normalise import normalise

_ATTRIBUTES = {"size": "size_label", "colour": "colour", "color": "colour"}
_SLOT = ("product_id", "variant_id", "position")


def products(message: Message) -> Sequence[dict[str, Any]]:
    """Return all products of a message, with quantity and place where they are said."""
    first = [_of_ecommerce(one) for one in message.each(ECOMMERCE, "product")]
    return first or [_of_ecomm(one) for one in message.each(ECOMM, "product")]


def without(product: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in product.items() if name not in names}


def line(product: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of a cart or an order: a product without a quantity is one piece."""
    variant = product.get("variant_id", product.get("product_id"))
    return {**without(product, "position"), "variant_id": variant, "quantity": product.get("quantity", 1)}


def slots(shown: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return places of a list, counted from 1; unless all are said and none twice, their order says them."""
    places = [whole(one.get("position")) or 0 for one in shown]
    said = min(places, default=0) >= 1 and len(set(places)) == len(places)
    return [{name: one[name] for name in _SLOT if name in one and (said or name != "position")} for one in shown]


def _of_ecommerce(data: Mapping[str, Any]) -> dict[str, Any]:
    named = taken(
        data,
        product_id="id",
        variant_id="variant",
        category_id="category",
        brand_id="brand",
        size_label="size",
        unit_price="price",
        list_price="list_price",
        currency="currency",
    )
    return {**named, **_counted(data)}


def _of_ecomm(data: Mapping[str, Any]) -> dict[str, Any]:
    """A category is the deepest one; a tag only where there is no hierarchy."""
    named = taken(
        data,
        product_id="product_id",
        variant_id="variant_id",
        sku="sku",
        brand_id="brand",
        unit_price="price",
        currency="currency",
    )
    named["variant_id"] = named.get("variant_id") or named.pop("sku", None)
    named.pop("sku", None)
    tree, tags = data.get("category_hierarchy"), data.get("categories")
    category = tree[-1] if isinstance(tree, list) and tree else tags[0] if isinstance(tags, list) and tags else None
    for one in _list(data.get("variant_attributes")):
        ours = _ATTRIBUTES.get(normalise(word(one.get("name"))))
        if ours is not None:
            named |= taken(one, **{ours: "value"})
    named |= {"category_id": category}
    return {name: value for name, value in named.items() if value not in (None, "")}


def _counted(data: Mapping[str, Any]) -> dict[str, Any]:
    """A place of 0 is none that counts from 1, so nobody knows what the others of that shop mean: it is left out."""
    found = taken(data, quantity="quantity", position="position")
    if whole(found.get("position")) == 0:
        del found["position"]
    return found


def _list(value: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
