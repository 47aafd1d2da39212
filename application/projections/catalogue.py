"""What is listed and how many pieces there are, product by product: the state of each product's stream."""

from collections.abc import Sequence

from application.projections.rows import Collection, Rows
from domain.catalogue.product import DECIDER, Product, ProductListed, StockCounted
from ports.event_log import Recorded

#: by product id
PRODUCTS: Collection[Product] = Collection("products", Product)


class CatalogueProjection:
    name = "catalogue"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [one.event for one in batch if isinstance(one.event, ProductListed | StockCounted)]
        rows.prefetch(PRODUCTS, (event.product_id for event in ours))
        for event in ours:
            state = rows.get(PRODUCTS, event.product_id) or DECIDER.initial()
            rows.put(PRODUCTS, event.product_id, DECIDER.evolve(state, event))
