"""What was bought and what came back, as touches of whoever ordered: the other half of a customer's history.

What a return says is read from where it was routed to: the direction of a misfit, and what is left of the taste.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from application.features.touch import Touch
from application.projections.rows import Collection, Rows
from domain import order
from domain.identity.person import PersonForgotten
from domain.returns.maturity import LabelMatured
from domain.returns.routes import SignalRouted, SignalWithdrawn
from domain.returns.routing import ITEM, OBSERVED
from domain.values import Bill
from ports.event_log import Metadata, Recorded

#: Stands for every line of an order; no line is called so.
ALL = ""
#: What a touch of an order is.
Part = Literal["line", "claim"]
_DIRECTIONS = {observed: direction for direction, observed in OBSERVED.items()}


class Heard(msgspec.Struct, array_like=True):
    """What was routed of a return, with the Unix seconds since when it is known."""

    what: str
    weight: float
    known: float


class Purchase(msgspec.Struct, omit_defaults=True):
    """An order. `bought`: lines of the latest bill in business time, `returned`: by claim, `borne`: claim -> its line.

    `cancelled`: ids of lines that were taken back before they were sent, `ALL` for the whole order. `misfits`: by claim
    and part, `tastes`: by claim. `final`: labels that have matured, by line.
    """

    subject: str = ""
    bought: dict[str, Touch] = msgspec.field(default_factory=dict)
    billed_at: float | None = None
    cancelled: list[str] = msgspec.field(default_factory=list)
    returned: dict[str, Touch] = msgspec.field(default_factory=dict)
    borne: dict[str, str] = msgspec.field(default_factory=dict)
    misfits: dict[str, dict[str, Heard]] = msgspec.field(default_factory=dict)
    tastes: dict[str, Heard] = msgspec.field(default_factory=dict)
    final: dict[str, Heard] = msgspec.field(default_factory=dict)

    @property
    def touches(self) -> list[Touch]:
        """What counts as bought, and what came back."""
        return list(self.parts.values())

    @property
    def parts(self) -> dict[tuple[Part, str], Touch]:
        """The touches by what they are: a line by its id, what came back by the key of its claim."""
        kept = {} if ALL in self.cancelled else self.bought
        found: dict[tuple[Part, str], Touch] = {
            ("line", line): self._labelled(line, touch) for line, touch in kept.items() if line not in self.cancelled
        }
        for key, touch in self.returned.items():
            found["claim", key] = self._told(key, touch)
        return found

    def _labelled(self, line: str, touch: Touch) -> Touch:
        """Give a purchase the least label of what came back of it, else the one that has matured."""
        came = [self.tastes[key] for key, of in self.borne.items() if of == line and key in self.tastes]
        label = min(came, key=lambda one: one.weight, default=self.final.get(line))
        return touch if label is None else replace(touch, taste=label.weight, settled=label.known)

    def _told(self, key: str, touch: Touch) -> Touch:
        misfits = self.misfits.get(key, {}).values()
        strongest = max(misfits, key=lambda one: (one.weight, one.what), default=None)
        fit = _DIRECTIONS[strongest.what] if strongest else ""
        taste = self.tastes.get(key)
        return replace(touch, fit=fit, taste=taste.weight if taste else 0.0, settled=taste.known if taste else 0.0)


PURCHASES: Collection[Purchase] = Collection("purchases", Purchase)
#: subject -> ids of their orders
BY_SUBJECT: Collection[list[str]] = Collection("by_subject", list[str])

_OF_ORDERS = (
    *(order.OrderPlaced, order.OrderAmended, order.OrderCancelled, order.ReturnAllocated),
    *(SignalRouted, LabelMatured),
)


class PurchasesProjection:
    name = "purchases"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            event = recorded.event
            if isinstance(event, PersonForgotten):
                rows.drop(PURCHASES, event.orders)
                rows.drop(BY_SUBJECT, event.identifiers)
            elif (order_id := order_of(event)) is not None:
                row = rows.get(PURCHASES, order_id) or Purchase()
                _change(row, recorded, rows)
                rows.put(PURCHASES, order_id, row)


def order_of(event: object) -> str | None:
    """Return the order whose row an event changes, None for an event that changes none."""
    if isinstance(event, SignalWithdrawn):
        return event.withdrawn.order_id
    return event.order_id if isinstance(event, _OF_ORDERS) else None


def buyer_of(event: order.OrderPlaced) -> str:
    """Return whose an order is by what it says, "" for a guest's."""
    return event.account or event.loyalty or event.email or ""


def _change(row: Purchase, recorded: Recorded, rows: Rows) -> None:
    known = recorded.metadata.known_at.timestamp()
    match recorded.event:
        case order.OrderPlaced() as event:
            _place(row, event, recorded.metadata, rows)
        case order.OrderAmended(_, bill, amended_at):
            if row.billed_at is None or row.billed_at <= amended_at.timestamp():
                _bill(row, bill, recorded.metadata)
        case order.OrderCancelled() as event:
            row.cancelled += event.quantities or (ALL,)
        case order.ReturnAllocated() as event:
            _allocate(row, event, known)
        case SignalRouted() as event:
            _hear(row, event, Heard(event.what, event.weight, known))
        case SignalWithdrawn(event):
            _hear(row, event, None)
        case LabelMatured(_, labels, matured_at):
            row.final = {one.line_id: Heard(ITEM, one.label, max(matured_at.timestamp(), known)) for one in labels}
        case _:
            pass


def _prefetch(batch: Sequence[Recorded], rows: Rows) -> None:
    """Read in a few queries what a batch will ask for row by row."""
    rows.prefetch(PURCHASES, (one.event.order_id for one in batch if isinstance(one.event, _OF_ORDERS)))
    placed = [one.event for one in batch if isinstance(one.event, order.OrderPlaced)]
    rows.prefetch(BY_SUBJECT, filter(None, map(buyer_of, placed)))


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


def _place(row: Purchase, event: order.OrderPlaced, metadata: Metadata, rows: Rows) -> None:
    row.subject = buyer_of(event)
    if row.billed_at is None or row.billed_at < event.placed_at.timestamp():
        _bill(row, event.bill, metadata)
    if row.subject:
        rows.put(BY_SUBJECT, row.subject, [*(rows.get(BY_SUBJECT, row.subject) or ()), event.order_id])


def _bill(row: Purchase, bill: Bill, metadata: Metadata) -> None:
    row.bought, row.billed_at = bought(bill, metadata), metadata.occurred_at.timestamp()


def _allocate(row: Purchase, event: order.ReturnAllocated, known: float) -> None:
    key, line = event.claim.key, row.bought.get(event.line_id)
    if event.quantity and line is not None:
        at = event.claim.claimed_at.timestamp()
        row.returned[key] = replace(line, at=at, known=known, action="return")
        row.borne[key] = event.line_id
    else:
        row.returned.pop(key, None)
        row.borne.pop(key, None)


def _hear(row: Purchase, routed: SignalRouted, heard: Heard | None) -> None:
    """Take in what is said now, or that it is no longer said."""
    key = f"{routed.return_id}/{routed.line}"
    if (routed.destination, routed.what) == ("taste", ITEM):
        said, about = row.tastes, key
    elif routed.destination == "size_model" and routed.what in _DIRECTIONS:
        said, about = row.misfits.setdefault(key, {}), f"{routed.what}/{routed.body_part}/{routed.dimension}"
    else:
        return
    if heard is not None:
        said[about] = heard
    else:
        said.pop(about, None)
