"""What every returned line says and where that went, and how often products are returned for what: one read model."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from application.projections.rows import Collection, Rows
from domain import order
from domain.catalogue.product import ProductListed
from domain.identity.person import PersonForgotten
from domain.returns.comment import Said
from domain.returns.returns import BracketFound, CommentRead, ReturnInspected, ReturnRequested, ReturnSignalled
from domain.returns.routes import SignalRouted, SignalWithdrawn
from domain.returns.routing import ROUTING, RoutingPolicy
from domain.returns.signal import Signal
from domain.values import Bill
from ports.event_log import Recorded


class Line(msgspec.Struct, omit_defaults=True):
    """A line of a return. `taken`: pieces that it takes from `order_line`; what is more waits for `unallocated`.

    `routed`: what it says now, by what that is about.
    """

    return_id: str
    line: str
    order_id: str = ""
    quantity: int = 0
    requested_at: datetime | None = None
    reason_code: str | None = None
    reason_system: str | None = None
    said: tuple[Said, ...] = ()
    reader: str = ""
    disposition: str | None = None
    graded_reason: str | None = None
    bracket: Signal | None = None
    signals: tuple[Signal, ...] = ()
    source: str = ""
    reason_conflict: bool = False
    order_line: str | None = None
    taken: int = 0
    unallocated: str | None = None
    routed: dict[str, SignalRouted] = msgspec.field(default_factory=dict)


class Tally(msgspec.Struct, omit_defaults=True):
    """A product: pieces bought, and how much was routed that counts, by `destination/what`."""

    category: str = ""
    bought: int = 0
    routed: dict[str, int] = msgspec.field(default_factory=dict)


#: return/line
LINES: Collection[Line] = Collection("lines", Line)
#: return -> keys of its lines
RETURNS: Collection[list[str]] = Collection("returns", list[str])
#: by product
TALLIES: Collection[Tally] = Collection("tallies", Tally)
#: order -> product -> pieces
SOLD: Collection[dict[str, int]] = Collection("sold", dict[str, int])
#: order -> Unix seconds of the bill that counts
BILLED: Collection[float] = Collection("billed", float)


class SignalsProjection:
    name = "signals"

    def __init__(self, policy: RoutingPolicy = ROUTING) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            match recorded.event:
                case order.OrderPlaced(order_id, bill) as event:
                    _bill(order_id, bill, event.placed_at, rows, placed=True)
                case order.OrderAmended(order_id, bill, at):
                    _bill(order_id, bill, at, rows, placed=False)
                case ProductListed(product_id) as event if event.category_id:
                    tally = rows.get(TALLIES, product_id) or Tally()
                    tally.category = event.category_id
                    rows.put(TALLIES, product_id, tally)
                case SignalRouted() as event:
                    self._route(event, event, rows)
                case SignalWithdrawn(event):
                    self._route(event, None, rows)
                case PersonForgotten() as event:
                    _forget(event, rows)
                case event:
                    _tell(event, rows)

    def _route(self, event: SignalRouted, now: SignalRouted | None, rows: Rows) -> None:
        """Have the line say it, or no longer; the product's tally follows."""
        line, about = _line(event.return_id, event.line, rows), "/".join(event.key[2:])
        before = line.routed.pop(about, None)
        if now is not None:
            line.routed[about] = now
            line.order_id = event.order_id
        tally = rows.get(TALLIES, event.product_id) or Tally()
        counted = f"{event.destination}/{event.what}"
        news = self._counts(now) - self._counts(before)
        tally.routed[counted] = tally.routed.get(counted, 0) + news
        rows.put(TALLIES, event.product_id, tally)

    def _counts(self, routed: SignalRouted | None) -> bool:
        return routed is not None and abs(routed.weight) >= self.policy.counts


def _tell(event: object, rows: Rows) -> None:
    """Take in what is said of single lines."""
    match event:
        case ReturnRequested(return_id, order_id):
            for one in event.lines:
                line = _line(return_id, one.line, rows)
                if line.requested_at is None or line.requested_at <= event.requested_at:
                    line.order_id, line.requested_at, line.quantity = order_id, event.requested_at, one.quantity
                    line.reason_code, line.reason_system = one.reason_code, one.reason_system
        case ReturnInspected(return_id, name):
            line = _line(return_id, name, rows)
            line.disposition, line.graded_reason = event.disposition, event.graded_reason
        case CommentRead(return_id, name):
            line = _line(return_id, name, rows)
            line.said, line.reader = event.said, event.reader
        case BracketFound(return_id, name):
            _line(return_id, name, rows).bracket = event.bracket
        case ReturnSignalled(return_id, name):
            line = _line(return_id, name, rows)
            line.signals, line.source, line.reason_conflict = event.signals, event.source, event.reason_conflict
        case order.ReturnAllocated(order_id, claim, order_line, quantity):
            line = _line(claim.return_id, claim.line, rows)
            line.order_id, line.quantity, line.taken = order_id, claim.quantity, quantity
            line.order_line, line.unallocated = order_line if quantity else None, None
        case order.ReturnUnallocated(order_id, claim, _, reason):
            line = _line(claim.return_id, claim.line, rows)
            line.order_id, line.quantity, line.unallocated = order_id, claim.quantity, reason
        case _:
            pass


def _line(return_id: str, name: str, rows: Rows) -> Line:
    """Return a line to be changed: it is put back as it will be."""
    key = f"{return_id}/{name}"
    line = rows.get(LINES, key)
    if line is None:
        line = Line(return_id, name)
        rows.put(RETURNS, return_id, sorted([*(rows.get(RETURNS, return_id) or ()), key]))
    rows.put(LINES, key, line)
    return line


def _bill(order_id: str, bill: Bill, at: datetime, rows: Rows, *, placed: bool) -> None:
    """Count the pieces of the latest bill in place of those of the one before; of one instant the amendment counts."""
    known = rows.get(BILLED, order_id)
    if known is not None and (known >= at.timestamp() if placed else known > at.timestamp()):
        return
    pieces: dict[str, int] = {}
    for line in bill.items:
        pieces[line.product_id] = pieces.get(line.product_id, 0) + line.quantity
    before = rows.get(SOLD, order_id) or {}
    categories = {line.product_id: line.category_id for line in bill.items}
    for product_id in {*pieces, *before}:
        tally = rows.get(TALLIES, product_id) or Tally()
        tally.bought += pieces.get(product_id, 0) - before.get(product_id, 0)
        tally.category = tally.category or categories.get(product_id) or ""
        rows.put(TALLIES, product_id, tally)
    rows.put(SOLD, order_id, pieces)
    rows.put(BILLED, order_id, at.timestamp())


def _forget(event: PersonForgotten, rows: Rows) -> None:
    """What somebody returned goes; how often a product came back is nobody's."""
    for key in event.claims:
        if (line := rows.get(LINES, key)) is not None:
            rows.delete(RETURNS, line.return_id)
    rows.drop(LINES, event.claims)
    rows.drop(SOLD, event.orders)
    rows.drop(BILLED, event.orders)


def _prefetch(batch: Sequence[Recorded], rows: Rows) -> None:
    """Read in a few queries what a batch will ask for row by row."""
    events = [one.event for one in batch]
    bills = [one for one in events if isinstance(one, order.OrderPlaced | order.OrderAmended)]
    rows.prefetch(SOLD, (one.order_id for one in bills))
    rows.prefetch(BILLED, (one.order_id for one in bills))
    routed = [one for one in events if isinstance(one, SignalRouted)]
    sold = [line.product_id for one in bills for line in one.bill.items]
    rows.prefetch(TALLIES, (*sold, *(one.product_id for one in routed)))
    claims = [one.claim.key for one in events if isinstance(one, order.ReturnAllocated | order.ReturnUnallocated)]
    requested = [
        f"{one.return_id}/{line.line}" for one in events if isinstance(one, ReturnRequested) for line in one.lines
    ]
    told = [one for one in events if isinstance(one, ReturnSignalled | CommentRead | ReturnInspected | SignalRouted)]
    rows.prefetch(LINES, (*claims, *requested, *(f"{one.return_id}/{one.line}" for one in told)))
