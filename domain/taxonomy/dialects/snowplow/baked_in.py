"""The event types that the tracker protocol has built in: pages, pings, structured events, legacy transactions."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.snowplow.envelope import size, split
from domain.taxonomy.dialects.snowplow.message import ECOMMERCE, SNOWPLOW, Message, taken, whole, word
from domain.taxonomy.dialects.snowplow.products import products, without
from domain.taxonomy.normalise import normalise
from domain.taxonomy.refusal import Reason, Refused

_LONGEST_PATH = 512
_PAGES: Mapping[str, str] = {
    **dict.fromkeys(("home", "homepage", "start", "landing"), "home"),
    **dict.fromkeys(("product", "pdp", "product_detail", "product_details", "item"), "pdp"),
    **dict.fromkeys(("category", "plp", "listing", "product_list", "product_listing", "collection"), "plp"),
    **dict.fromkeys(("search", "search_results", "search_result"), "search"),
    **dict.fromkeys(("cart", "basket", "bag"), "cart"),
    **dict.fromkeys(("checkout", "payment", "shipping", "order_confirmation"), "checkout"),
    **dict.fromkeys(("account", "my_account", "login", "profile"), "account"),
    **dict.fromkeys(("content", "blog", "article", "editorial", "about", "help"), "content"),
}
#: Categories of structured events whose action alone says what was done in a shop.
_SHOP = frozenset(
    [
        *("ecomm", "ecommerce", "e_commerce", "enhanced_ecommerce", "shop", "store", "catalog", "catalogue"),
        *("product", "products", "cart", "basket", "bag", "checkout", "wishlist", "search"),
    ]
)
_PIECES = frozenset(["quantity", "qty", "pcs", "pieces"])


def page(message: Message) -> dict[str, Any]:
    """Return the id of the page view that an event happened in."""
    return taken(message.about(SNOWPLOW, "web_page"), page_view_id="id")


def page_view(message: Message) -> Sequence[WireEvent]:
    path = split(message.sent.get("url"))[1]
    kind = word(message.about(ECOMMERCE, "page").get("type"))
    about = products(message)
    properties = {
        **page(message),
        **({"path_template": path} if 0 < len(path) <= _LONGEST_PATH else {}),
        **({"page_type": _PAGES.get(normalise(kind).removesuffix("_page"), "other")} if kind else {}),
        **(taken(about[0], product_id="product_id") if len(about) == 1 else {}),
    }
    return [{"event": "page_view", "properties": properties}]


def page_ping(message: Message) -> Sequence[WireEvent]:
    """A ping is one beat of an interval that only the page knows: how long is in their number, not in one of them."""
    reached, (_, seen), (_, all_of_it) = (
        whole(message.sent.get("pp_may")),
        size(message.sent.get("vp")),
        size(message.sent.get("ds")),
    )
    deepest = {}
    if reached is not None and reached >= 0 and seen and all_of_it:
        deepest = {"max_scroll_pct": min(100, (reached + seen) * 100 // all_of_it)}
    return [{"event": "page_ping", "properties": {**page(message), **deepest}}]


def structured(message: Message) -> Sequence[WireEvent]:
    """The label of a shop's action is what it was done to, unless products are described beside it."""
    sent = message.sent
    category, action = normalise(word(sent.get("se_ca"))), sent.get("se_ac")
    if not isinstance(action, str) or not action.strip():
        raise Refused(Reason.MISSING_REQUIRED, "se_ac", "a structured event names its action")
    if category not in _SHOP:
        return [{"event": f"{category} {action}"}]
    pieces = normalise(word(sent.get("se_pr"))) in _PIECES
    quantity = taken(sent, quantity="se_va") if pieces else {}
    searching = "search" in category or "search" in normalise(action[:128])
    about = [] if searching else [without(one, "position") for one in products(message)]
    labelled = taken(sent, **{"query_text" if searching else "product_id": "se_la"})
    return [{"event": action, "properties": {**one, **quantity}} for one in about or [labelled]]


def transaction(message: Message) -> Sequence[WireEvent]:
    named = taken(message.sent, order_id="tr_id", total="tr_tt", tax="tr_tx", shipping="tr_sh", currency="tr_cu")
    return [{"event": "transaction", "properties": named}]


def transaction_item(_: Message) -> Sequence[WireEvent]:
    """A line by itself is no event of ours: as a checkout it would count that once per line."""
    return [{"event": "transaction_item"}]
