"""A product as its page shows it, and the pieces of it that can be bought."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from adapters.http.shop.cards import alt, image, struck
from adapters.http.shop.refusals import PageRefused, not_found
from adapters.http.shop.wording import address, brand, price, spoken
from application.serving.shelf import Shelf
from domain.catalogue.product import Colourway, ProductListed, Variant


@frozen
class Size:
    variant_id: str
    label: str
    in_stock: bool


@frozen
class Swatch:
    colourway_id: str
    colour: str
    image: str
    chosen: bool


@frozen
class ProductView:
    """`only_one`: there is nothing to choose, as with a scarf."""

    product_id: str
    address: str
    title: str
    brand: str
    category: str
    description: str
    price: str
    before: str
    image: str
    alt: str
    colour: str
    swatches: Sequence[Swatch]
    sizes: Sequence[Size]
    only_one: bool
    sold_out: bool
    attributes: Mapping[str, str]


def listed(shelf: Shelf, product_id: str) -> ProductListed:
    """Return the listing. Errors: `PageRefused` (404)."""
    listing = shelf.listing(product_id)
    if listing is None:
        raise not_found("No such product")
    return listing


def chosen_colourway(
    shelf: Shelf, listing: ProductListed, colourway_id: str | None, variant_id: str | None
) -> Colourway:
    """Return the colourway asked for, that of the variant shown before, or the first one of which there is a piece.

    Errors: `PageRefused` (404) for a colourway that is not listed.
    """
    if colourway_id is not None:
        for colourway in listing.colourways:
            if colourway.colourway_id == colourway_id:
                return colourway
        raise not_found("No such colour")
    stock = shelf.in_stock(listing.product_id)
    mine = (colourway for colourway, variant in stock if variant.variant_id == variant_id)
    return next(mine, stock[0][0] if stock else listing.colourways[0])


def product_view(shelf: Shelf, listing: ProductListed, shown: Colourway) -> ProductView:
    have = {variant.variant_id for _, variant in shelf.in_stock(listing.product_id)}
    sizes = [Size(one.variant_id, one.size_label or "One size", one.variant_id in have) for one in shown.variants]
    return ProductView(
        product_id=listing.product_id,
        address=f"/product/{address(listing.product_id)}",
        title=listing.title,
        brand=brand(listing.brand_id),
        category=spoken(listing.category_id),
        description=listing.description or "",
        price=price(listing.unit_price),
        before=struck(listing),
        image=image(shown),
        alt=alt(listing, shown),
        colour=spoken(shown.colour),
        swatches=[
            Swatch(one.colourway_id, spoken(one.colour) or one.colourway_id, image(one), one == shown)
            for one in listing.colourways
        ],
        sizes=sizes,
        only_one=len(sizes) == 1,
        sold_out=not any(one.in_stock for one in sizes),
        attributes={spoken(facet): spoken(term) for facet, term in listing.attributes.items()},
    )


def piece(shelf: Shelf, variant_id: str) -> tuple[ProductListed, Colourway, Variant]:
    """Return a piece that can be bought now. Errors: `PageRefused` (422 unknown, 409 sold out)."""
    product_id = shelf.product_of(variant_id)
    listing = shelf.listing(product_id) if product_id else None
    if product_id is None or listing is None:
        raise PageRefused(422, "Choose a size first", "Go back to the product and pick one of its sizes.")
    for colourway, variant in shelf.in_stock(product_id):
        if variant.variant_id == variant_id:
            return listing, colourway, variant
    raise PageRefused(409, "That size has just gone", "Go back to the product and pick another size or colour.")
