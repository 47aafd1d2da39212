"""Customers, and what they put into a checkout."""

from collections.abc import Sequence
from typing import Any

from domain.taxonomy.dialects.shopify.parts import (
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
from domain.taxonomy.refusal import Reason, Refused


def customer(message: Message) -> Sequence[Row]:
    """`customers/create|update|enable`: which e-mail address and telephone number are whose account.

    Only an account that is enabled was signed up for; Shopify makes the others when somebody buys as a guest.
    """
    one = message.payload
    at = one.get("updated_at") or one.get("created_at") or message.triggered_at
    signed_up = message.topic != "customers/update" and one.get("state") == "enabled"
    return [said("identity_asserted", at, {"method": "sign_up" if signed_up else None}, **_who(one))]


def redacted(message: Message) -> Sequence[Row]:
    """`customers/redact`: the law asks for it, through Shopify."""
    one = row(message.payload.get("customer"), "payload.customer")
    return [said("erasure_requested", message.triggered_at, {}, **_who(one))]


def _who(one: Row) -> dict[str, Any]:
    return {
        "user_id": own_id(one, "payload"),
        "email": word(one.get("email")),
        "phone": word(one.get("phone")),
    }


def checkout(message: Message) -> Sequence[Row]:
    """`checkouts/create|update`: behaviour. Of an update only that it completed says what happened."""
    sent = message.payload
    completed = sent.get("completed_at")
    if message.topic == "checkouts/update" and completed is None:
        raise Refused(Reason.AMBIGUOUS_NAME, "topic", "says that a checkout changed, not what somebody did")
    token = ident(sent.get("token"), "payload.token")
    fields = {
        "items": [
            _line(one, f"payload.line_items[{place}]")
            for place, one in enumerate(rows(sent.get("line_items"), "payload.line_items"))
        ]
        or None,
        "currency": word(sent.get("currency")),
        "value": shop_money(sent, "total_price", "payload"),
    }
    if completed is not None:
        return [said("checkout_completed", completed, fields | {"checkout_id": token}, **identity(sent))]
    at = sent.get("created_at") or message.triggered_at
    cart = ident(sent.get("cart_token"), "payload.cart_token") or token
    return [said("checkout_started", at, fields | {"cart_id": cart}, **identity(sent))]


def _line(line: Row, place: str) -> dict[str, Any]:
    product = ident(line.get("product_id"), f"{place}.product_id")
    fields = {
        "variant_id": ident(line.get("variant_id"), f"{place}.variant_id") or word(line.get("sku")) or product,
        "product_id": product,
        "quantity": line.get("quantity"),
        "unit_price": shop_money(line, "price", place),
        "brand_id": word(line.get("vendor")),
    }
    return {name: value for name, value in fields.items() if value is not None}
