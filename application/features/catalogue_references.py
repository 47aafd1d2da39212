"""What the catalogue says of products beside their touches, for measures that are read against it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt
from statistics import fmean
from types import MappingProxyType

from domain.catalogue.product import Product, ProductListed
from ports.measures import References

#: Facets of a listing, as suppliers name them: the cut of a garment, and its pattern.
_ATTRIBUTES = ("silhouette", "pattern")
_NO_VECTORS: Mapping[str, tuple[float, ...]] = MappingProxyType({})


def references_of(
    products: Mapping[str, Product], vectors: Mapping[str, tuple[float, ...]] = _NO_VECTORS
) -> References:
    """Return what the listings of some moment say. `vectors`: of the items, from the release of that moment.

    A product's family of colours is the one that its listing names, else its first colour.
    """
    listings = {key: one.listing for key, one in products.items() if one.listing is not None}
    return References(
        facets={key: _facets(listing) for key, listing in listings.items()},
        vectors=vectors,
        levels=price_levels(listings.values()),
    )


def price_levels(listings: Iterable[ProductListed]) -> Mapping[str, tuple[float, float]]:
    """Return of each category mean and standard deviation of the natural logarithm of its prices in minor units."""
    prices: dict[str, list[float]] = defaultdict(list)
    for listing in listings:
        if listing.category_id and listing.unit_price and listing.unit_price.amount_minor > 0:
            prices[listing.category_id].append(log(listing.unit_price.amount_minor))
    return {category: _level(logs) for category, logs in prices.items()}


def _facets(listing: ProductListed) -> Mapping[str, str]:
    colour = next((one.colour for one in listing.colourways if one.colour), None)
    facets = {name: listing.attributes.get(name, "") for name in _ATTRIBUTES}
    facets["colour_family"] = listing.attributes.get("colour_family") or colour or ""
    return {name: value for name, value in facets.items() if value}


def _level(logs: Sequence[float]) -> tuple[float, float]:
    mean = fmean(logs)
    return mean, sqrt(fmean([(one - mean) ** 2 for one in logs]))
