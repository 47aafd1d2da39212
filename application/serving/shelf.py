"""What is listed and in stock, in the memory of this process: a replica that follows the event log.

Hard rules are asked on every request and must hold when everything else is down, so they are never a query.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import define, field

from application.projections.catalogue import PRODUCTS, CatalogueProjection
from application.projections.rows import View, generation_name
from domain.catalogue.product import DECIDER, Colourway, Product, ProductListed, StockCounted, Variant
from ports.event_log import EventLog, ReadModels

_PAGE = 5000


@define(eq=False)
class Shelf:
    """`most_age`: how long what was read last counts as verified. One thread refreshes, many read."""

    log: EventLog
    read_models: ReadModels
    most_age: timedelta = timedelta(seconds=60)
    products: dict[str, Product] = field(init=False, factory=dict)
    _listed_by: dict[str, frozenset[str]] = field(init=False, factory=dict)
    _position: int = field(init=False, default=-1)
    _verified_at: datetime | None = field(init=False, default=None)
    _changed: dict[str, None] = field(init=False, factory=dict)

    def refresh(self, now: datetime) -> Sequence[str]:
        """Read what is new in the log; return the products that changed since the last time that this returned.

        A failure leaves what was known, and what had changed until then is returned the next time.
        """
        if self._position < 0:
            self._changed |= dict.fromkeys(self._load())
        while events := self.log.follow(after=self._position, limit=_PAGE):
            for recorded in events:
                if isinstance(recorded.event, ProductListed | StockCounted):
                    known = self.products.get(recorded.event.product_id) or DECIDER.initial()
                    self._keep(recorded.event.product_id, DECIDER.evolve(known, recorded.event))
                    self._changed[recorded.event.product_id] = None
            self._position = events[-1].position
        self._verified_at = now
        changed, self._changed = list(self._changed), {}
        return changed

    def verified(self, now: datetime) -> bool:
        """Tell whether what is known of stock is young enough to be relied on."""
        return self._verified_at is not None and now - self._verified_at <= self.most_age

    def listing(self, product_id: str) -> ProductListed | None:
        product = self.products.get(product_id)
        return product.listing if product else None

    def products_of(self, variant_id: str) -> Sequence[str]:
        """Return the products that a variant is listed under, in alphabetical order: one, if the catalogue is sound."""
        return sorted(self._listed_by.get(variant_id, ()))

    def product_of(self, variant_id: str) -> str | None:
        """Return the first of `products_of`, whatever order they were listed in."""
        return next(iter(self.products_of(variant_id)), None)

    def in_stock(self, product_id: str) -> Sequence[tuple[Colourway, Variant]]:
        """Return the listed variants of which there is a piece, in the order of the listing."""
        product = self.products.get(product_id)
        if product is None or product.listing is None:
            return ()
        listed = ((colourway, variant) for colourway in product.listing.colourways for variant in colourway.variants)
        return [(colourway, variant) for colourway, variant in listed if product.on_hand(variant.variant_id) > 0]

    def sold_out(self, product_ids: Iterable[str]) -> frozenset[str]:
        """Return those of which no listed variant is in stock, and those that are not listed at all."""
        return frozenset(one for one in product_ids if not self.in_stock(one))

    def listings(self) -> Mapping[str, ProductListed]:
        return {one: product.listing for one, product in list(self.products.items()) if product.listing}

    def _load(self) -> Iterable[str]:
        """Start from the read model; what is then read twice from the log is the same events in the same order."""
        name = CatalogueProjection.name
        position = self.log.position(generation_name(name, self.read_models.live(name)))
        for product_id, product in View(self.read_models, name).all(PRODUCTS):
            self._keep(product_id, product)
        self._position = position
        return list(self.products)

    def _keep(self, product_id: str, product: Product) -> None:
        before, listing = self.listing(product_id), product.listing
        self.products[product_id] = product
        if listing is None or listing is before:
            return
        listed, former = _variants(listing), _variants(before) if before else set[str]()
        for variant in listed | former:
            others = self._listed_by.get(variant, frozenset()) - {product_id}
            self._listed_by[variant] = others | {product_id} if variant in listed else others


def _variants(listing: ProductListed) -> set[str]:
    return {variant.variant_id for colourway in listing.colourways for variant in colourway.variants}
