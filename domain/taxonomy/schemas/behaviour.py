"""What shoppers do, as their devices tell it."""

from collections.abc import Mapping

from domain.taxonomy.fields import Field, Schema, amount, boolean, free_text, integer, items_of, key, one_of, text
from domain.taxonomy.schemas.parts import (
    CART_LINE,
    FROM_SLATE,
    ID,
    LINES,
    MAYBE_PRODUCT,
    ORIGINS,
    PRODUCT,
    PRODUCTS,
    SLOTS,
)

PAGE_TYPES = frozenset(["home", "plp", "pdp", "search", "cart", "checkout", "content", "account", "other"])
STEPS = frozenset(["contact", "address", "shipping", "payment", "review"])

_FACETS = items_of(
    Schema(
        (
            Field("facet", key(64), required=True, also=("type", "name")),
            Field("value", key(128), required=True),
            Field("op", one_of(frozenset(["is", "not", "from", "to"]))),
        )
    )
)
_PROMOTION = (
    Field("promotion_id", ID, required=True, also=("promotion_name", "promo_id", "id", "name")),
    Field("creative_id", ID, also=("creative", "creative_name")),
    Field("slot", key(64), also=("creative_slot", "promo_slot", "position")),
)
_CHECKOUT = (
    Field("items", LINES, also=("products", "line_items")),
    Field("currency", text(3)),
)

EVENTS: Mapping[str, tuple[Field, ...]] = {
    "page_viewed": (
        Field("page_view_id", ID),
        Field("page_type", one_of(PAGE_TYPES)),
        Field("path_template", free_text(512), also=("path",)),
        Field("product_id", ID),
        Field("category_id", ID),
        Field("previous_page_view_id", ID),
    ),
    "page_engaged": (
        Field("page_view_id", ID),
        Field("engaged_ms", integer(0), also=("engagement_time_msec",)),
        Field("visible_ms", integer(0)),
        Field("max_scroll_pct", integer(0, 100), also=("percent_scrolled", "scroll_depth")),
        Field("sequence", integer(0)),
        *(Field(name, integer(0)) for name in ("clicks", "key_presses", "scroll_px", "mouse_px", "touches")),
    ),
    "slate_viewed": (
        # A vendor's list id names a kind of list, not one that somebody saw: it is no slate id.
        Field("slate_id", ID),
        Field("items", SLOTS, required=True, also=("products",)),
        Field("surface", key(64), also=("list_name", "item_list_name", "list_id", "item_list_id")),
        Field("policy_version", key(64)),
    ),
    "item_impression_viewed": (
        Field("slate_id", ID, required=True),
        Field("position", integer(1, 10_000), required=True),
        Field("viewable_ms", integer(0), required=True),
    ),
    "product_viewed": (*PRODUCT, Field("page_view_id", ID), *FROM_SLATE),
    "product_clicked": (*PRODUCT, *FROM_SLATE, Field("surface", key(64)), Field("page_view_id", ID)),
    "product_list_filtered": (
        Field("facets", _FACETS, also=("filters",)),
        Field("sort", key(64)),
        Field("surface", key(64), also=("list_id", "list_name", "category")),
    ),
    "products_searched": (
        Field("query_text", free_text(256), required=True, also=("query", "search_term", "search_string")),
        Field("query_id", ID),
        Field("corrected_query", free_text(256)),
        Field("result_count", integer(0)),
    ),
    "size_selected": PRODUCT,
    "size_guide_viewed": MAYBE_PRODUCT,
    "size_advice_shown": (
        *PRODUCT,
        Field("model_version", key(64), required=True),
        Field("advised_label", key(32)),
        Field("abstained", boolean),
        Field("p_ok_percent", integer(0, 100)),
    ),
    "product_media_viewed": (
        *MAYBE_PRODUCT,
        Field("media_kind", one_of(frozenset(["zoom", "image_swipe", "video", "360"])), required=True),
    ),
    "product_added_to_cart": CART_LINE,
    "product_removed_from_cart": CART_LINE,
    "cart_viewed": (Field("cart_id", ID), *_CHECKOUT, Field("value", amount)),
    "product_added_to_wishlist": (*PRODUCT, Field("origin", one_of(ORIGINS))),
    "product_removed_from_wishlist": PRODUCT,
    "checkout_started": (Field("cart_id", ID), *_CHECKOUT, Field("value", amount)),
    "checkout_step_completed": (
        Field("step", one_of(STEPS), required=True),
        Field("cart_id", ID, also=("checkout_id",)),
    ),
    "payment_failed": (Field("cart_id", ID), Field("reason_class", key(64), also=("error_code", "error_type"))),
    "checkout_completed": (
        Field("checkout_id", ID, also=("cart_id",)),
        *_CHECKOUT,
        Field("order_id", ID, also=("transaction_id",)),
        Field("value", amount, also=("revenue", "total")),
    ),
    "coupon_changed": (
        Field("status", one_of(frozenset(["entered", "applied", "denied", "removed"])), required=True),
        Field("coupon_id", ID),
        Field("reason", key(128)),
    ),
    "promotion_viewed": _PROMOTION,
    "promotion_clicked": _PROMOTION,
    "product_shared": (*PRODUCT, Field("share_via", key(64), also=("method",))),
    "product_reviewed": (
        *PRODUCT,
        Field("rating", integer(1, 5), required=True),
        Field("fit_feedback", one_of(frozenset(["small", "true", "large"]))),
        Field("review_id", ID),
    ),
    "outfit_viewed": (
        Field("outfit_id", ID, required=True),
        Field("items", PRODUCTS, required=True, also=("products",)),
        Field("slate_id", ID),
    ),
    "stated_preference_recorded": (
        Field("kind", one_of(frozenset(["quiz_style", "quiz_colour", "size", "budget", "dislike"])), required=True),
        Field("value", free_text(128), required=True),
    ),
    "notification_opened": (Field("campaign_id", ID, also=("campaign_name",)), Field("medium", key(64))),
    "app_opened": (),
    "app_backgrounded": (),
    "in_store_try_on_recorded": (
        *PRODUCT,
        Field("outcome", one_of(frozenset(["bought", "left", "other_size"])), required=True),
    ),
    "logged_out": (),
    "identity_asserted": (Field("method", key(32)),),
}
