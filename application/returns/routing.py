"""Follows orders and returns, finds brackets, and announces what each returned line says to whom.

What is announced is a function of the facts known so far, so the order in which they arrive does not matter in the end:
whatever a fact changes is found anew, and what is no longer so is withdrawn. Labels become final by the log's own
clock, which is the latest time at which a fact of an order or a return was known.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from attrs import evolve, frozen

from application.pending import Pending
from application.projections.rows import Collection, Rows
from application.returns.brackets import brackets, near
from application.returns.remembering import BOUGHT, OF_ORDERS, REMEMBERED, WATCHED, Bought, forget, prefetch, remember
from application.returns.wanted import Said, labels_of, said_of
from domain.catalogue.product import ProductListed
from domain.identity.person import PersonForgotten
from domain.order import Claim
from domain.returns import maturity, returns, routes
from domain.returns.maturity import LabelMatured
from domain.returns.routing import ROUTING, RoutingPolicy
from domain.returns.signal import Signal
from ports.event_log import Metadata, Recorded

#: return/line -> the bracket that was found last
FOUND: Collection[Signal] = Collection("found", Signal)
#: day (ISO) -> orders whose labels are final when it is over
DUE: Collection[list[str]] = Collection("due", list[str])
#: `TODAY` -> the latest day (ISO) of the log; `WAITING` -> days for which orders wait
DAYS: Collection[list[str]] = Collection("days", list[str])
TODAY, WAITING = "today", "waiting"


@frozen
class _Bracket:
    claim: Claim
    bracket: Signal | None


@frozen
class _Routes:
    order_id: str
    said: Sequence[Said]
    new: bool


@frozen
class _Labels:
    event: LabelMatured
    new: bool


_Finding = _Bracket | _Routes | _Labels


class Routing:
    name = "return_routing"

    def __init__(self, policy: RoutingPolicy = ROUTING) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        prefetch([one.event for one in batch], rows)
        for recorded in batch:
            for _ in self._read(recorded, rows):
                pass

    def react(self, batch: Sequence[Recorded], rows: Rows, pending: Pending) -> None:
        prefetch([one.event for one in batch], rows)
        for recorded in batch:
            metadata = evolve(recorded.metadata, envelope=None)
            for finding in self._read(recorded, rows):
                self._announce(finding, metadata, pending)

    def _announce(self, finding: _Finding, metadata: Metadata, pending: Pending) -> None:
        match finding:
            case _Bracket(claim, bracket):
                back = pending.state(returns.DECIDER, claim.return_id)
                found = returns.find_bracket(
                    back, return_id=claim.return_id, line=claim.line, bracket=bracket, found_at=claim.claimed_at
                )
                pending.take(returns.DECIDER, claim.return_id, found, metadata)
            case _Routes(order_id, said, new):
                routed = routes.reroute(
                    routes.Routes() if new else pending.state(routes.DECIDER, order_id),
                    order_id=order_id,
                    wanted=[(one.back, one.parts) for one in said],
                    policy_version=self.policy.version,
                    routed_at=metadata.occurred_at,
                )
                pending.take(routes.DECIDER, order_id, routed, metadata, new=new)
            case _Labels(event, new):
                state = maturity.Labels() if new else pending.state(maturity.DECIDER, event.order_id)
                matured = maturity.mature(state, event)
                pending.take(maturity.DECIDER, event.order_id, matured, metadata, new=new)

    def _read(self, recorded: Recorded, rows: Rows) -> Iterator[_Finding]:
        """Remember what an event says; yield what follows from it."""
        event = recorded.event
        if isinstance(event, PersonForgotten):
            forget(event, rows)
            rows.drop(FOUND, event.claims)
        if not isinstance(event, REMEMBERED):
            return
        order_id = remember(event, rows)
        if isinstance(event, ProductListed):
            judged = bracketed = rows.get(WATCHED, event.product_id) or []
        else:
            judged = [] if order_id is None else [order_id]
            bracketed = [one for each in judged for one in near(each, rows)] if isinstance(event, OF_ORDERS) else []
        for one in bracketed:
            yield from _bracketed(one, rows)
        ripe = _ripe(recorded.metadata.known_at, rows)
        for one in dict.fromkeys((*judged, *ripe)):
            yield from self._judged(one, rows)

    def _judged(self, order_id: str, rows: Rows) -> Iterator[_Finding]:
        """Yield the routes of an order, and its labels once they are due."""
        bought = rows.get(BOUGHT, order_id)
        if bought is None:  # it was forgotten
            return
        said = said_of(order_id, bought, self.policy, rows)
        if said or bought.routed:
            yield _Routes(order_id, said, not bought.routed)
            bought.routed = True
        due = self._due(bought)
        if due is not None and _day(due) < _today(rows):
            labels = LabelMatured(order_id, labels_of(bought, said), due, self.policy.version)
            yield _Labels(labels, not bought.matured)
            bought.matured = True
        elif due is not None and bought.waits != _day(due):
            bought.waits = _day(due)
            rows.put(DUE, bought.waits, [*(rows.get(DUE, bought.waits) or ()), order_id])
            rows.put(DAYS, WAITING, sorted({*(rows.get(DAYS, WAITING) or ()), bought.waits}))
        rows.put(BOUGHT, order_id, bought)

    def _due(self, bought: Bought) -> datetime | None:
        try:
            return None if bought.placed_at is None else bought.placed_at + self.policy.matures_after
        except OverflowError:  # an order of the end of the calendar
            return None


def _bracketed(order_id: str, rows: Rows) -> Iterator[_Finding]:
    """Yield the brackets of an order that are not what was found before."""
    for claim, bracket in brackets(order_id, rows):
        if bracket == rows.get(FOUND, claim.key):
            continue
        if bracket is None:
            rows.delete(FOUND, claim.key)
        else:
            rows.put(FOUND, claim.key, bracket)
        yield _Bracket(claim, bracket)


def _ripe(known_at: datetime, rows: Rows) -> Sequence[str]:
    """Return the orders whose labels became final because a day is over, in the order of their days."""
    today = _today(rows)
    if (day := _day(known_at)) <= today:
        return ()
    rows.put(DAYS, TODAY, [day])
    waiting = rows.get(DAYS, WAITING) or []
    over = [one for one in waiting if one < day]
    ripe = [order_id for one in over for order_id in rows.get(DUE, one) or ()]
    for one in over:
        rows.delete(DUE, one)
    if over:
        rows.put(DAYS, WAITING, waiting[len(over) :])
    rows.prefetch(BOUGHT, ripe)
    return ripe


def _today(rows: Rows) -> str:
    return (rows.get(DAYS, TODAY) or [""])[0]


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
