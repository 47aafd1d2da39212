"""What the shop's own systems say: orders, shipments, returns, products, stock, and what persons decided."""

from collections.abc import Mapping
from typing import Any

from domain.taxonomy.consent import PURPOSES
from domain.taxonomy.fields import (
    Field,
    Schema,
    amount,
    boolean,
    free_text,
    instant,
    integer,
    items_of,
    key,
    one_of,
    text,
    texts,
)
from domain.taxonomy.schemas.parts import ID, QUANTITY, SOLD
from domain.taxonomy.scrub import scrubbed

#: What an inspection finds; one vocabulary for all warehouses.
DISPOSITIONS = frozenset(
    ["restocked", "not_restocked", "processing_required", "missing", "worn", "damaged", "wrong_item"]
)
_ORDER = (Field("order_id", ID, required=True),)
_BILL = (
    *_ORDER,
    Field("items", SOLD, required=True, also=("products", "line_items")),
    Field("total", amount, required=True),
    Field("currency", text(3), required=True),
    Field("order_discount", amount, also=("discount",)),
    Field("shipping", amount),
    Field("tax", amount),
)
#: So much of what a shopper wrote beside a return is read.
MOST_WORDS = 2000


def _words(value: Any, field: str, notes: list[str]) -> str:
    """Take whatever was written, without addresses and long numbers: no return waits for its comment's sake."""
    if not isinstance(value, str):
        notes.append(f"{field}: not text, left out")
        return ""
    if len(value) > MOST_WORDS:
        notes.append(f"{field}: cut")
    return scrubbed(value[:MOST_WORDS].strip())


_RETURN = (Field("return_id", ID, required=True), *_ORDER)
_SENT_BACK = items_of(
    Schema(
        (
            Field("line_id", ID),
            Field("variant_id", ID, also=("sku",)),
            Field("product_id", ID, also=("item_id",)),
            Field("quantity", QUANTITY, required=True),
            Field("reason_code", key(64), also=("reason", "return_reason")),
            Field("reason_system", key(32)),
            Field("comment", _words, also=("customer_note", "customer_comments", "return_comment")),
        )
    )
)
_SHIPMENT = (Field("shipment_id", ID, required=True, also=("fulfillment_id",)), *_ORDER)
_VARIANTS = items_of(
    Schema((Field("variant_id", ID, required=True, also=("sku",)), Field("size_label", key(32), also=("size",))))
)
_COLOURWAYS = items_of(
    Schema(
        (
            Field("colourway_id", ID, required=True),
            Field("colour", key(64), also=("color",)),
            Field("image_url", text(500), also=("image",)),
            Field("variants", _VARIANTS, required=True),
        )
    )
)
_LEVELS = items_of(
    Schema(
        (
            Field("variant_id", ID, required=True, also=("sku",)),
            Field("quantity", integer(0), required=True, also=("available",)),
        )
    )
)

EVENTS: Mapping[str, tuple[Field, ...]] = {
    "order_placed": (*_BILL, Field("payment_kind", key(32)), Field("gift", boolean)),
    "order_amended": _BILL,
    "order_cancelled": (*_ORDER, Field("cancellation_id", ID), Field("reason", free_text(128))),
    "shipment_dispatched": (*_SHIPMENT, Field("carrier", key(64)), Field("promised_at", instant)),
    "shipment_delivered": (*_SHIPMENT, Field("promised_at", instant), Field("delivered_at", instant)),
    "refund_issued": (
        *_ORDER,
        Field("refund_id", ID),
        Field("return_id", ID),
        Field("amount", amount, required=True, also=("value", "total")),
        Field("currency", text(3), required=True),
    ),
    "return_requested": (
        *_RETURN,
        Field("items", _SENT_BACK, required=True, also=("products", "line_items")),
    ),
    "return_received": _RETURN,
    "return_inspected": (
        *_RETURN,
        Field("line", ID, required=True, also=("line_id", "variant_id", "sku")),
        Field("disposition", one_of(DISPOSITIONS), required=True),
        Field("graded_reason", key(64)),
    ),
    "exchange_created": (
        Field("exchange_id", ID, required=True),
        *_ORDER,
        Field("return_id", ID),
        Field("from_variant_id", ID, required=True),
        Field("to_variant_id", ID, required=True),
        Field("quantity", QUANTITY),
    ),
    "product_listed": (
        Field("product_id", ID, required=True),
        Field("title", text(200), required=True, also=("name",)),
        Field("category_id", ID, also=("category", "product_type")),
        Field("brand_id", ID, also=("brand", "vendor")),
        Field("description", text(2000)),
        Field("unit_price", amount, also=("price",)),
        Field("list_price", amount, also=("compare_at_price",)),
        Field("currency", text(3)),
        Field("attributes", texts(60)),
        Field("colourways", _COLOURWAYS, required=True),
    ),
    "stock_counted": (
        Field("product_id", ID, required=True),
        Field("levels", _LEVELS, required=True),
    ),
}

_ANSWER = one_of(frozenset(["granted", "denied", "unknown"]))

#: Decisions of persons about their data: behaviour by where they come from, law by what they do.
DECISIONS: Mapping[str, tuple[Field, ...]] = {
    "consent_changed": (*(Field(purpose, _ANSWER) for purpose in PURPOSES), Field("policy_version", key(64))),
    "erasure_requested": (),
}
