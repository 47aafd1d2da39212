"""Canonical behaviour to the facts of a session: one small function per canonical name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.identity.kinds import CARRIERS
from domain.session import facts
from domain.session.facts import CartLine, Fact, ProductRef, SlotShown
from domain.taxonomy.interpret import Canonical

_REF = ("product_id", "variant_id", "category_id", "brand_id", "colour", "size_label")


def fact_of(canonical: Canonical, source_event_id: str) -> Fact | None:
    """Return the fact, or None for an event that only says who somebody is."""
    make = _MAKERS.get(canonical.name)
    return None if make is None else make(canonical, source_event_id)


def _ref(sent: Mapping[str, Any]) -> ProductRef:
    """A line may name its variant only: then the variant stands for the product until a catalogue says more."""
    named = {name: sent[name] for name in _REF if name in sent}
    named.setdefault("product_id", named.get("variant_id", ""))
    return ProductRef(**named)


def _lines(canonical: Canonical) -> tuple[CartLine, ...]:
    items = canonical.fields.get("items", ())
    return tuple(CartLine(_ref(item), item["quantity"], item.get("unit_price")) for item in items)


def _page(canonical: Canonical, source_event_id: str) -> Fact:
    """Trackers that name no page view get the id of the event, for it is one page view."""
    defaults = {"page_view_id": source_event_id, "page_type": "other", "path_template": ""}
    return facts.PageViewed(canonical.occurred_at, **(defaults | dict(canonical.fields)))


def _engaged(canonical: Canonical, source_event_id: str) -> Fact:
    """Trackers that name no page view report on one that nobody else reports on."""
    sent = canonical.fields
    engaged = sent.get("engaged_ms", 0)
    defaults = {
        "page_view_id": source_event_id,
        "engaged_ms": engaged,
        "visible_ms": engaged,
        "max_scroll_pct": 0,
        "sequence": 0,
    }
    return facts.PageEngaged(canonical.occurred_at, **(defaults | dict(sent)))


def _slate(canonical: Canonical, source_event_id: str) -> Fact:
    """A list of another system is known by the event that reports it; places without a number are in their order."""
    rest = {name: value for name, value in canonical.fields.items() if name != "items"}
    rest.setdefault("slate_id", source_event_id)
    sent: Sequence[Mapping[str, Any]] = canonical.fields["items"]
    slots = tuple(SlotShown(**{"position": place, **item}) for place, item in enumerate(sent, start=1))
    return facts.SlateViewed(canonical.occurred_at, items=slots, **rest)


def _about(cls: Callable[..., Fact]) -> Callable[[Canonical, str], Fact]:
    """Facts about one product take what they have a field for; a cart line without a quantity is one piece."""
    accepted = set(cls.__annotations__)
    defaults = {"quantity": 1} if "quantity" in accepted else {}

    def make(canonical: Canonical, _: str) -> Fact:
        rest = {name: value for name, value in canonical.fields.items() if name in accepted}
        return cls(canonical.occurred_at, _ref(canonical.fields), **(defaults | rest))

    return make


def _maybe_about(cls: Callable[..., Fact]) -> Callable[[Canonical, str], Fact]:
    """Facts that may be about a product, such as looking at a size guide."""
    accepted = set(cls.__annotations__)

    def make(canonical: Canonical, _: str) -> Fact:
        sent = canonical.fields
        product = _ref(sent) if "product_id" in sent or "variant_id" in sent else None
        rest = {name: value for name, value in sent.items() if name in accepted}
        return cls(canonical.occurred_at, product=product, **rest)

    return make


def _plain(cls: Callable[..., Fact]) -> Callable[[Canonical, str], Fact]:
    """Facts whose fields are those of the event."""

    def make(canonical: Canonical, _: str) -> Fact:
        return cls(canonical.occurred_at, **canonical.fields)

    return make


def _asserted(canonical: Canonical, _: str) -> Fact | None:
    """A login on a browser or app makes its session theirs; elsewhere it only says who belongs together."""
    if not any(kind in CARRIERS for kind, _ in canonical.identifiers):
        return None
    return facts.IdentityAsserted(canonical.occurred_at, **canonical.fields)


def _filtered(canonical: Canonical, _: str) -> Fact:
    rest = {name: value for name, value in canonical.fields.items() if name != "facets"}
    chosen = tuple(facts.FacetChosen(**facet) for facet in canonical.fields.get("facets", ()))
    return facts.ProductListFiltered(canonical.occurred_at, facets=chosen, **rest)


def _outfit(canonical: Canonical, _: str) -> Fact:
    sent = canonical.fields
    items = tuple(_ref(item) for item in sent["items"])
    return facts.OutfitViewed(canonical.occurred_at, sent["outfit_id"], items, sent.get("slate_id"))


def _cart_viewed(canonical: Canonical, _: str) -> Fact:
    return facts.CartViewed(canonical.occurred_at, _lines(canonical), canonical.fields.get("cart_id"))


def _checkout_completed(canonical: Canonical, source_event_id: str) -> Fact:
    rest = {name: value for name, value in canonical.fields.items() if name != "items"}
    rest.setdefault("checkout_id", rest.get("order_id", source_event_id))
    return facts.CheckoutCompleted(canonical.occurred_at, items=_lines(canonical), **rest)


def _checkout_started(canonical: Canonical, _: str) -> Fact:
    sent = canonical.fields
    return facts.CheckoutStarted(canonical.occurred_at, _lines(canonical), sent.get("cart_id"), sent.get("value"))


_MAKERS: Mapping[str, Callable[[Canonical, str], Fact | None]] = {
    "page_viewed": _page,
    "page_engaged": _engaged,
    "slate_viewed": _slate,
    "item_impression_viewed": _plain(facts.ItemImpressionViewed),
    "product_viewed": _about(facts.ProductViewed),
    "product_clicked": _about(facts.ProductClicked),
    "product_list_filtered": _filtered,
    "products_searched": _plain(facts.ProductsSearched),
    "size_selected": _about(facts.SizeSelected),
    "size_guide_viewed": _maybe_about(facts.SizeGuideViewed),
    "size_advice_shown": _about(facts.SizeAdviceShown),
    "product_media_viewed": _maybe_about(facts.ProductMediaViewed),
    "product_added_to_cart": _about(facts.ProductAddedToCart),
    "product_removed_from_cart": _about(facts.ProductRemovedFromCart),
    "cart_viewed": _cart_viewed,
    "product_added_to_wishlist": _about(facts.ProductAddedToWishlist),
    "product_removed_from_wishlist": _about(facts.ProductRemovedFromWishlist),
    "checkout_started": _checkout_started,
    "checkout_step_completed": _plain(facts.CheckoutStepCompleted),
    "payment_failed": _plain(facts.PaymentFailed),
    "checkout_completed": _checkout_completed,
    "coupon_changed": _plain(facts.CouponChanged),
    "promotion_viewed": _plain(facts.PromotionViewed),
    "promotion_clicked": _plain(facts.PromotionClicked),
    "product_shared": _about(facts.ProductShared),
    "product_reviewed": _about(facts.ProductReviewed),
    "outfit_viewed": _outfit,
    "stated_preference_recorded": _plain(facts.StatedPreferenceRecorded),
    "notification_opened": _plain(facts.NotificationOpened),
    "app_opened": _plain(facts.AppOpened),
    "app_backgrounded": _plain(facts.AppBackgrounded),
    "in_store_try_on_recorded": _about(facts.TryOnRecorded),
    "identity_asserted": _asserted,
    "logged_out": _plain(facts.LoggedOut),
}
