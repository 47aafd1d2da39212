"""The e-commerce spec, version 2: what its properties are called here, and what its events leave open.

`revenue` there is the order after discounts, without shipping and tax; `total` is what was paid. A list's id names a
kind of list and no slate. `variant` is a label of the colour or of anything else, so it is not read. What is no list of
objects where one belongs is passed on, so that the taxonomy refuses it by its name.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.taxonomy.fields import number
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused

Properties = Mapping[str, Any]


def event_of(name: Any, sent: Properties) -> tuple[Any, Properties]:
    """Return name and properties of a `track` call; what is no event of the spec passes as it is.

    The names of the spec's first version are those of the second.
    """
    wanted = normalise(name) if isinstance(name, str) else ""
    name = _FIRST_VERSION.get(wanted, name)
    read = _EVENTS.get(normalise(name)) if isinstance(name, str) else None
    return name, sent if read is None else read(_spelt(sent))


def _spelt(sent: Properties) -> Properties:
    """Return `sent` with its names normalised; a name that is spelt so already counts more."""
    return {normalise(name): value for name, value in sent.items()} | {
        name: value for name, value in sent.items() if name == normalise(name)
    }


def _with(sent: Properties, **more: Any) -> Properties:
    """Return `sent` with some fields changed; None takes a field away."""
    return {name: value for name, value in {**sent, **more}.items() if value is not None}


def _listed(sent: Properties) -> Properties:
    return _with(sent, surface=sent.get("list_id") or sent.get("category"))


def _filtered(sent: Properties) -> Properties:
    surface = sent.get("list_id") or sent.get("category")
    return _with({}, facets=sent.get("filters") or None, sort=_sort(sent.get("sorts")), surface=surface)


def _sort(sorts: Any) -> Any:
    """Return `price:desc,...`; what is no list of objects passes."""
    if not _is_objects(sorts):
        return sorts
    words = [[one[part] for part in ("type", "value") if one.get(part) is not None] for one in sorts]
    if not all(isinstance(word, str) for pair in words for word in pair):
        raise Refused(Reason.TYPE_INVALID, "sorts", "expected type and value as text")
    return ",".join(":".join(pair) for pair in words)[:64] or None


def _cart(sent: Properties) -> Properties:
    return _with(sent, products=_lines(sent.get("products")), cart_id=sent.get("cart_id") or sent.get("order_id"))


def _completed(sent: Properties) -> Properties:
    """As a client tells it: a checkout that is over. As a server tells it: an order, with every line's price."""
    total = _total(sent)
    return _with(
        sent,
        products=_lines(sent.get("products")),
        value=sent.get("value") if total is None else total,
        total=total,
        order_discount=sent.get("discount"),
        discount=None,
        checkout_id=sent.get("checkout_id") or sent.get("order_id"),
    )


def _total(sent: Properties) -> Any:
    """Return what was paid: as it is said, or what was sold together with shipping and tax."""
    if sent.get("total") is not None:
        return sent["total"]
    sold = next((name for name in ("revenue", "subtotal") if sent.get(name) is not None), None)
    if sold is None:
        return None
    parts = [name for name in (sold, "shipping", "tax") if sent.get(name) is not None]
    return sum(number(sent[name], name, []) for name in parts)


def _refunded(sent: Properties) -> Properties:
    given = {name: sent.get(name) for name in ("order_id", "refund_id", "return_id", "currency")}
    amounts = (sent.get(name) for name in ("total", "amount", "value"))
    return _with({}, **given, amount=next((one for one in amounts if one is not None), None))


def _step(sent: Properties) -> Properties:
    """Their steps have numbers that every shop counts in its own way; what was filled in says which one it was."""
    word = sent.get("step")
    known = word if isinstance(word, str) and not word.strip().isdigit() else None
    step = known or ("payment" if sent.get("payment_method") else "shipping" if sent.get("shipping_method") else None)
    return _with({}, step=step, cart_id=sent.get("checkout_id") or sent.get("order_id"))


def _paid(sent: Properties) -> Properties:
    return _with({}, cart_id=sent.get("checkout_id") or sent.get("order_id"))


def _step_viewed(_: Properties) -> Properties:
    return {"page_type": "checkout"}


def _promotion(sent: Properties) -> Properties:
    return _with(sent, position=None, slot=sent.get("position", sent.get("slot")))


def _reviewed(sent: Properties) -> Properties:
    return _with(sent, review_body=None)


def _shared(sent: Properties) -> Properties:
    return _with(sent, share_message=None, recipient=None)


def _coupon(sent: Properties) -> Properties:
    return _with({}, coupon_id=sent.get("coupon_id") or sent.get("coupon"), reason=sent.get("reason"))


def _opened(sent: Properties) -> Properties:
    campaign = sent.get("campaign")
    named = campaign if isinstance(campaign, dict) else sent
    ids = (named.get(name) for name in ("campaign_id", "campaign_name", "name"))
    return _with({}, campaign_id=next((one for one in ids if one), None), medium=named.get("medium"))


def _lines(products: Any) -> Any:
    """A line without a SKU is known by its product, one without a quantity is one piece; an empty cart has none."""
    if not _is_objects(products):
        return products
    return [_line(_spelt(one)) for one in products] or None


def _line(one: Properties) -> Properties:
    quantity = one.get("quantity")
    return _with(one, sku=one.get("sku") or one.get("product_id"), quantity=1 if quantity is None else quantity)


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


_EVENTS: Mapping[str, Callable[[Properties], Properties]] = {
    "product_list_viewed": _listed,
    "product_list_filtered": _filtered,
    "promotion_viewed": _promotion,
    "promotion_clicked": _promotion,
    "cart_viewed": _cart,
    "checkout_started": _cart,
    "checkout_step_viewed": _step_viewed,
    "checkout_step_completed": _step,
    "payment_info_entered": _paid,
    "order_completed": _completed,
    "order_updated": _completed,
    "order_refunded": _refunded,
    "coupon_entered": _coupon,
    "coupon_applied": _coupon,
    "coupon_denied": _coupon,
    "coupon_removed": _coupon,
    "product_shared": _shared,
    "product_reviewed": _reviewed,
    "push_notification_tapped": _opened,
    "email_link_clicked": _opened,
}
#: The second version says of these that they are the same.
_FIRST_VERSION: Mapping[str, str] = {
    "viewed_product_category": "Product List Viewed",
    "clicked_product": "Product Clicked",
    "added_product": "Product Added",
    "removed_product": "Product Removed",
    "viewed_promotion": "Promotion Viewed",
    "clicked_promotion": "Promotion Clicked",
    "started_order": "Checkout Started",
    "viewed_checkout_step": "Checkout Step Viewed",
    "completed_checkout_step": "Checkout Step Completed",
    "updated_order": "Order Updated",
    "completed_order": "Order Completed",
}
