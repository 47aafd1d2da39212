"""What was bought and what came back, as touches of whoever ordered: the other half of a customer's history."""

from collections.abc import Iterable, Sequence

import msgspec

from application.features.touch import Touch
from application.projections.rows import Collection, Rows
from domain import order
from domain.returns import returns
from domain.values import Bill
from ports.event_log import Metadata, Recorded

#: Stands for every line of an order; no line is called so.
ALL = ""


class Purchase(msgspec.Struct, omit_defaults=True):
    """An order. `bought`: lines of the latest bill in business time, `returned`: by claim.

    `cancelled`: ids of lines that were taken back before they were sent, `ALL` for the whole order.
    """

    subject: str = ""
    bought: dict[str, Touch] = msgspec.field(default_factory=dict)
    billed_at: float | None = None
    cancelled: list[str] = msgspec.field(default_factory=list)
    returned: dict[str, Touch] = msgspec.field(default_factory=dict)

    @property
    def touches(self) -> list[Touch]:
        """What counts as bought, and what came back."""
        kept = {} if ALL in self.cancelled else self.bought
        return [*(touch for line, touch in kept.items() if line not in self.cancelled), *self.returned.values()]


PURCHASES: Collection[Purchase] = Collection("purchases", Purchase)
#: subject -> ids of their orders
BY_SUBJECT: Collection[list[str]] = Collection("by_subject", list[str])
#: return/line -> direction of misfit
FITS: Collection[str] = Collection("fits", str)
#: return/line -> order that it was allocated to
ORDER_OF: Collection[str] = Collection("order_of", str)


_SIGNALLED = returns.ReturnSignalled


class PurchasesProjection:
    name = "purchases"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            event = recorded.event
            match event:
                case order.OrderPlaced(order_id, bill):
                    row = rows.get(PURCHASES, order_id) or Purchase()
                    row.subject = event.account or event.loyalty or event.email or ""
                    if row.billed_at is None or row.billed_at < event.placed_at.timestamp():
                        _bill(row, bill, recorded.metadata)
                    rows.put(PURCHASES, order_id, row)
                    if row.subject:
                        rows.put(BY_SUBJECT, row.subject, [*(rows.get(BY_SUBJECT, row.subject) or ()), order_id])
                case order.OrderAmended(order_id, bill):
                    row = rows.get(PURCHASES, order_id) or Purchase()
                    if row.billed_at is None or row.billed_at <= event.amended_at.timestamp():
                        _bill(row, bill, recorded.metadata)
                    rows.put(PURCHASES, order_id, row)
                case order.OrderCancelled(order_id):
                    row = rows.get(PURCHASES, order_id) or Purchase()
                    row.cancelled += event.quantities or (ALL,)
                    rows.put(PURCHASES, order_id, row)
                case order.ReturnAllocated():
                    _allocate(event, recorded.metadata, rows)
                case returns.ReturnSignalled(return_id, line, signals):
                    _signal(f"{return_id}/{line}", direction_of(signals), rows)
                case _:
                    pass


def _prefetch(batch: Sequence[Recorded], rows: Rows) -> None:
    """Read in a few queries what a batch will ask for row by row."""
    of_orders = order.OrderPlaced | order.OrderAmended | order.OrderCancelled | order.ReturnAllocated
    rows.prefetch(PURCHASES, (one.event.order_id for one in batch if isinstance(one.event, of_orders)))
    placed = [one.event for one in batch if isinstance(one.event, order.OrderPlaced)]
    rows.prefetch(BY_SUBJECT, (who for one in placed if (who := one.account or one.loyalty or one.email)))
    claims = [one.event.claim.key for one in batch if isinstance(one.event, order.ReturnAllocated)]
    claims += [f"{one.event.return_id}/{one.event.line}" for one in batch if isinstance(one.event, _SIGNALLED)]
    rows.prefetch(FITS, claims)
    rows.prefetch(ORDER_OF, claims)


def bought(bill: Bill, metadata: Metadata) -> dict[str, Touch]:
    """Return the purchase that each line is."""
    at, known = metadata.occurred_at.timestamp(), metadata.known_at.timestamp()
    return {
        line.line_id: Touch(
            at,
            known,
            "purchase",
            line.product_id,
            category=line.category_id or "",
            brand=line.brand_id or "",
            size=line.size_label or "",
            price=line.unit_price.amount_minor,
            list_price=line.unit_list_price.amount_minor if line.unit_list_price else 0,
            currency=line.unit_price.currency,
        )
        for line in bill.items
    }


def _bill(row: Purchase, bill: Bill, metadata: Metadata) -> None:
    row.bought, row.billed_at = bought(bill, metadata), metadata.occurred_at.timestamp()


def direction_of(signals: Iterable[object]) -> str:
    """Return the first direction that a fit signal gives, none if the return was not about fit."""
    return next((one for signal in signals if (one := getattr(signal, "direction", None))), "")


def _allocate(event: order.ReturnAllocated, metadata: Metadata, rows: Rows) -> None:
    row = rows.get(PURCHASES, event.order_id) or Purchase()
    key = event.claim.key
    line = row.bought.get(event.line_id)
    if event.quantity and line is not None:
        at, known = event.claim.claimed_at.timestamp(), metadata.known_at.timestamp()
        fit = rows.get(FITS, key) or ""
        row.returned[key] = msgspec.structs.replace(line, at=at, known=known, action="return", fit=fit)
    else:
        row.returned.pop(key, None)
    rows.put(PURCHASES, event.order_id, row)
    rows.put(ORDER_OF, key, event.order_id)


def _signal(key: str, direction: str, rows: Rows) -> None:
    """Remember the direction, and tell the return if it was allocated before."""
    rows.put(FITS, key, direction)
    order_id = rows.get(ORDER_OF, key)
    row = None if order_id is None else rows.get(PURCHASES, order_id)
    if order_id is not None and row is not None and key in row.returned:
        row.returned[key] = msgspec.structs.replace(row.returned[key], fit=direction)
        rows.put(PURCHASES, order_id, row)
