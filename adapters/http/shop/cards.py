"""A slate as the grid shows it: one card per place."""

from collections.abc import Sequence

from attrs import frozen

from adapters.http.shop.wording import Why, address, brand, notices, price, why
from application.serving.shelf import Shelf
from domain.catalogue.product import Colourway, ProductListed
from domain.slate.slate import SlateServed, Slot

PLACEHOLDER = "/pictures/none.svg"


@frozen
class Card:
    """`before`: the struck list price. `different`: shown to learn from it. `new`: it was not here a moment ago."""

    position: int
    product_id: str
    address: str
    image: str
    alt: str
    brand: str
    title: str
    price: str
    before: str
    sizes: Sequence[str]
    different: bool
    new: bool


@frozen
class Grid:
    """`slate_id` is empty where nothing can be shown."""

    slate_id: str
    surface: str
    why: Why
    notices: Sequence[str]
    cards: Sequence[Card]
    fresh: bool


def grid(served: SlateServed, shelf: Shelf, before: SlateServed | None = None) -> Grid:
    """`before`: the slate that this one takes the place of on the page, if it does."""
    was = {slot.product_id for slot in before.slots} if before else None
    listed = [(slot, listing) for slot in served.slots if (listing := shelf.listing(slot.product_id)) is not None]
    return Grid(
        slate_id=served.slate_id,
        surface=served.surface,
        why=why(served, shelf, before),
        notices=notices(served),
        cards=[_card(served.slate_id, slot, listing, was) for slot, listing in listed],
        fresh=before is not None,
    )


def _card(slate_id: str, slot: Slot, listing: ProductListed, was: set[str] | None) -> Card:
    return Card(
        position=slot.position,
        product_id=slot.product_id,
        address=f"/product/{address(slot.product_id)}?slate={slate_id}&position={slot.position}",
        image=image(shown := colourway_of(listing, slot.variant_id)),
        alt=alt(listing, shown),
        brand=brand(listing.brand_id),
        title=listing.title,
        price=price(slot.price),
        before=struck(listing),
        sizes=slot.sizes_in_stock,
        different=slot.exploration is not None,
        new=was is not None and slot.product_id not in was,
    )


def colourway_of(listing: ProductListed, variant_id: str | None) -> Colourway | None:
    """Return the colourway of a variant, else the first one."""
    every = listing.colourways
    mine = (one for one in every if any(variant.variant_id == variant_id for variant in one.variants))
    return next(mine, every[0] if every else None)


def image(colourway: Colourway | None) -> str:
    """Return the address of a picture of this house. Pages ask no other host, so other addresses are not shown."""
    url = (colourway.image_url if colourway else None) or ""
    return url if url.startswith("/") and not url.startswith("//") else PLACEHOLDER


def alt(listing: ProductListed, colourway: Colourway | None) -> str:
    colour = colourway.colour if colourway else None
    return f"{listing.title} in {colour}" if colour else listing.title


def struck(listing: ProductListed) -> str:
    unit, before = listing.unit_price, listing.list_price
    reduced = unit and before and unit.currency == before.currency and unit.amount_minor < before.amount_minor
    return price(before) if reduced else ""
