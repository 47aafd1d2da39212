"""The e-commerce spec, version 2: what its properties are called here, and what its events leave open.

`revenue` there is the order after discounts, without shipping and tax; `total` is what was paid. A list's id names a
kind of list and no slate. `variant` is a label of the colour or of anything else, so it is not read.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.taxonomy.normalise import normalise

Properties = Mapping[str, Any]


def properties_of(name: Any, sent: Properties) -> Properties:
    """Return the properties of a `track` call in our names; those of other events pass as they are."""
    read = _EVENTS.get(normalise(name)) if isinstance(name, str) else None
    return sent if read is None else read(sent)


def _with(sent: Properties, **more: Any) -> Properties:
    """Return `sent` with some fields changed; None takes a field away."""
    return {name: value for name, value in {**sent, **more}.items() if value is not None}


def _listed(sent: Properties) -> Properties:
    return _with(sent, products=_objects(sent.get("products")), surface=sent.get("list_id") or sent.get("category"))


def _filtered(sent: Properties) -> Properties:
    facets = [{"facet": one.get("type"), "value": one.get("value")} for one in _objects(sent.get("filters")) or ()]
    sorts = [f"{one.get('type')}:{one.get('value')}" for one in _objects(sent.get("sorts")) or ()]
    surface = sent.get("list_id") or sent.get("category")
    return _with({}, facets=facets or None, sort=",".join(sorts)[:64] or None, surface=surface)


def _cart(sent: Properties) -> Properties:
    return _with(sent, products=_lines(sent.get("products")), cart_id=sent.get("cart_id") or sent.get("order_id"))


def _completed(sent: Properties) -> Properties:
    """As a client tells it: a checkout that is over. As a server tells it: an order, with every line's price."""
    discount = sent.get("discount")
    return _with(
        sent,
        products=_lines(sent.get("products")),
        value=sent.get("total", sent.get("revenue")),
        total=sent.get("total", sent.get("revenue")),
        order_discount=discount,
        discount=None,
        checkout_id=sent.get("checkout_id") or sent.get("order_id"),
    )


def _refunded(sent: Properties) -> Properties:
    return _with(
        {}, **{name: sent.get(name) for name in ("order_id", "refund_id", "currency")}, amount=sent.get("total")
    )


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
    slot = sent.get("position")
    return _with(sent, position=None, slot=None if slot is None else str(slot))


def _reviewed(sent: Properties) -> Properties:
    return _with(sent, review_body=None)


def _shared(sent: Properties) -> Properties:
    return _with(sent, share_message=None, recipient=None)


def _coupon(sent: Properties) -> Properties:
    return _with({}, coupon_id=sent.get("coupon_id"), reason=sent.get("reason"))


def _opened(sent: Properties) -> Properties:
    campaign = sent.get("campaign")
    named = campaign if isinstance(campaign, dict) else sent
    return _with({}, campaign_id=named.get("campaign_id") or named.get("name"), medium=named.get("medium"))


def _lines(products: Any) -> Sequence[Properties] | None:
    """A line without a SKU is known by its product, one without a quantity is one piece."""
    lines = [
        _with({"quantity": 1, **one}, sku=one.get("sku") or one.get("product_id")) for one in _objects(products) or ()
    ]
    return lines or None


def _objects(value: Any) -> Sequence[Properties] | None:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else None


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
