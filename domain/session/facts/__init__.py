"""What shoppers do, as canonical events: each is one fact on the stream of the session it belongs to.

Field by field after the taxonomy (`docs/reference/taxonomy.md`). Identifiers of persons never appear here: the session
knows its visitor.
"""

from domain.session.facts.browsing import (
    FacetChosen,
    ItemImpressionViewed,
    OutfitViewed,
    PageEngaged,
    PageViewed,
    ProductListFiltered,
    ProductsSearched,
    PromotionClicked,
    PromotionViewed,
    SlateViewed,
    SlotShown,
)
from domain.session.facts.checkout import (
    CartLine,
    CartViewed,
    CheckoutCompleted,
    CheckoutStarted,
    CheckoutStepCompleted,
    CouponChanged,
    PaymentFailed,
)
from domain.session.facts.products import (
    ProductAddedToCart,
    ProductAddedToWishlist,
    ProductClicked,
    ProductMediaViewed,
    ProductRef,
    ProductRemovedFromCart,
    ProductRemovedFromWishlist,
    ProductReviewed,
    ProductShared,
    ProductViewed,
    SizeAdviceShown,
    SizeGuideViewed,
    SizeSelected,
    TryOnRecorded,
)
from domain.session.facts.visit import (
    AgentObserved,
    AppBackgrounded,
    AppOpened,
    IdentityAsserted,
    LoggedOut,
    NotificationOpened,
    StatedPreferenceRecorded,
)

Fact = (
    PageViewed
    | PageEngaged
    | SlateViewed
    | ItemImpressionViewed
    | ProductListFiltered
    | ProductsSearched
    | PromotionViewed
    | PromotionClicked
    | OutfitViewed
    | ProductViewed
    | ProductClicked
    | ProductMediaViewed
    | ProductAddedToCart
    | ProductRemovedFromCart
    | ProductAddedToWishlist
    | ProductRemovedFromWishlist
    | SizeSelected
    | SizeGuideViewed
    | SizeAdviceShown
    | TryOnRecorded
    | ProductShared
    | ProductReviewed
    | CartViewed
    | CheckoutStarted
    | CheckoutStepCompleted
    | PaymentFailed
    | CouponChanged
    | CheckoutCompleted
    | StatedPreferenceRecorded
    | NotificationOpened
    | AppOpened
    | AppBackgrounded
    | AgentObserved
    | IdentityAsserted
    | LoggedOut
)

#: Facts with their stored names.
FACTS: tuple[tuple[type[Fact], str], ...] = (
    (PageViewed, "session.page_viewed"),
    (PageEngaged, "session.page_engaged"),
    (SlateViewed, "session.slate_viewed"),
    (ItemImpressionViewed, "session.item_impression_viewed"),
    (ProductListFiltered, "session.product_list_filtered"),
    (ProductsSearched, "session.products_searched"),
    (PromotionViewed, "session.promotion_viewed"),
    (PromotionClicked, "session.promotion_clicked"),
    (OutfitViewed, "session.outfit_viewed"),
    (ProductViewed, "session.product_viewed"),
    (ProductClicked, "session.product_clicked"),
    (ProductMediaViewed, "session.product_media_viewed"),
    (ProductAddedToCart, "session.product_added_to_cart"),
    (ProductRemovedFromCart, "session.product_removed_from_cart"),
    (ProductAddedToWishlist, "session.product_added_to_wishlist"),
    (ProductRemovedFromWishlist, "session.product_removed_from_wishlist"),
    (SizeSelected, "session.size_selected"),
    (SizeGuideViewed, "session.size_guide_viewed"),
    (SizeAdviceShown, "session.size_advice_shown"),
    (TryOnRecorded, "session.in_store_try_on_recorded"),
    (ProductShared, "session.product_shared"),
    (ProductReviewed, "session.product_reviewed"),
    (CartViewed, "session.cart_viewed"),
    (CheckoutStarted, "session.checkout_started"),
    (CheckoutStepCompleted, "session.checkout_step_completed"),
    (PaymentFailed, "session.payment_failed"),
    (CouponChanged, "session.coupon_changed"),
    (CheckoutCompleted, "session.checkout_completed"),
    (StatedPreferenceRecorded, "session.stated_preference_recorded"),
    (NotificationOpened, "session.notification_opened"),
    (AppOpened, "session.app_opened"),
    (AppBackgrounded, "session.app_backgrounded"),
    (AgentObserved, "session.agent_observed"),
    (IdentityAsserted, "session.identity_asserted"),
    (LoggedOut, "session.logged_out"),
)

__all__ = [
    "FACTS",
    "AgentObserved",
    "AppBackgrounded",
    "AppOpened",
    "CartLine",
    "CartViewed",
    "CheckoutCompleted",
    "CheckoutStarted",
    "CheckoutStepCompleted",
    "CouponChanged",
    "FacetChosen",
    "Fact",
    "IdentityAsserted",
    "ItemImpressionViewed",
    "LoggedOut",
    "NotificationOpened",
    "OutfitViewed",
    "PageEngaged",
    "PageViewed",
    "PaymentFailed",
    "ProductAddedToCart",
    "ProductAddedToWishlist",
    "ProductClicked",
    "ProductListFiltered",
    "ProductMediaViewed",
    "ProductRef",
    "ProductRemovedFromCart",
    "ProductRemovedFromWishlist",
    "ProductReviewed",
    "ProductShared",
    "ProductViewed",
    "ProductsSearched",
    "PromotionClicked",
    "PromotionViewed",
    "SizeAdviceShown",
    "SizeGuideViewed",
    "SizeSelected",
    "SlateViewed",
    "SlotShown",
    "StatedPreferenceRecorded",
    "TryOnRecorded",
]
