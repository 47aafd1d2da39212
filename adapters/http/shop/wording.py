"""How the shop speaks: names, prices, and the reasons of a slate in a sentence."""

from collections.abc import Sequence
from urllib.parse import quote

from attrs import frozen

from application.serving.shelf import Shelf
from domain.slate.slate import SlateServed
from domain.values import Money

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}

#: Why a product stands in its place, as `Slot.reason` says it.
REASONS = {
    "explored": "something different, to learn from",
    "like_last": "the same kind as what you looked at last",
    "taste": "like what you looked at",
    "popular": "popular right now",
}
OUTCOMES = {
    "ignored": "seen, passed over",
    "click": "looked at",
    "cart": "put in the bag",
    "purchase": "bought",
    "return": "sent back",
}
#: What a visitor is told when an answer had to do without something; what is not here is for the operator.
NOTICES = {
    "not_personalised": "Showing popular items: you asked us not to use what we know of you.",
    "no_release": "Showing popular items while the shop has not learned from its visitors yet.",
    "no_retrieval": "Showing popular items while personal picks are out of reach.",
    "no_context": "Showing popular items while we cannot look up what you like.",
    "stale_context": "Your last click is still on its way. Reload in a moment to see what it changes.",
    "stock_unverified": "Sizes were last counted a while ago.",
}


@frozen
class Why:
    """`lead` and, where it names a product, its title and address. `note`: what moved, or what was done without."""

    lead: str
    title: str = ""
    address: str = ""
    note: str = ""


def why(served: SlateServed, shelf: Shelf, before: SlateServed | None = None) -> Why:
    """Say why these are shown. `before`: the slate that they took the place of.

    Without a model nothing that the visitor did took part in the choice, and it is not said to have.
    """
    note = _moved(served, before) if before else ""
    similar = served.surface == "similar"
    seen = [served.subject_product or ""] if similar else served.context_products
    listing = next((found for one in reversed(seen) if (found := shelf.listing(one))), None)
    if listing is None or not served.versions.retrieval:
        return Why("Popular right now", note=note)
    lead = "Similar to" if similar else "Because you looked at"
    return Why(lead, listing.title, f"/product/{address(listing.product_id)}", note)


def notices(served: SlateServed) -> Sequence[str]:
    return [NOTICES[one] for one in served.degraded if one in NOTICES]


def price(money: Money | None) -> str:
    if money is None:
        return ""
    sign, amount = _SIGNS.get(money.currency, ""), f"{money.major:,f}"
    return f"{sign}{amount}" if sign else f"{amount} {money.currency}"


def spoken(key: str | None) -> str:
    """Return an id such as `tansy-thyme` or `fit_flare` as people write it."""
    words = (key or "").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def brand(key: str | None) -> str:
    return spoken(key).title() if key and key == key.lower() else (key or "")


def address(product_id: str) -> str:
    """Return a product id as a part of an address: ids are any text that a catalogue sends."""
    return quote(product_id, safe="")


def _moved(served: SlateServed, before: SlateServed) -> str:
    was, now = ([slot.product_id for slot in one.slots] for one in (before, served))
    if was == now:
        return "Nothing has changed this time."
    new = len(set(now) - set(was))
    return {0: "The same pieces, in a new order.", 1: "One piece is new here."}.get(new, f"{new} pieces are new here.")
