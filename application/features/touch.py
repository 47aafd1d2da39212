"""A touch: what one event says about a customer and a product, in the units that measures aggregate."""

from collections.abc import Mapping

import msgspec

from domain.session import facts
from domain.session.facts import Fact
from domain.values import Money
from ports.event_log import Metadata


class Touch(msgspec.Struct, frozen=True, omit_defaults=True):
    """`at`, `known`: Unix seconds of happening and of being known. Prices in minor units of `currency`.

    `page`: the page view on which it happened, where the tracker says so. `fit`: in which direction it did not fit.
    `taste`: of a purchase and a return, the label of (person, item), -1 to 1, which holds from `settled` on (Unix
    seconds), 0 if it is not known yet.
    """

    at: float
    known: float
    action: str
    product: str
    category: str = ""
    brand: str = ""
    colour: str = ""
    size: str = ""
    price: int = 0
    list_price: int = 0
    currency: str = ""
    device: str = ""
    fit: str = ""
    page: str = ""
    quantity: int = 1
    taste: float = 1.0
    settled: float = 0.0

    @property
    def hour(self) -> str:
        """Hour of the day in UTC, 00 to 23."""
        return f"{int(self.at // 3600) % 24:02d}"

    @property
    def discounted(self) -> bool:
        return 0 < self.price < self.list_price

    @property
    def returned(self) -> bool:
        return self.action == "return"


AboutProduct = facts.ProductViewed | facts.ProductClicked | facts.ProductAddedToWishlist | facts.ProductAddedToCart
#: Facts about one product, as the action that they are.
ACTION_OF: Mapping[type[Fact], str] = {
    facts.ProductViewed: "view",
    facts.ProductClicked: "click",
    facts.ProductAddedToWishlist: "wishlist",
    facts.ProductAddedToCart: "cart",
}


def touch_of(fact: Fact, metadata: Metadata, device: str) -> Touch | None:
    """Return the touch that a fact of a session is, or None if it names no product or takes one away."""
    if not isinstance(fact, AboutProduct):
        return None
    product = fact.product
    price: Money | None = getattr(fact, "unit_price", None)
    listed: Money | None = getattr(fact, "list_price", None)
    return Touch(
        at=metadata.occurred_at.timestamp(),
        known=metadata.known_at.timestamp(),
        action=ACTION_OF[type(fact)],
        product=product.product_id,
        category=product.category_id or "",
        brand=product.brand_id or "",
        colour=product.colour or "",
        size=product.size_label or "",
        price=price.amount_minor if price else 0,
        list_price=listed.amount_minor if listed else 0,
        currency=price.currency if price else "",
        device=device,
        page=getattr(fact, "page_view_id", None) or "",
        quantity=getattr(fact, "quantity", 1),
    )
