"""Item features: the product measures, folded as touches come, in any order."""

from collections.abc import Iterable, Sequence

import msgspec

from application.features.ranking import PRODUCT_FOLD
from application.features.steps import State
from application.features.touch import ACTION_OF, Touch, touch_of
from application.projections.purchases import bought
from application.projections.rows import Collection, Rows
from domain.identity.person import PersonForgotten
from domain.order import OrderAmended, OrderPlaced, ReturnAllocated
from ports.event_log import Metadata, Recorded


class Product(msgspec.Struct, omit_defaults=True):
    """What was said of a product most recently, and the state of its measures."""

    category: str = ""
    brand: str = ""
    colour: str = ""
    described_at: float = float("-inf")
    state: State = msgspec.field(default_factory=dict)


class Sold(msgspec.Struct, omit_defaults=True):
    """An order: the product of each of its lines, and the claims that were counted as returns."""

    products: dict[str, str] = msgspec.field(default_factory=dict)
    returned: list[str] = msgspec.field(default_factory=list)


PRODUCTS: Collection[Product] = Collection("products", Product)
#: by order id
SOLD: Collection[Sold] = Collection("sold", Sold)


class ProductsProjection:
    name = "products"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        of_orders = OrderPlaced | OrderAmended | ReturnAllocated
        rows.prefetch(SOLD, (one.event.order_id for one in batch if isinstance(one.event, of_orders)))
        touches: list[Touch] = []
        for one in batch:
            if isinstance(one.event, PersonForgotten):
                rows.drop(SOLD, one.event.orders)
            touches += touches_of(one, rows)
        rows.prefetch(PRODUCTS, (touch.product for touch in touches))
        for touch in touches:
            row = rows.get(PRODUCTS, touch.product) or Product()
            if touch.at >= row.described_at:
                row.category, row.brand = touch.category or row.category, touch.brand or row.brand
                row.colour, row.described_at = touch.colour or row.colour, touch.at
            PRODUCT_FOLD.add(row.state, touch)
            rows.put(PRODUCTS, touch.product, row)


def touches_of(recorded: Recorded, rows: Rows) -> Iterable[Touch]:
    """Return what an event says of products. A return counts once, when it has found the line that it came from."""
    event, metadata = recorded.event, recorded.metadata
    if type(event) in ACTION_OF:
        touch = touch_of(event, metadata, "")
        return () if touch is None else (touch,)
    if isinstance(event, OrderPlaced | OrderAmended):
        sold = rows.get(SOLD, event.order_id) or Sold()
        sold.products |= {line.line_id: line.product_id for line in event.bill.items}
        rows.put(SOLD, event.order_id, sold)
        return bought(event.bill, metadata).values() if isinstance(event, OrderPlaced) else ()
    if isinstance(event, ReturnAllocated) and event.quantity:
        return _returned(event, metadata, rows)
    return ()


def _returned(event: ReturnAllocated, metadata: Metadata, rows: Rows) -> Iterable[Touch]:
    sold, claim = rows.get(SOLD, event.order_id) or Sold(), event.claim
    product = sold.products.get(event.line_id)
    if product is None or claim.key in sold.returned:
        return ()
    sold.returned.append(claim.key)
    rows.put(SOLD, event.order_id, sold)
    return (Touch(claim.claimed_at.timestamp(), metadata.known_at.timestamp(), "return", product),)
