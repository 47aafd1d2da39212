"""Canonical behaviour to the facts of a session: one small function per canonical name."""

from collections.abc import Callable, Mapping
from typing import Any

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


def _engaged(canonical: Canonical, _: str) -> Fact:
    sent = canonical.fields
    defaults = {"visible_ms": sent["engaged_ms"], "max_scroll_pct": 0, "sequence": 0}
    return facts.PageEngaged(canonical.occurred_at, **(defaults | dict(sent)))


def _slate(canonical: Canonical, _: str) -> Fact:
    rest = {name: value for name, value in canonical.fields.items() if name != "items"}
    slots = tuple(SlotShown(**item) for item in canonical.fields["items"])
    return facts.SlateViewed(canonical.occurred_at, items=slots, **rest)


def _about(cls: Callable[..., Fact]) -> Callable[[Canonical, str], Fact]:
    """Facts about one product take what they have a field for; a cart line without a quantity is one piece."""
    accepted = set(cls.__annotations__)
    defaults = {"quantity": 1} if "quantity" in accepted else {}

    def make(canonical: Canonical, _: str) -> Fact:
        rest = {name: value for name, value in canonical.fields.items() if name in accepted}
        return cls(canonical.occurred_at, _ref(canonical.fields), **(defaults | rest))

    return make


def _checkout_completed(canonical: Canonical, source_event_id: str) -> Fact:
    rest = {name: value for name, value in canonical.fields.items() if name != "items"}
    rest.setdefault("checkout_id", rest.get("order_id", source_event_id))
    return facts.CheckoutCompleted(canonical.occurred_at, items=_lines(canonical), **rest)


def _checkout_started(canonical: Canonical, _: str) -> Fact:
    sent = canonical.fields
    return facts.CheckoutStarted(canonical.occurred_at, _lines(canonical), sent.get("cart_id"), sent.get("value"))


_MAKERS: Mapping[str, Callable[[Canonical, str], Fact]] = {
    "page_viewed": _page,
    "page_engaged": _engaged,
    "slate_viewed": _slate,
    "item_impression_viewed": lambda canonical, _: facts.ItemImpressionViewed(
        canonical.occurred_at, **canonical.fields
    ),
    "product_viewed": _about(facts.ProductViewed),
    "product_clicked": _about(facts.ProductClicked),
    "product_added_to_cart": _about(facts.ProductAddedToCart),
    "product_removed_from_cart": _about(facts.ProductRemovedFromCart),
    "product_added_to_wishlist": _about(facts.ProductAddedToWishlist),
    "products_searched": lambda canonical, _: facts.ProductsSearched(canonical.occurred_at, **canonical.fields),
    "checkout_started": _checkout_started,
    "checkout_completed": _checkout_completed,
    "logged_out": lambda canonical, _: facts.LoggedOut(canonical.occurred_at),
}
