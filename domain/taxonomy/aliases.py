"""Which names mean the same thing. Data, versioned: a change is a new `TAXONOMY_VERSION`, never an edit of meaning.

Names stand here normalised (see `normalise`). What is ambiguous is not aliased; what is derived is not a fact.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Authority

TAXONOMY_VERSION = "1.1"

_ALIASES: Mapping[str, str] = {
    "page_viewed": "page_view page pageview screen screen_view screen_viewed view_page",
    "page_engaged": "page_ping user_engagement scroll_depth scrolled time_on_page heartbeat screen_end attention",
    "slate_viewed": "view_item_list product_list_viewed list_view collection_viewed category_viewed plp_view "
    "impressions product_impression commerce_product_list_views",
    "item_impression_viewed": "item_impression impression_viewed",
    "product_viewed": "view_item product_view viewed_product product_detail_view pdp_view item_viewed view_product "
    "detail prod_view commerce_product_views screen_product",
    "product_clicked": "select_item product_click list_click item_click tap_product",
    "product_added_to_cart": "add_to_cart cart_add product_added added_to_cart add_cart addtocart atc cart_item_added "
    "item_added_to_cart item_added add_item add_to_bag bag_add add_to_basket basket_add tap_add_to_bag sc_add add "
    "commerce_product_list_adds",
    "product_removed_from_cart": "remove_from_cart cart_remove product_removed removed_from_cart remove_item "
    "bag_remove basket_remove sc_remove remove commerce_product_list_removals",
    "product_added_to_wishlist": "add_to_wishlist wishlist_add favorite favorited favourite like_product heart "
    "save_item commerce_save_for_laters",
    "products_searched": "search search_submitted site_search search_performed query",
    "checkout_started": "begin_checkout initiate_checkout start_checkout sc_checkout commerce_checkouts",
    "identity_asserted": "identify login logged_in sign_in sign_up account_created complete_registration "
    "loyalty_scanned alias",
    "logged_out": "logout sign_out signed_out log_out",
    "order_amended": "order_updated orders_edited",
    "order_cancelled": "orders_cancelled",
    "refund_issued": "refund order_refunded refunds_create purchase_refund partial_refund",
    "return_requested": "returns_request return_created rma_opened",
    "return_received": "return_arrived reverse_delivery_received",
    "return_inspected": "return_processed item_graded",
    "product_listed": "products_create products_update product_created product_updated",
    "stock_counted": "inventory_counted inventory_levels_update stock_updated",
}
#: The same word is behaviour from a client and a fact from a server.
_CHECKOUT = "purchase order_completed transaction ecommerce_purchase complete_payment commerce_purchases"
_ORDER = "orders_create order_created order_completed pos_sale store_purchase receipt_printed purchase"
_AMBIGUOUS = frozenset(["click", "view", "event", "action", "select_content", "update_cart", "conversion", "lead"])
_DERIVED = frozenset(["cart_abandons", "cart_abandoned", "commerce_cart_abandons"])

#: Facts of the shop's own systems: a client's word on them is not taken.
SERVER_ONLY = frozenset(
    [
        *("order_placed", "order_amended", "order_cancelled", "refund_issued"),
        *("return_requested", "return_received", "return_inspected"),
        *("product_listed", "stock_counted"),
    ]
)


def _table(authority: Authority) -> Mapping[str, str]:
    names = dict(_ALIASES)
    if authority == "server":
        names["order_placed"] = _ORDER
        names["checkout_completed"] = ""
    else:
        names["checkout_completed"] = _CHECKOUT
        names["order_placed"] = ""
    table = {alias: canonical for canonical, aliases in names.items() for alias in aliases.split()}
    return MappingProxyType(table | {canonical: canonical for canonical in names})


TABLES: Mapping[Authority, Mapping[str, str]] = {"client": _table("client"), "server": _table("server")}
CANONICAL = tuple(sorted(set(TABLES["client"].values())))


@lru_cache(maxsize=4096)
def canonical_name(name: str, authority: Authority) -> str:
    """Return the canonical name of what a source calls `name`. Raises `Refused`."""
    wanted = normalise(name)
    found = TABLES[authority].get(wanted)
    if wanted in _AMBIGUOUS:
        raise Refused(Reason.AMBIGUOUS_NAME, "event", "the name says too little; send what happened to what")
    if wanted in _DERIVED:
        raise Refused(Reason.DERIVED_NOT_FACT, "event", "derived downstream from facts; send the facts")
    if found is None:
        close = get_close_matches(wanted[:64], TABLES[authority], n=1, cutoff=0.75)
        suggestion = TABLES[authority][close[0]] if close else ""
        raise Refused(Reason.UNKNOWN_EVENT_NAME, "event", "no alias of this taxonomy", suggestion)
    if found in SERVER_ONLY and authority == "client":
        raise Refused(Reason.ENUM_UNKNOWN, "event", f"{found} is taken from sources with authority=server only")
    return found
