"""Which names mean the same thing. Data, versioned: a change is a new `TAXONOMY_VERSION`, never an edit of meaning.

Names stand here normalised (see `normalise`). What is ambiguous is not aliased; what is derived is not a fact.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from domain.taxonomy.source import Authority

TAXONOMY_VERSION = "1.2"

_ALIASES: Mapping[str, str] = {
    "page_viewed": "page_view page pageview screen screen_view screen_viewed view_page checkout_step_viewed",
    "page_engaged": "page_ping user_engagement scroll_depth scrolled time_on_page heartbeat screen_end attention",
    "slate_viewed": "view_item_list product_list_viewed list_view collection_viewed category_viewed plp_view "
    "impressions product_impression commerce_product_list_views view_collection",
    "item_impression_viewed": "item_impression impression_viewed",
    "product_viewed": "view_item product_view viewed_product product_detail_view pdp_view item_viewed view_product "
    "detail prod_view commerce_product_views screen_product shopify_product_viewed ecommerce_product_viewed",
    "product_clicked": "select_item product_click list_click item_click click_item tap_product shopify_product_clicked",
    "product_list_filtered": "filter_applied facet_selected sort_changed refine",
    "products_searched": "search search_submitted submit_search site_search search_performed query",
    "size_selected": "size_changed_to select_size",
    "size_guide_viewed": "view_size_guide size_chart_viewed size_guide_opened",
    "size_advice_shown": "size_recommendation_shown",
    "product_media_viewed": "product_image_viewed product_image_zoomed product_video_played",
    "product_added_to_cart": "add_to_cart cart_add product_added added_to_cart add_cart addtocart atc cart_item_added "
    "item_added_to_cart item_added add_item add_to_bag bag_add add_to_basket basket_add tap_add_to_bag sc_add add "
    "commerce_product_list_adds",
    "product_removed_from_cart": "remove_from_cart cart_remove product_removed removed_from_cart remove_item "
    "bag_remove basket_remove sc_remove remove commerce_product_list_removals",
    "cart_viewed": "view_cart cart_view bag_viewed view_bag sc_view screen_cart commerce_product_list_opens "
    "commerce_product_list_reopens",
    "product_added_to_wishlist": "add_to_wishlist wishlist_add favorite favorited favourite like_product heart "
    "save_item commerce_save_for_laters",
    "product_removed_from_wishlist": "wishlist_remove remove_from_wishlist unfavorite unfavourite unlike",
    "checkout_started": "begin_checkout initiate_checkout start_checkout sc_checkout commerce_checkouts",
    "checkout_step_completed": "checkout_step checkout_progress set_checkout_option",
    "payment_failed": "trns_error payment_error payment_declined card_declined transaction_error",
    "coupon_changed": "",
    "promotion_viewed": "view_promotion promo_view present_offer promotion_impression",
    "promotion_clicked": "select_promotion promo_click",
    "product_shared": "share",
    "product_reviewed": "review_submitted rate_product",
    "outfit_viewed": "view_outfit look_viewed",
    "stated_preference_recorded": "preference_stated quiz_answered style_quiz_answered",
    "notification_opened": "push_notification_tapped email_link_clicked notification_tapped",
    "app_opened": "application_opened app_open application_foregrounded application_launches",
    "app_backgrounded": "application_backgrounded app_background",
    "in_store_try_on_recorded": "try_on_recorded fitting_room_try_on",
    "identity_asserted": "identify login logged_in sign_in sign_up account_created complete_registration "
    "loyalty_scanned alias",
    "logged_out": "logout sign_out signed_out log_out",
    "consent_changed": "consent_updated consent_given consent_withdrawn",
    "erasure_requested": "customers_redact data_erasure_requested",
    "order_amended": "order_updated orders_edited orders_updated update_order",
    "order_cancelled": "orders_cancelled",
    "shipment_dispatched": "fulfillments_create order_shipped shipment_sent",
    "shipment_delivered": "order_delivered delivery_confirmed",
    "refund_issued": "refund order_refunded refunds_create purchase_refund partial_refund",
    "return_requested": "returns_request return_created rma_opened",
    "return_received": "return_arrived reverse_delivery_received",
    "return_inspected": "return_processed item_graded",
    "exchange_created": "exchange_requested",
    "product_listed": "products_create products_update product_created product_updated",
    "stock_counted": "inventory_counted inventory_levels_update stock_updated",
}
#: The same word is behaviour from a client and a fact from a server.
_CHECKOUT = (
    "purchase order_completed transaction ecommerce_purchase complete_payment commerce_purchases purchase_completed"
)
_ORDER = (
    "orders_create order_created order_completed pos_sale store_purchase receipt_printed purchase create_order "
    "transaction"
)

#: Names that say a part of what their event carries: name -> (canonical, fields that the name implies).
_IMPLYING: Mapping[str, tuple[str, Mapping[str, str | int]]] = {
    "add_shipping_info": ("checkout_step_completed", {"step": "shipping"}),
    "checkout_shipping_info_submitted": ("checkout_step_completed", {"step": "shipping"}),
    "add_payment_info": ("checkout_step_completed", {"step": "payment"}),
    "payment_info_entered": ("checkout_step_completed", {"step": "payment"}),
    "payment_info_submitted": ("checkout_step_completed", {"step": "payment"}),
    "checkout_contact_info_submitted": ("checkout_step_completed", {"step": "contact"}),
    "checkout_address_info_submitted": ("checkout_step_completed", {"step": "address"}),
    "coupon_entered": ("coupon_changed", {"status": "entered"}),
    "coupon_applied": ("coupon_changed", {"status": "applied"}),
    "voucher_applied": ("coupon_changed", {"status": "applied"}),
    "coupon_denied": ("coupon_changed", {"status": "denied"}),
    "coupon_removed": ("coupon_changed", {"status": "removed"}),
    "save_for_later": ("product_added_to_wishlist", {"origin": "cart"}),
    "wishlist_product_added_to_cart": ("product_added_to_cart", {"origin": "wishlist"}),
    "move_to_bag": ("product_added_to_cart", {"origin": "wishlist"}),
}
AMBIGUOUS = frozenset(["click", "view", "event", "action", "conversion", "lead"])
DERIVED = frozenset(
    ["cart_abandons", "cart_abandoned", "commerce_cart_abandons", "session_start", "session_end", "first_visit"]
)

#: Facts of the shop's own systems: a client's word on them is not taken.
SERVER_ONLY = frozenset(
    [
        *("order_placed", "order_amended", "order_cancelled", "refund_issued"),
        *("shipment_dispatched", "shipment_delivered", "exchange_created"),
        *("return_requested", "return_received", "return_inspected"),
        *("product_listed", "stock_counted"),
    ]
)


@frozen
class Meaning:
    """What a name stands for. `implied`: fields that the name itself tells; what the event says of them counts more."""

    canonical: str
    implied: Mapping[str, str | int] = field(factory=dict)


def _table(authority: Authority) -> Mapping[str, Meaning]:
    names = dict(_ALIASES)
    names["order_placed"] = _ORDER if authority == "server" else ""
    names["checkout_completed"] = _CHECKOUT if authority == "client" else ""
    table = {alias: Meaning(canonical) for canonical, aliases in names.items() for alias in aliases.split()}
    table |= {name: Meaning(canonical, implied) for name, (canonical, implied) in _IMPLYING.items()}
    return MappingProxyType(table | {canonical: Meaning(canonical) for canonical in names})


TABLES: Mapping[Authority, Mapping[str, Meaning]] = {"client": _table("client"), "server": _table("server")}
CANONICAL = tuple(sorted({meaning.canonical for meaning in TABLES["client"].values()}))
