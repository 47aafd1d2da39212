"""A touch: what one event says about a customer and mostly a product, in the units that measures aggregate.

An observation is a touch with whose it was, as that was known from a moment on: what the lake keeps, and every engine
reads. What is learned later, such as a merge or a label, is a new version of it and never changes the old one.
"""

from collections.abc import Mapping
from math import log

import msgspec

from domain.session import facts
from domain.session.facts import Fact
from domain.values import Money
from ports.event_log import Metadata

HOUR = 3600
_FIT_STEPS = {"too_small": -1.0, "too_large": 1.0}


class Touch(msgspec.Struct, frozen=True, omit_defaults=True):
    """`at`, `known`: Unix seconds of happening and of being known. Prices in minor units of `currency`.

    `page`: the page view on which it happened, where the tracker says so. `fit`: in which direction it did not fit.
    `taste`: of a purchase and a return, the label of (person, item), -1 to 1, which holds from `settled` on (Unix
    seconds), 0 if it is not known yet. `query`: words searched. `stated`: a preference told, as `kind=value`.
    `season`, `weather`: as the context of the event tells. `counts`: 0 to 1, how much it counts by the noise marks.
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
    query: str = ""
    stated: str = ""
    season: str = ""
    weather: str = ""
    counts: float = 1.0

    @property
    def hour(self) -> str:
        """Hour of the day in UTC, 00 to 23."""
        return f"{int(self.at // HOUR) % 24:02d}"

    @property
    def discounted(self) -> bool:
        return 0 < self.price < self.list_price

    @property
    def amount(self) -> float | None:
        """The price in minor units, None if it is not known."""
        return float(self.price) if self.price > 0 else None

    @property
    def log_price(self) -> float | None:
        """Natural logarithm of the price in minor units, None if it is not known."""
        return log(self.price) if self.price > 0 else None

    @property
    def fit_step(self) -> float | None:
        """How it fitted: -1 too small, 1 too large, 0 bought, None if it says nothing: of a return, what was wrong."""
        if self.action == "purchase":
            return 0.0
        return _FIT_STEPS.get(self.fit) if self.action == "return" else None


class Observation(Touch, frozen=True, omit_defaults=True, kw_only=True):
    """A version of a touch. `id` is that of the touch, the same in all versions; `position` orders the versions.

    `position`: of the event in the log by which this version became known. `customer`: the person, or the identifier of
    a stranger; "" for a guest's order. `visitor`: the identifier it happened on, or that an order names; `account`: who
    had logged in, if anybody. `revoked`: from now on it never happened, such as a line that was cancelled.
    A moment K knows of each id the version with the highest position among those with `known` <= K.
    """

    id: str
    position: int
    customer: str = ""
    session: str = ""
    visitor: str = ""
    account: str = ""
    revoked: bool = False

    @property
    def customer_category(self) -> str:
        """Key of the entity customer x category, "" where one of both is unknown."""
        return f"{self.customer}/{self.category}" if self.customer and self.category else ""


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
