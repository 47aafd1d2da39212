"""Joins what shoppers did to the place of the slate that led to it, and has the slate labelled.

A fact that names slate and position speaks for itself. An order seldom does: its lines count for the place through
which the same account last touched the product, if that was no longer ago than `ATTRIBUTED_FOR`. A return counts for
the place that the purchase counted for, by its reason.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from application.pending import Pending
from application.projections.rows import Collection, Rows
from domain.order import OrderPlaced, ReturnAllocated
from domain.returns.returns import ReturnSignalled
from domain.returns.signal import Signal
from domain.session import facts, session
from domain.slate import slate
from domain.slate.outcome import LABELS, LabelPolicy, Outcome
from domain.slate.slate import Happened
from ports.event_log import Recorded

ATTRIBUTED_FOR = timedelta(days=7)
#: Half of a picture for a second: the viewable impression of the Media Rating Council.
VIEWABLE_MS = 1000

_OUTCOME: dict[type, Outcome] = {
    facts.ProductClicked: "click",
    facts.ProductViewed: "click",
    facts.ProductAddedToCart: "cart",
}


class Place(msgspec.Struct, array_like=True):
    """`product`: what was sold there, for returns, which do not say; empty where that was not asked."""

    slate: str
    position: int
    at: float = 0.0
    product: str = ""


class Journey(msgspec.Struct, omit_defaults=True):
    """A session: whose it is, as of `bound` (Unix seconds), and through which place each product was last touched."""

    account: str = ""
    bound: float = 0.0
    touched: dict[str, Place] = msgspec.field(default_factory=dict)


class Claimed(msgspec.Struct, omit_defaults=True):
    """A line of a return: the order line that bears it, and why it came back, once each is known."""

    order: str = ""
    line: str = ""
    signals: tuple[Signal, ...] | None = None


#: by session id
JOURNEYS: Collection[Journey] = Collection("journeys", Journey)
#: account -> product -> the place through which it was last touched
TOUCHED: Collection[dict[str, Place]] = Collection("touched", dict[str, Place])
#: order -> line -> the place that it counts for
SOLD: Collection[dict[str, Place]] = Collection("sold", dict[str, Place])
#: return/line
CLAIMS: Collection[Claimed] = Collection("claims", Claimed)
#: slates that have a stream, by id
KNOWN: Collection[bool] = Collection("known", bool)

#: (slate, what happened to places of it)
Found = tuple[str, Sequence[Happened]]


class Attribution:
    name = "attribution"

    def __init__(self, policy: LabelPolicy = LABELS) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            for slate_id, _ in self._read(recorded, rows):
                rows.put(KNOWN, slate_id, True)

    def react(self, batch: Sequence[Recorded], rows: Rows, pending: Pending) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            for slate_id, happened in self._read(recorded, rows):
                new = rows.get(KNOWN, slate_id) is None
                state = slate.DECIDER.initial() if new else pending.state(slate.DECIDER, slate_id)
                at = recorded.metadata.occurred_at
                events = slate.label(state, slate_id, happened, at, self.policy.version)
                pending.take(slate.DECIDER, slate_id, events, recorded.metadata, new=new)
                rows.put(KNOWN, slate_id, True)

    def _read(self, recorded: Recorded, rows: Rows) -> Iterable[Found]:
        """Remember what later events will ask for; return what this one says of places."""
        event, at = recorded.event, recorded.metadata.occurred_at
        found: Iterable[Found] = ()
        match event:
            case slate.SlateServed(slate_id):
                rows.put(KNOWN, slate_id, True)
            case session.SessionIdentityBound(session_id, account, bound_at):
                _bind(rows, session_id, account, bound_at.timestamp())
            case session.SessionsBridged(kept, absorbed):
                _hand_over(rows, absorbed, kept, float("-inf"))
            case session.SessionCut(from_session, into_session, cut_at):
                _hand_over(rows, from_session, into_session, cut_at.timestamp())
            case facts.SlateViewed() | facts.ItemImpressionViewed():
                found = self._seen(event)
            case facts.ProductClicked() | facts.ProductViewed() | facts.ProductAddedToCart():
                found = self._touch(event, _key(recorded), at, rows)
            case OrderPlaced():
                found = self._order(event, at, rows)
            case ReturnAllocated(_, claim, line_id, quantity) if quantity:
                claimed = rows.get(CLAIMS, claim.key) or Claimed()
                claimed.order, claimed.line = event.order_id, line_id
                found = self._claim(claim.key, claimed, rows)
            case ReturnSignalled(return_id, line, signals):
                key = f"{return_id}/{line}"
                claimed = rows.get(CLAIMS, key) or Claimed()
                claimed.signals = signals
                found = self._claim(key, claimed, rows)
            case _:
                pass
        return found

    def _seen(self, event: facts.SlateViewed | facts.ItemImpressionViewed) -> Iterable[Found]:
        """What was on screen long enough was seen; if nothing more comes, it was seen and ignored."""
        if isinstance(event, facts.ItemImpressionViewed):
            seen = [(event.position, "")] if event.viewable_ms >= VIEWABLE_MS else []
        else:
            seen = [(one.position, one.product_id) for one in event.items if (one.viewable_ms or 0) >= VIEWABLE_MS]
        happened = [self._happened(position, "ignored", product) for position, product in seen]
        return ((event.slate_id, happened),) if happened else ()

    def _touch(self, event: Any, session_id: str, at: datetime, rows: Rows) -> Iterable[Found]:
        """A product touched through a place: the place has its outcome, and later steps know where they come from."""
        product, outcome = event.product.product_id, _OUTCOME[type(event)]
        journey = rows.get(JOURNEYS, session_id) or Journey()
        if event.slate_id and event.position:
            place = Place(event.slate_id, event.position, at.timestamp())
            journey.touched = _later(journey.touched, {product: place})
            rows.put(JOURNEYS, session_id, journey)
            if journey.account:
                _remember(rows, journey.account, {product: place})
        elif outcome == "cart" and product in journey.touched and journey.touched[product].at <= at.timestamp():
            place = journey.touched[product]
        else:
            return ()
        return ((place.slate, [self._happened(place.position, outcome, product)]),)

    def _order(self, event: OrderPlaced, at: datetime, rows: Rows) -> Iterable[Found]:
        touched = (rows.get(TOUCHED, event.account) if event.account else None) or {}
        since, sold, found = (at - ATTRIBUTED_FOR).timestamp(), dict[str, Place](), list[Found]()
        for line in event.bill.items:
            place = touched.get(line.product_id)
            if line.slate_id and line.position:
                place = Place(line.slate_id, line.position, at.timestamp())
            if place is not None and since <= place.at <= at.timestamp():
                sold[line.line_id] = Place(place.slate, place.position, place.at, line.product_id)
                found.append((place.slate, [self._happened(place.position, "purchase", line.product_id)]))
        if sold:
            rows.put(SOLD, event.order_id, sold)
        return found

    def _claim(self, key: str, claimed: Claimed, rows: Rows) -> Iterable[Found]:
        rows.put(CLAIMS, key, claimed)
        place = (rows.get(SOLD, claimed.order) or {}).get(claimed.line) if claimed.order else None
        if place is None:
            return ()
        label = self.policy.label("return", claimed.signals or ())
        return ((place.slate, [Happened(place.position, "return", label, place.product)]),)

    def _happened(self, position: int, outcome: Outcome, product_id: str = "") -> Happened:
        return Happened(position, outcome, self.policy.label(outcome), product_id)


def _prefetch(batch: Sequence[Recorded], rows: Rows) -> None:
    """Read in a few queries what a batch will ask for row by row."""
    touching = (facts.ProductClicked, facts.ProductViewed, facts.ProductAddedToCart, session.SessionIdentityBound)
    rows.prefetch(JOURNEYS, (_key(one) for one in batch if isinstance(one.event, touching)))
    events = [one.event for one in batch]
    slates = (facts.SlateViewed, facts.ItemImpressionViewed, facts.ProductClicked, facts.ProductViewed)
    rows.prefetch(KNOWN, (one.slate_id for one in events if isinstance(one, slates) and one.slate_id))
    claims = (one.claim.key for one in events if isinstance(one, ReturnAllocated))
    signalled = (f"{one.return_id}/{one.line}" for one in events if isinstance(one, ReturnSignalled))
    rows.prefetch(CLAIMS, (*claims, *signalled))
    rows.prefetch(SOLD, (one.order_id for one in events if isinstance(one, ReturnAllocated)))
    accounts = (one.account for one in events if isinstance(one, OrderPlaced | session.SessionIdentityBound))
    rows.prefetch(TOUCHED, (account for account in accounts if account))


def _key(recorded: Recorded) -> str:
    return recorded.stream.rpartition("-")[2]


def _bind(rows: Rows, session_id: str, account: str, at: float) -> None:
    journey = rows.get(JOURNEYS, session_id) or Journey()
    journey.account, journey.bound = account, at
    rows.put(JOURNEYS, session_id, journey)
    _remember(rows, account, journey.touched)


def _hand_over(rows: Rows, source: str, target: str, since: float) -> None:
    """Two sessions turned out to be one, or one to be two: what `source` did at `since` or later `target` did.

    An account that was bound by what goes away goes with it.
    """
    giver, taker = rows.get(JOURNEYS, source) or Journey(), rows.get(JOURNEYS, target) or Journey()
    given = {product: place for product, place in giver.touched.items() if place.at >= since}
    giver.touched = {product: place for product, place in giver.touched.items() if place.at < since}
    if giver.bound >= since:
        giver.account, giver.bound = "", 0.0
    taker.touched = _later(taker.touched, given)
    rows.put(JOURNEYS, source, giver)
    rows.put(JOURNEYS, target, taker)
    if taker.account:
        _remember(rows, taker.account, given)


def _remember(rows: Rows, account: str, places: dict[str, Place]) -> None:
    if places:
        rows.put(TOUCHED, account, _later(rows.get(TOUCHED, account) or {}, places))


def _later(known: dict[str, Place], places: dict[str, Place]) -> dict[str, Place]:
    """Return of each product the place that was touched last."""
    news = {one: place for one, place in places.items() if one not in known or known[one].at <= place.at}
    return known | news
