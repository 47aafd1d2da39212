"""Item features: the product measures, folded as touches come, in any order."""

from collections.abc import Iterable, Sequence

import msgspec

from application.features.declarations import measures_of
from application.features.fold import State, add
from application.features.touch import ACTION_OF, Touch, touch_of
from application.projections.purchases import bought
from application.projections.rows import Collection, Rows
from domain.order import OrderPlaced
from domain.returns.returns import ReturnRequested
from ports.event_log import Recorded


class Product(msgspec.Struct, omit_defaults=True):
    """What was said of a product most recently, and the state of its measures."""

    category: str = ""
    brand: str = ""
    colour: str = ""
    described_at: float = float("-inf")
    state: State = msgspec.field(default_factory=dict)


PRODUCTS: Collection[Product] = Collection("products", Product)
_MEASURES = measures_of("product")


class ProductsProjection:
    name = "products"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        touches = [touch for one in batch for touch in touches_of(one)]
        rows.prefetch(PRODUCTS, (touch.product for touch in touches))
        for touch in touches:
            row = rows.get(PRODUCTS, touch.product) or Product()
            if touch.at >= row.described_at:
                row.category, row.brand = touch.category or row.category, touch.brand or row.brand
                row.colour, row.described_at = touch.colour or row.colour, touch.at
            add(row.state, _MEASURES, touch)
            rows.put(PRODUCTS, touch.product, row)


def touches_of(recorded: Recorded) -> Iterable[Touch]:
    """Return what an event says of products. A return counts when it is requested, under the product that it names."""
    event, metadata = recorded.event, recorded.metadata
    if type(event) in ACTION_OF:
        touch = touch_of(event, metadata, "")
        return () if touch is None else (touch,)
    if isinstance(event, OrderPlaced):
        return bought(event.bill, metadata).values()
    if isinstance(event, ReturnRequested):
        at, known = metadata.occurred_at.timestamp(), metadata.known_at.timestamp()
        named = (line.product_id or line.variant_id or line.line for line in event.lines)
        return [Touch(at, known, "return", product) for product in named]
    return ()
