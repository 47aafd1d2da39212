"""The catalogue as arrays by item number: what learning and serving know of a product before anybody touched it."""

from collections.abc import Iterable, Mapping, Sequence
from math import log

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from domain.catalogue.product import Product, ProductListed
from domain.values import Money


@frozen(eq=False)
class CatalogueTable:
    """Row i is item number i; a product that is not listed has no category, no brand and a content of 0.

    `category`, `brand`, `colour`: int32 [n], places in the lists of names, -1 for none; the colour is that of the
    first colourway. `content`: float32 [n, f], of length 1: one column for each value of each facet, and the price.
    `price`, `list_price`: float32 [n], minor units, 0 if unknown.
    """

    categories: Mapping[str, int]
    brands: Mapping[str, int]
    colours: Mapping[str, int]
    category: NDArray[np.int32]
    brand: NDArray[np.int32]
    colour: NDArray[np.int32]
    content: NDArray[np.float32]
    price: NDArray[np.float32]
    list_price: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.category)


def catalogue_table(vocabulary: Sequence[str], products: Mapping[str, Product]) -> CatalogueTable:
    """Lay out the listings of `vocabulary`. Facets and values are numbered in alphabetical order."""
    listings = [_listing(products.get(one)) for one in vocabulary]
    categories = _numbered(one.category_id for one in listings if one)
    brands = _numbered(one.brand_id for one in listings if one)
    colours = _numbered(_colour(one) for one in listings if one)
    return CatalogueTable(
        categories=categories,
        brands=brands,
        colours=colours,
        category=_codes([one.category_id if one else None for one in listings], categories),
        brand=_codes([one.brand_id if one else None for one in listings], brands),
        colour=_codes([_colour(one) if one else None for one in listings], colours),
        content=_content(listings),
        price=_minor([one.unit_price if one else None for one in listings]),
        list_price=_minor([one.list_price if one else None for one in listings]),
    )


def _listing(product: Product | None) -> ProductListed | None:
    return product.listing if product else None


def _colour(listing: ProductListed) -> str | None:
    return next((one.colour for one in listing.colourways if one.colour), None)


def _facets(listing: ProductListed) -> Mapping[str, str]:
    """Return every facet with its one value; colours beyond the first are facets of their own."""
    facets = {f"attribute {name}": value for name, value in listing.attributes.items()}
    facets |= {f"colour {one.colour}": "yes" for one in listing.colourways if one.colour}
    return facets | {"category": listing.category_id or "", "brand": listing.brand_id or ""}


def _content(listings: Sequence[ProductListed | None]) -> NDArray[np.float32]:
    facets = [{f"{name}={value}" for name, value in _facets(one).items()} if one else set[str]() for one in listings]
    columns = {name: place for place, name in enumerate(sorted(set[str]().union(*facets)))}
    content = np.zeros((len(listings), len(columns) + 1 if columns else 0), np.float32)
    for row, (listing, names) in enumerate(zip(listings, facets, strict=True)):
        content[row, [columns[name] for name in names]] = 1.0
        price = listing.unit_price if listing else None
        if price is not None and price.amount_minor > 0:
            content[row, -1] = log(price.amount_minor)
    if len(content) and columns:
        known = content[:, -1] > 0
        content[known, -1] = _standard(content[known, -1])
    lengths = np.sqrt((content * content).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(content, lengths, where=lengths > 0, out=np.zeros_like(content)), np.float32)


def _standard(values: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = float(values.std()) if len(values) else 0.0
    return np.asarray((values - values.mean()) / spread if spread > 0 else np.zeros_like(values), np.float32)


def _numbered(values: Iterable[str | None]) -> Mapping[str, int]:
    return {value: place for place, value in enumerate(sorted({one for one in values if one}))}


def _codes(values: Sequence[str | None], numbers: Mapping[str, int]) -> NDArray[np.int32]:
    return np.array([numbers.get(one or "", -1) for one in values], np.int32)


def _minor(prices: Sequence[Money | None]) -> NDArray[np.float32]:
    return np.array([price.amount_minor if price else 0 for price in prices], np.float32)
