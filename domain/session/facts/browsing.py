"""What shoppers look at: pages, lists, searches, promotions, outfits. Positions count from 1."""

from datetime import datetime

from attrs import frozen

from domain.session.facts.products import ProductRef


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
    scroll_px: int | None = None
    mouse_px: int | None = None
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
class FacetChosen:
    """`op`: is, not, from, to."""

    facet: str
    value: str
    op: str = "is"


@frozen
class ProductListFiltered:
    occurred_at: datetime
    facets: tuple[FacetChosen, ...] = ()
    sort: str | None = None
    surface: str | None = None


@frozen
class ProductsSearched:
    """`query_text` was scrubbed of personal data before it came here."""

    occurred_at: datetime
    query_text: str
    query_id: str | None = None
    result_count: int | None = None
    corrected_query: str | None = None


@frozen
class PromotionViewed:
    """`slot`: where on the page."""

    occurred_at: datetime
    promotion_id: str
    creative_id: str | None = None
    slot: str | None = None


@frozen
class PromotionClicked:
    occurred_at: datetime
    promotion_id: str
    creative_id: str | None = None
    slot: str | None = None


@frozen
class OutfitViewed:
    occurred_at: datetime
    outfit_id: str
    items: tuple[ProductRef, ...]
    slate_id: str | None = None
