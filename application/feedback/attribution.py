"""Joins what shoppers did to the place of the slate that led to it, and has the slate labelled.

A fact that names slate and position speaks for itself. An order seldom does: its lines count for the place through
which the product was last touched before it, in a session of the account or of a browser that is linked to it, if that
was no longer ago than `ATTRIBUTED_FOR`. A return counts for the place that its purchase counted for, by what was routed
of it to taste.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from application.feedback.journeys import (
    ACCOUNT,
    JOURNEYS,
    LINKED,
    VISITS,
    Journey,
    Place,
    journeys_of,
    keep,
    last,
    merged,
    remember,
    session_of,
)
from application.pending import Pending
from application.projections.rows import Collection, Rows
from domain.identity import link
from domain.identity.person import PersonForgotten
from domain.order import OrderPlaced, ReturnAllocated
from domain.returns.routes import SignalRouted
from domain.returns.routing import ITEM
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


class Claimed(msgspec.Struct, omit_defaults=True):
    """A line of a return: the order line that bears it, and what it says of taste by which policy, once known."""

    order: str = ""
    line: str = ""
    label: float | None = None
    policy: str = ""


#: order -> line -> the place that it counts for
SOLD: Collection[dict[str, Place]] = Collection("sold", dict[str, Place])
#: return/line
CLAIMS: Collection[Claimed] = Collection("claims", Claimed)
#: slates that have a stream, by id
KNOWN: Collection[bool] = Collection("known", bool)

#: (slate, what happened to places of it, version of the policy that labels it)
Found = tuple[str, Sequence[Happened], str]


class Attribution:
    name = "attribution"

    def __init__(self, policy: LabelPolicy = LABELS) -> None:
        self.policy = policy

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            for slate_id, _, _ in self._read(recorded, rows):
                rows.put(KNOWN, slate_id, True)

    def react(self, batch: Sequence[Recorded], rows: Rows, pending: Pending) -> None:
        _prefetch(batch, rows)
        for recorded in batch:
            for slate_id, happened, version in self._read(recorded, rows):
                new = rows.get(KNOWN, slate_id) is None
                state = slate.DECIDER.initial() if new else pending.state(slate.DECIDER, slate_id)
                at = recorded.metadata.occurred_at
                events = slate.label(state, slate_id, happened, at, version)
                pending.take(slate.DECIDER, slate_id, events, recorded.metadata, new=new)
                rows.put(KNOWN, slate_id, True)

    def _read(self, recorded: Recorded, rows: Rows) -> Iterable[Found]:
        """Remember what later events will ask for; return what this one says of places."""
        event, at = recorded.event, recorded.metadata.occurred_at
        remember(event, rows)
        found: Iterable[Found] = ()
        match event:
            case slate.SlateServed(slate_id):
                rows.put(KNOWN, slate_id, True)
            case facts.SlateViewed() | facts.ItemImpressionViewed():
                found = self._seen(event)
            case facts.ProductClicked() | facts.ProductViewed() | facts.ProductAddedToCart():
                found = self._touch(event, session_of(recorded), at, rows)
            case OrderPlaced():
                found = self._order(event, at, rows)
            case ReturnAllocated(_, claim, line_id, quantity) if quantity:
                claimed = rows.get(CLAIMS, claim.key) or Claimed()
                claimed.order, claimed.line = event.order_id, line_id
                found = self._claim(claim.key, claimed, rows)
            case SignalRouted(return_id, line) if (event.destination, event.what) == ("taste", ITEM):
                key = f"{return_id}/{line}"
                claimed = rows.get(CLAIMS, key) or Claimed()
                claimed.label, claimed.policy = event.weight, event.policy_version
                found = self._claim(key, claimed, rows)
            case PersonForgotten():
                rows.drop(SOLD, event.orders)
                rows.drop(CLAIMS, event.claims)
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
        return ((event.slate_id, happened, self.policy.version),) if happened else ()

    def _touch(self, event: Any, session_id: str, at: datetime, rows: Rows) -> Iterable[Found]:
        """A product touched through a place: the place has its outcome, and later steps know where they come from."""
        product, outcome = event.product.product_id, _OUTCOME[type(event)]
        journey = rows.get(JOURNEYS, session_id) or Journey()
        if event.slate_id and event.position:
            place = Place(event.slate_id, event.position, at.timestamp())
            journey.touched = merged(journey.touched, {product: [place]})
            keep(rows, session_id, journey)
        elif outcome == "cart" and (found := last(journey.touched.get(product, ()), at.timestamp())):
            place = found
        else:
            return ()
        return ((place.slate, [self._happened(place.position, outcome, product)], self.policy.version),)

    def _order(self, event: OrderPlaced, at: datetime, rows: Rows) -> Iterable[Found]:
        journeys = journeys_of(rows, event.account) if event.account else ()
        since, sold, found = (at - ATTRIBUTED_FOR).timestamp(), dict[str, Place](), list[Found]()
        for line in event.bill.items:
            touched = (place for journey in journeys for place in journey.touched.get(line.product_id, ()))
            place = last(touched, at.timestamp())
            if line.slate_id and line.position:
                place = Place(line.slate_id, line.position, at.timestamp())
            if place is not None and since <= place.at:
                sold[line.line_id] = Place(place.slate, place.position, place.at, line.product_id)
                happened = [self._happened(place.position, "purchase", line.product_id)]
                found.append((place.slate, happened, self.policy.version))
        if sold:
            rows.put(SOLD, event.order_id, sold)
        return found

    def _claim(self, key: str, claimed: Claimed, rows: Rows) -> Iterable[Found]:
        rows.put(CLAIMS, key, claimed)
        place = (rows.get(SOLD, claimed.order) or {}).get(claimed.line) if claimed.order else None
        if place is None or claimed.label is None:
            return ()
        return ((place.slate, [Happened(place.position, "return", claimed.label, place.product)], claimed.policy),)

    def _happened(self, position: int, outcome: Outcome, product_id: str = "") -> Happened:
        return Happened(position, outcome, self.policy.label(outcome), product_id)


def _prefetch(batch: Sequence[Recorded], rows: Rows) -> None:
    """Read in a few queries what a batch will ask for row by row."""
    touching = (facts.ProductClicked, facts.ProductViewed, facts.ProductAddedToCart)
    deciding = (session.SessionStarted, session.SessionIdentityBound)
    rows.prefetch(JOURNEYS, (session_of(one) for one in batch if isinstance(one.event, (*touching, *deciding))))
    events = [one.event for one in batch]
    slates = (facts.SlateViewed, facts.ItemImpressionViewed, facts.ProductClicked, facts.ProductViewed)
    rows.prefetch(KNOWN, (one.slate_id for one in events if isinstance(one, slates) and one.slate_id))
    claims = (one.claim.key for one in events if isinstance(one, ReturnAllocated))
    routed = (f"{one.return_id}/{one.line}" for one in events if isinstance(one, SignalRouted))
    rows.prefetch(CLAIMS, (*claims, *routed))
    rows.prefetch(SOLD, (one.order_id for one in events if isinstance(one, ReturnAllocated)))
    accounts = [one.account for one in events if isinstance(one, OrderPlaced) and one.account]
    linked = [end for one in events if isinstance(one, link.IdentityLinked) for end in (one.a, one.b)]
    rows.prefetch(LINKED, (*accounts, *(end for end in linked if end.startswith(ACCOUNT))))
    carriers = (carrier for account in accounts for carrier in rows.get(LINKED, account) or ())
    rows.prefetch(VISITS, (*accounts, *carriers))
