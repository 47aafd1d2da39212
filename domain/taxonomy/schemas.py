"""What each canonical event carries: required and optional fields, in the units that are stored."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from domain.taxonomy.fields import (
    Field,
    Schema,
    amount,
    boolean,
    free_text,
    integer,
    items_of,
    key,
    one_of,
    text,
    texts,
)

_ID = key()
_POSITION = integer(1, 10_000)
_QUANTITY = integer(1, 10_000)

PAGE_TYPES = frozenset(["home", "plp", "pdp", "search", "cart", "checkout", "content", "account", "other"])
ORIGINS = frozenset(["pdp", "plp", "wishlist", "outfit", "reco", "cart"])

_PRODUCT = (
    Field("product_id", _ID, required=True, also=("item_id", "product", "id")),
    Field("variant_id", _ID, also=("sku", "item_variant")),
    Field("category_id", _ID, also=("category", "item_category", "product_category")),
    Field("brand_id", _ID, also=("brand", "item_brand")),
    Field("colour", key(64), also=("color",)),
    Field("size_label", key(32), also=("size",)),
    Field("unit_price", amount, also=("price",)),
    Field("list_price", amount),
    Field("currency", text(3)),
)
_FROM_SLATE = (Field("slate_id", _ID), Field("position", _POSITION))
_CART_LINE = (
    *_PRODUCT,
    Field("quantity", _QUANTITY),
    Field("cart_id", _ID),
    Field("origin", one_of(ORIGINS)),
    *_FROM_SLATE,
)

LINE = (
    Field("line_id", _ID),
    Field("variant_id", _ID, required=True, also=("sku",)),
    *(field for field in _PRODUCT if field.name not in {"variant_id", "product_id"}),
    Field("product_id", _ID, also=("item_id",)),
    Field("quantity", _QUANTITY, required=True),
    Field("line_discount", amount, also=("discount",)),
    Field("tax_included", boolean),
    *_FROM_SLATE,
)
_LINES = items_of(Schema(LINE))
#: An order says what was paid; a checkout may not.
_SOLD = items_of(Schema(tuple(evolve(one, required=one.required or one.name == "unit_price") for one in LINE)))
_ORDER = (Field("order_id", _ID, required=True),)
_BILL = (
    *_ORDER,
    Field("items", _SOLD, required=True, also=("products", "line_items")),
    Field("total", amount, required=True),
    Field("currency", text(3), required=True),
    Field("order_discount", amount, also=("discount",)),
    Field("shipping", amount),
    Field("tax", amount),
)
_RETURN = (Field("return_id", _ID, required=True), *_ORDER)
_SENT_BACK = items_of(
    Schema(
        (
            Field("line_id", _ID),
            Field("variant_id", _ID, also=("sku",)),
            Field("product_id", _ID, also=("item_id",)),
            Field("quantity", _QUANTITY, required=True),
            Field("reason_code", key(64), also=("reason", "return_reason")),
            Field("reason_system", key(32)),
        )
    )
)
_SLOTS = items_of(
    Schema(
        (
            Field("product_id", _ID, required=True, also=("item_id", "product", "id")),
            Field("position", _POSITION, required=True),
            Field("viewable_ms", integer(0)),
            Field("variant_id", _ID, also=("sku", "item_variant")),
        )
    )
)
_VARIANTS = items_of(
    Schema((Field("variant_id", _ID, required=True, also=("sku",)), Field("size_label", key(32), also=("size",))))
)
_COLOURWAYS = items_of(
    Schema(
        (
            Field("colourway_id", _ID, required=True),
            Field("colour", key(64), also=("color",)),
            Field("image_url", text(500), also=("image",)),
            Field("variants", _VARIANTS, required=True),
        )
    )
)
_LEVELS = items_of(
    Schema(
        (
            Field("variant_id", _ID, required=True, also=("sku",)),
            Field("quantity", integer(0), required=True, also=("available",)),
        )
    )
)
#: What an inspection finds; one vocabulary for all warehouses.
DISPOSITIONS = frozenset(
    ["restocked", "not_restocked", "processing_required", "missing", "worn", "damaged", "wrong_item"]
)

_EVENTS: Mapping[str, tuple[Field, ...]] = {
    "page_viewed": (
        Field("page_view_id", _ID),
        Field("page_type", one_of(PAGE_TYPES)),
        Field("path_template", free_text(512), also=("path",)),
        Field("product_id", _ID),
        Field("category_id", _ID),
        Field("previous_page_view_id", _ID),
    ),
    "page_engaged": (
        Field("page_view_id", _ID, required=True),
        Field("engaged_ms", integer(0), required=True),
        Field("visible_ms", integer(0)),
        Field("max_scroll_pct", integer(0, 100)),
        Field("sequence", integer(0)),
    ),
    "slate_viewed": (
        # A vendor's list id names a kind of list, not one that somebody saw: it is no slate id.
        Field("slate_id", _ID, required=True),
        Field("items", _SLOTS, required=True, also=("products",)),
        Field("surface", key(64), also=("list_name", "item_list_name")),
        Field("policy_version", key(64)),
    ),
    "item_impression_viewed": (
        Field("slate_id", _ID, required=True),
        Field("position", _POSITION, required=True),
        Field("viewable_ms", integer(0), required=True),
    ),
    "product_viewed": (
        *_PRODUCT,
        Field("page_view_id", _ID),
        Field("slate_id", _ID, also=("from_slate_id",)),
        Field("position", _POSITION),
    ),
    "product_clicked": (*_PRODUCT, *_FROM_SLATE, Field("surface", key(64))),
    "product_added_to_cart": _CART_LINE,
    "product_removed_from_cart": _CART_LINE,
    "product_added_to_wishlist": (*_PRODUCT, Field("origin", one_of(ORIGINS))),
    "products_searched": (
        Field("query_text", free_text(256), required=True, also=("query", "search_term", "search_string")),
        Field("query_id", _ID),
        Field("corrected_query", free_text(256)),
        Field("result_count", integer(0)),
    ),
    "checkout_started": (
        Field("cart_id", _ID),
        Field("items", _LINES, also=("products", "line_items")),
        Field("value", amount),
        Field("currency", text(3)),
    ),
    "checkout_completed": (
        Field("checkout_id", _ID, also=("cart_id",)),
        Field("items", _LINES, also=("products", "line_items")),
        Field("order_id", _ID, also=("transaction_id",)),
        Field("value", amount, also=("revenue", "total")),
        Field("currency", text(3)),
    ),
    "logged_out": (),
    "identity_asserted": (Field("method", key(32)),),
    "order_placed": (*_BILL, Field("payment_kind", key(32))),
    "order_amended": _BILL,
    "order_cancelled": (*_ORDER, Field("cancellation_id", _ID), Field("reason", free_text(128))),
    "refund_issued": (
        *_ORDER,
        Field("refund_id", _ID),
        Field("return_id", _ID),
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
        Field("line", _ID, required=True, also=("line_id", "variant_id", "sku")),
        Field("disposition", one_of(DISPOSITIONS), required=True),
        Field("graded_reason", key(64)),
    ),
    "product_listed": (
        Field("product_id", _ID, required=True),
        Field("title", text(200), required=True, also=("name",)),
        Field("category_id", _ID, also=("category", "product_type")),
        Field("brand_id", _ID, also=("brand", "vendor")),
        Field("description", text(2000)),
        Field("unit_price", amount, also=("price",)),
        Field("list_price", amount, also=("compare_at_price",)),
        Field("currency", text(3)),
        Field("attributes", texts(60)),
        Field("colourways", _COLOURWAYS, required=True),
    ),
    "stock_counted": (
        Field("product_id", _ID, required=True),
        Field("levels", _LEVELS, required=True),
    ),
}

SCHEMAS: Mapping[str, Schema] = {name: Schema(fields) for name, fields in _EVENTS.items()}

CONTEXT = Schema(
    (Field("device_type", one_of(frozenset(["desktop", "mobile", "tablet", "tv", "kiosk", "pos", "unknown"]))),)
)


def example(name: str) -> Mapping[str, Any]:
    """Return the smallest payload that the schema of `name` takes."""
    samples: dict[str, Any] = {
        "items": [{"variant_id": "sku-1", "quantity": 1, "unit_price": 1}],
        "currency": "EUR",
        "disposition": "restocked",
        "total": 1,
        "amount": 1,
        "engaged_ms": 1,
        "position": 1,
        "viewable_ms": 1,
        "colourways": [{"colourway_id": "c-1", "variants": [{"variant_id": "sku-1"}]}],
        "levels": [{"variant_id": "sku-1", "quantity": 1}],
    }
    if name == "slate_viewed":
        samples["items"] = [{"product_id": "product-1", "position": 1}]
    return {field: samples.get(field, f"{field}-1") for field in SCHEMAS[name].required}
