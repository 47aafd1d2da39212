"""A product is a style that the shop lists, in colourways and sizes, of which so many pieces lie in stock.

What is listed and what is counted come from two systems, late and out of order: the latest in business time counts,
for the listing as a whole and for the stock of each variant.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider
from domain.values import Money


@frozen
class Variant:
    """What lies on a shelf: a colourway in one size (SKU)."""

    variant_id: str
    size_label: str | None = None


@frozen
class Colourway:
    colourway_id: str
    variants: tuple[Variant, ...]
    colour: str | None = None
    image_url: str | None = None


@frozen
class ProductListed:
    """The whole listing as it is from `listed_at` on. `attributes`: facet to term, as the supplier says."""

    product_id: str
    title: str
    listed_at: datetime
    colourways: tuple[Colourway, ...]
    category_id: str | None = None
    brand_id: str | None = None
    description: str | None = None
    unit_price: Money | None = None
    list_price: Money | None = None
    attributes: Mapping[str, str] = Factory(dict)


@frozen
class StockCounted:
    """`levels`: pieces on hand by variant id; variants that are not named keep theirs."""

    product_id: str
    levels: Mapping[str, int]
    counted_at: datetime


Event = ProductListed | StockCounted


@frozen
class Count:
    quantity: int
    at: datetime


@frozen
class Product:
    """`stock` is kept for variants that are not listed yet, too: the count may come first."""

    listing: ProductListed | None = None
    stock: Mapping[str, Count] = Factory(dict)

    def on_hand(self, variant_id: str) -> int:
        """Return the pieces of a variant; nothing was ever counted is nothing on hand."""
        count = self.stock.get(variant_id)
        return count.quantity if count else 0


def evolve(state: Product, event: Event) -> Product:
    match event:
        case ProductListed():
            return changed(state, listing=event)
        case StockCounted(_, levels, counted_at):
            counts = {one: Count(quantity, counted_at) for one, quantity in levels.items()}
            return changed(state, stock={**state.stock, **counts})
        case _:
            assert_never(event)


def list_product(state: Product, listing: ProductListed) -> tuple[Event, ...]:
    """List, or list anew. What is not newer than the present listing is nothing to do."""
    known = state.listing
    return (listing,) if known is None or known.listed_at < listing.listed_at else ()


def count_stock(state: Product, count: StockCounted) -> tuple[Event, ...]:
    """Record the counts that are newer than what is known of their variants; the others are nothing to do."""
    known = state.stock
    news = {
        one: quantity for one, quantity in count.levels.items() if one not in known or known[one].at < count.counted_at
    }
    return (changed(count, levels=news),) if news else ()


DECIDER: Decider[Product, Event] = Decider(category="product", initial=Product, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (ProductListed, "product.listed"),
    (StockCounted, "product.stock_counted"),
)
