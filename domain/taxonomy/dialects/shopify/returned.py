"""What comes back and what is paid back: two things, and either happens without the other.

A refund says money went back. Pieces came back only where Shopify says so: on a return, or on lines of a refund that
were restocked as a return. Lines restocked as cancelled never left, and a refund without restocking is a refund only.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.taxonomy.dialects.shopify.parts import (
    NOTHING,
    Message,
    Row,
    ident,
    identity,
    own_id,
    row,
    rows,
    said,
    shop_money,
    word,
)
from domain.taxonomy.fields import integer
from domain.taxonomy.refusal import Reason, Refused

_PIECES = integer(1, 10_000)


def refunded(message: Message) -> Sequence[Row]:
    """`refunds/create`. Reasons belong to a return, so a refund that settles one does not tell it a second time."""
    refund, at = message.payload, _when(message)
    refund_id = own_id(refund, "payload")
    order_id = ident(refund.get("order_id"), "payload.order_id")
    return_id = own_id(row(refund.get("return"), "payload.return"), "payload.return")
    events: list[Row] = []
    came_back = [] if return_id else _restocked(refund)
    if came_back:
        return_id = f"refund-{refund_id}"
        events.append(said("return_requested", at, {"return_id": return_id, "order_id": order_id, "items": came_back}))
    for currency, amount in _paid_back(refund).items():
        fields = {
            "order_id": order_id,
            "refund_id": refund_id
            if not events or events[-1]["event"] != "refund_issued"
            else f"{refund_id}-{currency}",
            "return_id": return_id,
            "amount": amount,
            "currency": currency,
        }
        events.append(said("refund_issued", at, fields))
    if not events:
        detail = "no money went back and nothing came back: an edit or a cancellation, which orders/* tell"
        raise Refused(Reason.MISSING_REQUIRED, "payload.transactions", detail)
    return events


def _paid_back(refund: Row) -> dict[str, Decimal]:
    """Return what was paid back by currency. A transaction says its own; one that failed or waits paid nothing."""
    paid: dict[str, Decimal] = {}
    for place, one in enumerate(rows(refund.get("transactions"), "payload.transactions")):
        at = f"payload.transactions[{place}]"
        amount = shop_money(one, "amount", at)
        if one.get("kind") != "refund" or one.get("status", "success") != "success" or not amount:
            continue
        pair = row(one.get("amount_set"), f"{at}.amount_set")
        shop = row(pair.get("shop_money"), f"{at}.amount_set.shop_money")
        currency = word(shop.get("currency_code")) or word(one.get("currency"))
        if currency is None:
            raise Refused(Reason.MISSING_REQUIRED, f"{at}.currency", "an amount needs one")
        paid[currency] = paid.get(currency, NOTHING) + amount
    return paid


def _restocked(refund: Row) -> list[dict[str, Any]]:
    lines = rows(refund.get("refund_line_items"), "payload.refund_line_items")
    return _merged(
        [
            _claim(
                one, row(one.get("line_item"), f"payload.refund_line_items[{place}].line_item"), one.get("line_item_id")
            )
            for place, one in enumerate(lines)
            if one.get("restock_type") == "return"
        ]
    )


def requested(message: Message) -> Sequence[Row]:
    """`returns/request`, `returns/approve`: a shop's own return starts as approved, so either may come first."""
    back = message.payload
    items = []
    for place, one in enumerate(rows(back.get("return_line_items"), "payload.return_line_items")):
        at = f"payload.return_line_items[{place}]"
        sent_out = row(one.get("fulfillment_line_item"), f"{at}.fulfillment_line_item")
        line = row(sent_out.get("line_item"), f"{at}.fulfillment_line_item.line_item")
        items.append(_claim(one, line, own_id(line, at)) | _reason(one, at) | _note(one))
    order = row(back.get("order"), "payload.order")
    fields = {
        "return_id": own_id(back, "payload"),
        "order_id": own_id(order, "payload.order") or ident(back.get("order_id"), "payload.order_id"),
        "items": _merged(items),
    }
    return [said("return_requested", back.get("created_at") or message.triggered_at, fields, **identity(back))]


def _reason(line: Row, at: str) -> dict[str, Any]:
    """Since 2026-01 a handle of Shopify's open taxonomy says why, in the place of one of ten coarse words."""
    defined = row(line.get("return_reason_definition"), f"{at}.return_reason_definition")
    code = word(defined.get("handle")) or word(line.get("return_reason"))
    return {} if code is None else {"reason_code": code, "reason_system": "shopify"}


def _note(line: Row) -> dict[str, Any]:
    """The customer's own words; `return_reason_note` is the shop's."""
    note = line.get("customer_note")
    return {"comment": note} if isinstance(note, str) else {}


def _claim(one: Row, line: Row, line_id: Any) -> dict[str, Any]:
    fields = {
        "line_id": ident(line_id, "payload.line_item_id"),
        "variant_id": ident(line.get("variant_id"), "payload.line_item.variant_id"),
        "product_id": ident(line.get("product_id"), "payload.line_item.product_id"),
        "quantity": _PIECES(one.get("quantity", 1), "payload.quantity", []),
    }
    if fields["line_id"] is None:
        raise Refused(Reason.MISSING_REQUIRED, "payload.line_item_id", "a return names the line of its order")
    return {name: value for name, value in fields.items() if value is not None}


def _merged(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line that went out in two parcels comes twice: an order knows it once, with all its pieces."""
    by_line: dict[str, dict[str, Any]] = {}
    for one in items:
        known = by_line.setdefault(one["line_id"], one)
        if known is not one:
            by_line[one["line_id"]] = one | known | {"quantity": known["quantity"] + one["quantity"]}
    return list(by_line.values())


def _when(message: Message) -> Any:
    refund = message.payload
    return refund.get("processed_at") or refund.get("created_at") or message.triggered_at
