"""Orders: an order message is the whole order as it stands, so each one tells the bill, whatever its topic.

Quantities and totals are those before returns (`quantity`, `total_price`, not `current_*`): what comes back is told by
refunds and returns, and would otherwise be taken off twice.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.taxonomy.dialects.shopify.parts import (
    NOTHING,
    Message,
    Row,
    allocated,
    ident,
    identity,
    own_id,
    row,
    rows,
    said,
    shop_money,
    word,
)
from domain.taxonomy.dialects.shopify.shipments import dispatched
from domain.taxonomy.fields import number
from domain.taxonomy.refusal import Reason, Refused

_LONGEST_PAYMENT = 32


def placed(message: Message) -> Sequence[Row]:
    """`orders/create`, `orders/paid`: an order is placed once, so a shop may send either or both."""
    order = _counting(message)
    at = order.get("processed_at") or order.get("created_at") or message.triggered_at
    payment = next((word(one) for one in _list(order.get("payment_gateway_names"))), None)
    if payment is not None and "@" in payment:
        payment = None
    fields = _bill(order) | {"payment_kind": payment and payment[:_LONGEST_PAYMENT].strip()}
    return [said("order_placed", at, fields, **_around(order))]


def updated(message: Message) -> Sequence[Row]:
    """`orders/updated`: the bill from then on, and the cancellation, if there was one."""
    order = _counting(message)
    at = order.get("updated_at") or message.triggered_at
    amended = said("order_amended", at, _bill(order), **_around(order))
    return [amended, *(_cancelled(order) if order.get("cancelled_at") else ())]


def cancelled(message: Message) -> Sequence[Row]:
    """`orders/cancelled`."""
    order = _counting(message)
    return _cancelled({"cancelled_at": message.triggered_at} | {k: v for k, v in order.items() if v is not None})


def fulfilled(message: Message) -> Sequence[Row]:
    """`orders/fulfilled`, `orders/partially_fulfilled`: every shipment that went out so far."""
    order = _counting(message)
    shipments = rows(order.get("fulfillments"), "payload.fulfillments")
    out = [event for one in shipments for event in dispatched(one, own_id(order, "payload"), message.triggered_at)]
    if not out:
        raise Refused(Reason.MISSING_REQUIRED, "payload.fulfillments", "no shipment that went out")
    return out


def _counting(message: Message) -> Row:
    if message.payload.get("test") is True and not message.tests:
        detail = "a test order: nothing was sold; to count them, declare the source with dialect shopify_test"
        raise Refused(Reason.ENUM_UNKNOWN, "payload.test", detail)
    return message.payload


def _cancelled(order: Row) -> Sequence[Row]:
    fields = {"order_id": own_id(order, "payload"), "reason": word(order.get("cancel_reason"))}
    return [said("order_cancelled", order.get("cancelled_at"), fields, **_around(order))]


def _bill(order: Row) -> dict[str, Any]:
    """Return the fields of a bill: lines less their discounts - order_discount + shipping + tax = total.

    Discounts are taken where Shopify allocates them; what it allocates nowhere is the discount of the order. Duties and
    fees are added to the tax, which is what the prices do not include.
    """
    included = order.get("taxes_included") is True
    lines = [
        _line(line, f"payload.line_items[{place}]", included=included)
        for place, line in enumerate(rows(order.get("line_items"), "payload.line_items"))
        if line.get("quantity") != 0
    ]
    shipping, off_shipping = _shipping(order)
    given = sum((line["line_discount"] for line in lines), NOTHING)
    discounts = shop_money(order, "total_discounts", "payload") or NOTHING
    bill = {
        "order_id": own_id(order, "payload"),
        "items": lines,
        "total": shop_money(order, "total_price", "payload"),
        "currency": order.get("currency"),
        "order_discount": max(discounts - given - off_shipping, NOTHING),
        "shipping": shipping,
        "tax": _tax(order, included=included),
    }
    return bill | {"items": [*lines, *_tip(order, bill)]}


def _line(line: Row, place: str, *, included: bool) -> dict[str, Any]:
    """A line that stands for no variant (a custom item, a tip, one since deleted) is called after what is left."""
    variant = ident(line.get("variant_id"), f"{place}.variant_id")
    product = ident(line.get("product_id"), f"{place}.product_id")
    line_id = own_id(line, place)
    discount = allocated(line, place)
    if discount is None:
        discount = shop_money(line, "total_discount", place)
    fields = {
        "line_id": line_id,
        "variant_id": variant or word(line.get("sku")) or product or (line_id and f"line-{line_id}"),
        "product_id": product,
        "quantity": line.get("quantity"),
        "unit_price": shop_money(line, "price", place),
        "line_discount": discount or NOTHING,
        "tax_included": included,
        "brand_id": word(line.get("vendor")),
        "category_id": "gift_card" if line.get("gift_card") is True else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _shipping(order: Row) -> tuple[Decimal | None, Decimal]:
    """Return what shipping cost, and what was taken off it."""
    if order.get("shipping_lines") is None:
        return shop_money(order, "total_shipping_price", "payload"), NOTHING
    cost = off = NOTHING
    for place, line in enumerate(rows(order["shipping_lines"], "payload.shipping_lines")):
        at = f"payload.shipping_lines[{place}]"
        if line.get("is_removed") is True:
            continue
        price = shop_money(line, "price", at) or NOTHING
        less = allocated(line, at)
        if less is None:
            discounted = shop_money(line, "discounted_price", at)
            less = NOTHING if discounted is None else price - discounted
        cost, off = cost + price - less, off + less
    return cost, off


def _tax(order: Row, *, included: bool) -> Decimal:
    duties = NOTHING if order.get("duties_included") is True else _of(order, "original_total_duties")
    fees = _of(order, "original_total_additional_fees")
    return duties + fees + (NOTHING if included else _of(order, "total_tax"))


def _of(order: Row, name: str) -> Decimal:
    return shop_money(order, name, "payload") or NOTHING


def _tip(order: Row, bill: Row) -> Sequence[dict[str, Any]]:
    """Some checkouts send the tip as a line; where they do not, it is what the total has beyond the other parts."""
    tip, total = _of(order, "total_tip_received"), bill["total"]
    if tip <= 0 or total is None:
        return ()
    lines = sum(
        (line.get("unit_price", NOTHING) * _pieces(line) - line["line_discount"] for line in bill["items"]), NOTHING
    )
    if total - lines + bill["order_discount"] - (bill["shipping"] or NOTHING) - bill["tax"] != tip:
        return ()
    return [{"line_id": "tip", "variant_id": "tip", "quantity": 1, "unit_price": tip, "line_discount": NOTHING}]


def _pieces(line: Row) -> Decimal:
    return number(line.get("quantity"), "payload.line_items.quantity", [])


def _around(order: Row) -> dict[str, Any]:
    """Return who bought, where, and on what: the till is the place of an order, its web session the circumstance."""
    client = row(order.get("client_details"), "payload.client_details")
    context = {
        "locale": order.get("customer_locale"),
        "user_agent": client.get("user_agent"),
        "viewport_width": client.get("browser_width"),
        "referrer": order.get("referring_site"),
        "page_url": order.get("landing_site"),
    }
    around: dict[str, Any] = identity(order) | {"context": {k: v for k, v in context.items() if v is not None} or None}
    if order.get("source_name") == "pos":
        around |= {
            "channel": "in_store",
            "store_id": ident(order.get("location_id"), "payload.location_id"),
            "till_id": ident(order.get("device_id"), "payload.device_id"),
        }
    return around


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
