"""What shoppers do with one product. Positions count from 1."""

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
class ProductMediaViewed:
    """`media_kind`: zoom, image_swipe, video, 360."""

    occurred_at: datetime
    media_kind: str
    product: ProductRef | None = None


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
class ProductRemovedFromWishlist:
    occurred_at: datetime
    product: ProductRef


@frozen
class SizeSelected:
    occurred_at: datetime
    product: ProductRef


@frozen
class SizeGuideViewed:
    occurred_at: datetime
    product: ProductRef | None = None


@frozen
class SizeAdviceShown:
    """`advised_label` None: the adviser abstained. `p_ok_percent`: how sure it was that the size fits."""

    occurred_at: datetime
    product: ProductRef
    model_version: str
    advised_label: str | None = None
    p_ok_percent: int | None = None


@frozen
class TryOnRecorded:
    """In a fitting room. `outcome`: bought, left, other_size."""

    occurred_at: datetime
    product: ProductRef
    outcome: str


@frozen
class ProductShared:
    """`share_via`: the network or way, never to whom."""

    occurred_at: datetime
    product: ProductRef
    share_via: str | None = None


@frozen
class ProductReviewed:
    """`rating`: 1 to 5. `fit_feedback`: small, true, large. The text stays in the intake log."""

    occurred_at: datetime
    product: ProductRef
    rating: int
    fit_feedback: str | None = None
    review_id: str | None = None
