"""Orders that nobody places for herself: many pieces of one variant, or a total above all but one of a thousand.

What is usual is what the log had shown before the order, by currency, in steps of at most 1/32: an order is judged by
those before it, so that a verdict hangs on the log alone.
"""

from collections.abc import Mapping, Sequence

import msgspec

from application.projections.rows import Collection, Rows, View
from domain import order
from domain.identity.person import PersonForgotten
from domain.traffic.baskets import Bulk, bulk
from domain.traffic.policy import NOISE, NoisePolicy
from domain.values import Bill
from ports.event_log import ReadModels, Recorded


class BulkOrder(msgspec.Struct, frozen=True):
    """The mark of an order. `why`: quantity or value."""

    why: Bulk
    rule_version: str


#: by order
BULK: Collection[BulkOrder] = Collection("bulk", BulkOrder)
#: by currency: step of the total -> how many orders
TOTALS: Collection[dict[int, int]] = Collection("totals", dict[int, int])
_FINE = 5


class BulkProjection:
    name = "bulk"

    def __init__(self, policy: NoisePolicy = NOISE) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        for recorded in batch:
            event = recorded.event
            if isinstance(event, order.OrderPlaced | order.OrderAmended):
                self._judge(event.order_id, event.bill, rows)
            if isinstance(event, order.OrderPlaced):
                total = event.bill.total
                counts = rows.get(TOTALS, total.currency) or {}
                step = step_of(total.amount_minor)
                counts[step] = counts.get(step, 0) + 1
                rows.put(TOTALS, total.currency, counts)
            if isinstance(event, PersonForgotten):
                rows.drop(BULK, event.orders)

    def _judge(self, order_id: str, bill: Bill, rows: Rows) -> None:
        quantities: dict[str, int] = {}
        for line in bill.items:
            quantities[line.variant_id] = quantities.get(line.variant_id, 0) + line.quantity
        usual = self._usual(rows.get(TOTALS, bill.total.currency))
        why = bulk(list(quantities.values()), bill.total.amount_minor, usual, self.policy.bulk)
        if why:
            rows.put(BULK, order_id, BulkOrder(why, self.policy.rule_version))
        elif rows.get(BULK, order_id) is not None:
            rows.delete(BULK, order_id)

    def _usual(self, counts: Mapping[int, int] | None) -> int | None:
        """Return the total that the percentile of the orders does not exceed, None for too few of them."""
        orders = sum(counts.values()) if counts else 0
        if not counts or orders < self.policy.bulk.fewest_orders:
            return None
        wanted, below = self.policy.bulk.percentile * orders, 0
        for step in sorted(counts):
            below += counts[step]
            if below >= wanted:
                return upper_end(step)
        return None


def step_of(amount: int) -> int:
    """Number the steps of amounts: 32 of equal width between one power of two and the next."""
    amount = max(amount, 1)
    exponent = max(amount.bit_length() - 1 - _FINE, 0)
    return (exponent << _FINE) + (amount >> exponent)


def upper_end(step: int) -> int:
    """Return the largest amount of a step."""
    exponent = max((step >> _FINE) - 1, 0)
    return ((step - (exponent << _FINE) + 1) << exponent) - 1


def bulk_orders(read_models: ReadModels) -> Mapping[str, BulkOrder]:
    """Return the mark of every order that is marked."""
    return dict(View(read_models, BulkProjection.name).all(BULK))
