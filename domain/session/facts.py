"""What shoppers do, as canonical events: each is one fact on the stream of the session it belongs to.

Field by field after the taxonomy (`docs/reference/taxonomy.md`). Positions count from 1. Identifiers of persons
never appear here: the session knows its visitor.
"""

from datetime import datetime

from attrs import frozen

from domain.values import Money


@frozen
class ProductRef:
    """The product meant, with what the tracking said of it: a style, and if known the size-level variant."""

    product_id: str
    variant_id: str | None = None
    category_id: str | None = None
    brand_id: str | None = None
    colour: str | None = None
    size_label: str | None = None


@frozen
class PageViewed:
    """`page_type`: home, plp, pdp, search, cart, checkout, content, account, other."""

    occurred_at: datetime
    page_view_id: str
    page_type: str
    path_template: str
    product_id: str | None = None
    category_id: str | None = None
    previous_page_view_id: str | None = None


@frozen
class PageEngaged:
    """A cumulative snapshot of one page view: readers take the largest of each field, so order does not matter."""

    occurred_at: datetime
    page_view_id: str
    engaged_ms: int
    visible_ms: int
    max_scroll_pct: int
    sequence: int
    clicks: int | None = None
    key_presses: int | None = None
    touches: int | None = None


@frozen
class SlotShown:
    """One place of a slate as the shopper's device reports it. `viewable_ms`: time with half of it on screen."""

    product_id: str
    position: int
    viewable_ms: int | None = None
    variant_id: str | None = None


@frozen
class SlateViewed:
    """A list was put before the shopper, ours or another system's; `policy_version` says whose."""

    occurred_at: datetime
    slate_id: str
    items: tuple[SlotShown, ...]
    surface: str = ""
    policy_version: str | None = None


@frozen
class ItemImpressionViewed:
    """One place of a slate was on screen: evidence that it was examined. A cumulative snapshot: the largest counts."""

    occurred_at: datetime
    slate_id: str
    position: int
    viewable_ms: int


@frozen
class ProductViewed:
    occurred_at: datetime
    product: ProductRef
    unit_price: Money | None = None
    list_price: Money | None = None
    available_sizes: tuple[str, ...] = ()
    slate_id: str | None = None
    position: int | None = None
    page_view_id: str | None = None


@frozen
class ProductClicked:
    occurred_at: datetime
    product: ProductRef
    slate_id: str | None = None
    position: int | None = None
    surface: str | None = None
    page_view_id: str | None = None


@frozen
class ProductAddedToCart:
    """`origin`: pdp, plp, wishlist, outfit, reco."""

    occurred_at: datetime
    product: ProductRef
    quantity: int
    unit_price: Money | None = None
    list_price: Money | None = None
    cart_id: str | None = None
    origin: str | None = None
    slate_id: str | None = None
    position: int | None = None


@frozen
class ProductRemovedFromCart:
    occurred_at: datetime
    product: ProductRef
    quantity: int
    unit_price: Money | None = None
    list_price: Money | None = None
    cart_id: str | None = None


@frozen
class ProductAddedToWishlist:
    """`origin`: pdp, plp, cart."""

    occurred_at: datetime
    product: ProductRef
    unit_price: Money | None = None
    origin: str | None = None


@frozen
class ProductsSearched:
    """`query_text` was scrubbed of personal data before it came here."""

    occurred_at: datetime
    query_text: str
    query_id: str | None = None
    result_count: int | None = None
    corrected_query: str | None = None


@frozen
class CartLine:
    product: ProductRef
    quantity: int
    unit_price: Money | None = None


@frozen
class CheckoutStarted:
    occurred_at: datetime
    items: tuple[CartLine, ...]
    cart_id: str | None = None
    value: Money | None = None


@frozen
class CheckoutCompleted:
    """What the browser said. Behaviour, not money: the order itself comes from the order system."""

    occurred_at: datetime
    checkout_id: str
    order_id: str | None = None
    items: tuple[CartLine, ...] = ()
    value: Money | None = None


@frozen
class LoggedOut:
    occurred_at: datetime


Fact = (
    PageViewed
    | PageEngaged
    | SlateViewed
    | ItemImpressionViewed
    | ProductViewed
    | ProductClicked
    | ProductAddedToCart
    | ProductRemovedFromCart
    | ProductAddedToWishlist
    | ProductsSearched
    | CheckoutStarted
    | CheckoutCompleted
    | LoggedOut
)

#: Facts with their stored names.
FACTS: tuple[tuple[type[Fact], str], ...] = (
    (PageViewed, "session.page_viewed"),
    (PageEngaged, "session.page_engaged"),
    (SlateViewed, "session.slate_viewed"),
    (ItemImpressionViewed, "session.item_impression_viewed"),
    (ProductViewed, "session.product_viewed"),
    (ProductClicked, "session.product_clicked"),
    (ProductAddedToCart, "session.product_added_to_cart"),
    (ProductRemovedFromCart, "session.product_removed_from_cart"),
    (ProductAddedToWishlist, "session.product_added_to_wishlist"),
    (ProductsSearched, "session.products_searched"),
    (CheckoutStarted, "session.checkout_started"),
    (CheckoutCompleted, "session.checkout_completed"),
    (LoggedOut, "session.logged_out"),
)
