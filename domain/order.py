"""An order owns what was bought, amended, cancelled and refunded, and which returns its lines can bear.

What the order system says is kept, never refused: a bill that does not add up is flagged, a return of too many pieces
or of an order not yet seen stays unallocated with its reason. Which returns are allocated is a function of the set of
facts (earlier returns first), so it is decided anew whenever a fact arrives, in whatever order they come.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, assert_never

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider
from domain.values import Bill, Money

Unallocated = Literal["excess", "unknown_line", "order_not_yet_known"]


@frozen
class OrderPlaced:
    """`account`, `loyalty`, `email` are surrogates. `unexplained_minor`: see `Bill.unexplained_minor`; 0 is sound."""

    order_id: str
    bill: Bill
    channel: str
    placed_at: datetime
    unexplained_minor: int | None
    account: str | None = None
    loyalty: str | None = None
    email: str | None = None
    store_id: str | None = None
    payment_kind: str | None = None
    gift: bool = False


@frozen
class OrderAmended:
    """The bill as it is from `amended_at` on."""

    order_id: str
    bill: Bill
    amended_at: datetime
    unexplained_minor: int | None


@frozen
class OrderCancelled:
    """`quantities`: pieces by line id; empty means the whole order."""

    order_id: str
    cancellation_id: str
    reason: str
    cancelled_at: datetime
    quantities: Mapping[str, int] = Factory(dict)


@frozen
class RefundIssued:
    """Money went back, with a return or without one."""

    order_id: str
    refund_id: str
    amount: Money
    refunded_at: datetime
    return_id: str | None = None


@frozen
class Claim:
    """A line of a return: so many pieces, of an order line or, where only that is known, of a variant."""

    return_id: str
    quantity: int
    claimed_at: datetime
    line_id: str | None = None
    variant_id: str | None = None

    @property
    def line(self) -> str:
        """The name of the line within its return."""
        return self.line_id or self.variant_id or ""

    @property
    def key(self) -> str:
        return f"{self.return_id}/{self.line}"


@frozen
class ReturnAllocated:
    """So many pieces of the claim, perhaps 0, are now taken from the line: this replaces what was said before."""

    order_id: str
    claim: Claim
    line_id: str
    quantity: int


@frozen
class ReturnUnallocated:
    """So many pieces of the claim have no line to be taken from now."""

    order_id: str
    claim: Claim
    quantity: int
    reason: Unallocated


Event = OrderPlaced | OrderAmended | OrderCancelled | RefundIssued | ReturnAllocated | ReturnUnallocated


@frozen
class Allocation:
    """What became of a claim: `quantity` pieces are taken from `line_id`, the rest waits for `reason`."""

    claim: Claim
    line_id: str | None = None
    quantity: int = 0
    reason: Unallocated | None = None


@frozen
class Order:
    """`bill` is the latest in business time, `billed_at` its time. Cancellations are kept by id, claims by key.

    Of an amendment and a placement of one instant the amendment is the latest.
    """

    placed: bool = False
    bill: Bill | None = None
    billed_at: datetime | None = None
    amendments: tuple[OrderAmended, ...] = ()
    cancellations: Mapping[str, Mapping[str, int]] = Factory(dict)
    refunds: frozenset[str] = frozenset()
    allocations: Mapping[str, Allocation] = Factory(dict)

    def free(self) -> dict[str, int]:
        """Return the pieces bought and not cancelled, by line id."""
        pieces: dict[str, int] = {}
        for line in self.bill.items if self.bill else ():
            pieces[line.line_id] = pieces.get(line.line_id, 0) + line.quantity
        for quantities in self.cancellations.values():
            for line_id, quantity in (quantities or dict(pieces)).items():
                pieces[line_id] = max(pieces.get(line_id, 0) - quantity, 0)
        return pieces


def evolve(state: Order, event: Event) -> Order:
    match event:
        case OrderPlaced():
            amended = state.billed_at is not None and state.billed_at >= event.placed_at
            return changed(state if amended else _billed(state, event.bill, event.placed_at), placed=True)
        case OrderAmended():
            state = changed(state, amendments=(*state.amendments, event))
            return _billed(state, event.bill, event.amended_at)
        case OrderCancelled():
            return changed(state, cancellations={**state.cancellations, event.cancellation_id: event.quantities})
        case RefundIssued():
            return changed(state, refunds=state.refunds | {event.refund_id})
        case ReturnAllocated(_, claim, line_id, quantity):
            said = Allocation(claim, line_id if quantity else None, quantity)
            return changed(state, allocations={**state.allocations, claim.key: said})
        case ReturnUnallocated(_, claim, _, reason):
            before = state.allocations.get(claim.key, Allocation(claim))
            said = changed(before, claim=claim, reason=reason)
            return changed(state, allocations={**state.allocations, claim.key: said})
        case _:
            assert_never(event)


def place(
    state: Order,
    *,
    order_id: str,
    bill: Bill,
    channel: str,
    placed_at: datetime,
    account: str | None = None,
    loyalty: str | None = None,
    email: str | None = None,
    store_id: str | None = None,
    payment_kind: str | None = None,
    gift: bool = False,
) -> tuple[Event, ...]:
    """Record the order, and allocate returns that came before it. Placing it again is nothing to do."""
    if state.placed:
        return ()
    unexplained = bill.unexplained_minor()
    placed = OrderPlaced(
        order_id, bill, channel, placed_at, unexplained, account, loyalty, email, store_id, payment_kind, gift
    )
    return _with_allocations(state, order_id, placed)


def amend(state: Order, *, order_id: str, bill: Bill, amended_at: datetime) -> tuple[Event, ...]:
    """Record another bill, also before the order is known; an older one than the latest changes no allocation.

    The same amendment again is nothing to do.
    """
    amended = OrderAmended(order_id, bill, amended_at, bill.unexplained_minor())
    return () if amended in state.amendments else _with_allocations(state, order_id, amended)


def cancel(
    state: Order,
    *,
    order_id: str,
    cancellation_id: str,
    reason: str,
    cancelled_at: datetime,
    quantities: Mapping[str, int] | None = None,
) -> tuple[Event, ...]:
    """Cancel pieces by line id, or without `quantities` everything. The same cancellation again is nothing to do."""
    if cancellation_id in state.cancellations:
        return ()
    cancelled = OrderCancelled(order_id, cancellation_id, reason, cancelled_at, quantities or {})
    return _with_allocations(state, order_id, cancelled)


def issue_refund(
    state: Order, *, order_id: str, refund_id: str, amount: Money, refunded_at: datetime, return_id: str | None = None
) -> tuple[Event, ...]:
    """Record a refund, of whatever cause. The same refund again is nothing to do."""
    if refund_id in state.refunds:
        return ()
    return (RefundIssued(order_id, refund_id, amount, refunded_at, return_id),)


def claim_return(state: Order, *, order_id: str, claim: Claim) -> tuple[Event, ...]:
    """Take a line of a return into account, known order or not. Claiming the same again is nothing to do."""
    return _reallocated(state, order_id, claim)


def _billed(state: Order, bill: Bill, at: datetime) -> Order:
    if state.billed_at is not None and at < state.billed_at:
        return state
    return changed(state, bill=bill, billed_at=at)


def _with_allocations(state: Order, order_id: str, fact: Event) -> tuple[Event, ...]:
    return (fact, *_reallocated(evolve(state, fact), order_id))


def _reallocated(state: Order, order_id: str, *new: Claim) -> tuple[Event, ...]:
    """Return the events that turn the allocations of `state` into those its facts call for."""
    claims = {key: allocation.claim for key, allocation in state.allocations.items()}
    claims |= {claim.key: claim for claim in new}
    free, news = state.free(), list[Event]()
    for claim in sorted(claims.values(), key=lambda claim: (claim.claimed_at, claim.key)):
        now, before = _allocate(claim, state.bill, free), state.allocations.get(claim.key)
        if now == before:
            continue
        line_id = now.line_id or (before.line_id if before else None)
        if line_id is not None:
            news.append(ReturnAllocated(order_id, claim, line_id, now.quantity))
        if now.reason is not None:
            news.append(ReturnUnallocated(order_id, claim, claim.quantity - now.quantity, now.reason))
    return tuple(news)


def _allocate(claim: Claim, bill: Bill | None, free: dict[str, int]) -> Allocation:
    """Take the claimed pieces out of `free`, as far as they go: from its line, else from the fullest of its variant."""
    if bill is None:
        return Allocation(claim, reason="order_not_yet_known")
    lines = [line.line_id for line in bill.items if line.line_id == claim.line_id] or [
        line.line_id for line in bill.items if claim.variant_id is not None and line.variant_id == claim.variant_id
    ]
    if not lines:
        return Allocation(claim, reason="unknown_line")
    line_id = max(lines, key=free.__getitem__)
    taken = min(claim.quantity, free[line_id])
    free[line_id] -= taken
    return Allocation(claim, line_id if taken else None, taken, "excess" if taken < claim.quantity else None)


DECIDER: Decider[Order, Event] = Decider(category="order", initial=Order, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (OrderPlaced, "order.placed"),
    (OrderAmended, "order.amended"),
    (OrderCancelled, "order.cancelled"),
    (RefundIssued, "order.refund_issued"),
    (ReturnAllocated, "order.return_allocated"),
    (ReturnUnallocated, "order.return_unallocated"),
)
