"""The commerce vocabulary `io.snowplow.ecomm`: small events that point at entities by their ids."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.snowplow.baked_in import page
from domain.taxonomy.dialects.snowplow.described import Reading
from domain.taxonomy.dialects.snowplow.message import ECOMM, Described, Message, taken, whole, word
from domain.taxonomy.dialects.snowplow.products import line, products, slots, without
from domain.taxonomy.normalise import normalise

#: Where a product was taken from, in a shop's words.
_ORIGINS = {"catalog": "plp", **{name: name for name in ("pdp", "plp", "wishlist", "outfit", "reco", "cart")}}


def _item(message: Message, said: Described) -> dict[str, Any]:
    """Return the product that an event points at, with what its entity says of it; a bundle is no product."""
    if said.data.get("item_type") == "bundle":
        return {}
    named = taken(said.data, product_id="item_id")
    found = [
        one for one in products(message) if named.get("product_id") in (one.get("product_id"), one.get("variant_id"))
    ]
    return without(found[0], "quantity", "position") if named and found else named


def _view_item(message: Message, said: Described) -> Sequence[WireEvent]:
    return [{"event": said.name, "properties": {**_item(message, said), **page(message)}}]


def _click_item(message: Message, said: Described) -> Sequence[WireEvent]:
    where = taken(said.data, surface="collection_id", position="position")
    return [{"event": "product_clicked", "properties": {**_item(message, said), **where, **page(message)}}]


def _cart_changed(message: Message, said: Described) -> Sequence[WireEvent]:
    origin = _ORIGINS.get(normalise(word(said.data.get("source"))))
    counted = taken(said.data, quantity="quantity", cart_id="cart_id")
    properties = {**_item(message, said), **counted, **({"origin": origin} if origin else {})}
    return [{"event": said.name, "properties": properties}]


def _update_quantity(message: Message, said: Described) -> Sequence[WireEvent]:
    """What changed is the difference; without the number before, nobody knows."""
    before, after = whole(said.data.get("previous_quantity")), whole(said.data.get("quantity"))
    delta = {} if before is None or after is None else {"delta": after - before}
    properties = {**_item(message, said), **taken(said.data, cart_id="cart_id"), **delta}
    return [{"event": said.name, "properties": properties}]


def _list_changed(canonical: str) -> Reading:
    """A list may be for wishes, for comparing or for a wedding: its name or its id must say which."""

    def read(message: Message, said: Described) -> Sequence[WireEvent]:
        called = f"{word(said.data.get('list_name'))} {word(said.data.get('list_id'))}".lower()
        wished = any(sign in called for sign in ("wish", "favo", "saved"))
        return [{"event": canonical if wished else said.name, "properties": _item(message, said)}]

    return read


def _cart(canonical: str) -> Reading:
    def read(message: Message, said: Described) -> Sequence[WireEvent]:
        known = message.about(ECOMM, "cart")
        described = {one["product_id"]: one for one in products(message) if isinstance(one.get("product_id"), str)}
        lines = [
            line({**described.get(one["item_id"], {"product_id": one["item_id"]}), **taken(one, quantity="quantity")})
            for one in _objects(known.get("items_in_cart"))
            if isinstance(one.get("item_id"), str) and one.get("item_type") != "bundle"
        ]
        worth = taken(known, value="total", currency="currency")
        properties = {**taken(said.data, cart_id="cart_id"), **worth, **({"items": lines} if lines else {})}
        return [{"event": canonical, "properties": properties}]

    return read


def _step(step: str) -> Reading:
    def read(_: Message, said: Described) -> Sequence[WireEvent]:
        properties = {"step": step, **taken(said.data, cart_id="cart_id")}
        return [{"event": "checkout_step_completed", "properties": properties}]

    return read


def _add_discount(_: Message, said: Described) -> Sequence[WireEvent]:
    taken_off = said.data.get("success")
    status = "entered" if not isinstance(taken_off, bool) else "applied" if taken_off else "denied"
    named = taken(said.data, coupon_id="discount_id", reason="error_code")
    return [{"event": "coupon_changed", "properties": {"status": status, **named}}]


def _complete_checkout(message: Message, said: Described) -> Sequence[WireEvent]:
    return [
        {"event": "checkout_completed", "properties": {**_bill(message, said), **taken(said.data, cart_id="cart_id")}}
    ]


def _order(message: Message, said: Described) -> Sequence[WireEvent]:
    return [{"event": said.name, "properties": _bill(message, said)}]


def _bill(message: Message, said: Described) -> dict[str, Any]:
    order = message.about(ECOMM, "order")
    money = taken(
        order,
        total="total",
        currency="currency",
        tax="tax",
        shipping="shipping_amount",
        order_discount="discount",
    )
    lines = [line(one) for one in products(message)]
    return {**money, **taken(said.data, order_id="order_id"), **({"items": lines} if lines else {})}


def _create_customer(_: Message, said: Described) -> Sequence[WireEvent]:
    named = taken(said.data, user_id="customer_id")
    return [{"event": "identity_asserted", "properties": {"method": "sign_up"}, **named}]


def _submit_search(message: Message, said: Described) -> Sequence[WireEvent]:
    asked = taken(message.about(ECOMM, "search"), query_text="search_term", result_count="total_items")
    return [{"event": said.name, "properties": {**asked, **taken(said.data, query_id="search_id")}}]


def _collection(message: Message, said: Described) -> Sequence[WireEvent]:
    """What a search returns is a list that somebody saw, as a category is."""
    shown = message.about(ECOMM, "collection")
    listed = [
        taken(one, product_id="item_id", position="position")
        for one in _objects(shown.get("items"))
        if one.get("item_type") != "bundle"
    ]
    surface = taken(said.data, surface="collection_id") | taken(shown, surface="collection_name")
    return [{"event": "slate_viewed", "properties": {"items": slots(listed or products(message)), **surface}}]


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


READINGS: Mapping[str, Reading] = {
    "view_item": _view_item,
    "click_item": _click_item,
    "add_to_cart": _cart_changed,
    "remove_from_cart": _cart_changed,
    "update_quantity": _update_quantity,
    "add_to_list": _list_changed("product_added_to_wishlist"),
    "remove_from_list": _list_changed("product_removed_from_wishlist"),
    "view_cart": _cart("cart_viewed"),
    "begin_checkout": _cart("checkout_started"),
    "add_shipping": _step("shipping"),
    "add_payment_method": _step("payment"),
    "add_discount": _add_discount,
    "complete_checkout": _complete_checkout,
    "create_order": _order,
    "update_order": _order,
    "create_customer": _create_customer,
    "submit_search": _submit_search,
    "return_search": _collection,
    "view_collection": _collection,
}
