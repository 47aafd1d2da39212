"""From an order as it was placed to `OrderPlaced`."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from application.projections.rows import Rows
from domain import order
from domain.values import Money
from ports.event_log import Recorded
from ports.messages import OrderLine, OrderPlaced


@frozen
class OrderMessages:
    tenant: str

    def prefetch(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Nothing is remembered of orders."""

    def translate(self, recorded: Recorded, rows: Rows) -> Iterator[OrderPlaced]:
        """Yield what is to be said of an order, once."""
        del rows
        placed = recorded.event
        if not isinstance(placed, order.OrderPlaced):
            return
        bill = placed.bill
        yield OrderPlaced(
            message_id=recorded.metadata.event_id,
            tenant=self.tenant,
            order_id=placed.order_id,
            customer=placed.account or placed.loyalty or placed.email,
            channel=placed.channel,
            store_id=placed.store_id,
            placed_at=placed.placed_at,
            currency=bill.total.currency,
            total_minor=bill.total.amount_minor,
            shipping_minor=_minor(bill.shipping),
            discount_minor=_minor(bill.order_discount),
            adds_up=None if placed.unexplained_minor is None else placed.unexplained_minor == 0,
            lines=tuple(
                OrderLine(
                    line_id=line.line_id,
                    product_id=line.product_id,
                    variant_id=line.variant_id,
                    quantity=line.quantity,
                    unit_price_minor=line.unit_price.amount_minor,
                    line_discount_minor=_minor(line.line_discount),
                )
                for line in bill.items
            ),
        )


def _minor(amount: Money | None) -> int:
    return amount.amount_minor if amount is not None else 0
