"""Through which places of slates each product was touched, session by session, and whose sessions they are."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from application.projections.rows import Collection, Rows, without
from domain.identity import link
from domain.identity.person import PersonForgotten
from domain.session import session
from ports.event_log import Recorded

#: So many places of a product are remembered in a session, the latest ones.
MOST_PLACES = 5
#: Surrogates begin with the kind of identifier that they stand for.
ACCOUNT, CARRIERS = "account:", ("anonymous:", "device:")


class Place(msgspec.Struct, array_like=True):
    """`product`: what was sold there, for returns, which do not say; empty where that was not asked."""

    slate: str
    position: int
    at: float = 0.0
    product: str = ""


class Journey(msgspec.Struct, omit_defaults=True):
    """A session: whose it is, as of `bound` (Unix seconds), and the places through which each product was touched."""

    visitor: str = ""
    account: str = ""
    bound: float = 0.0
    touched: dict[str, list[Place]] = msgspec.field(default_factory=dict)


#: by session id
JOURNEYS: Collection[Journey] = Collection("journeys", Journey)
#: visitor or account -> its sessions in which a product was touched through a place
VISITS: Collection[list[str]] = Collection("visits", list[str])
#: account -> browsers and devices that are linked to it
LINKED: Collection[list[str]] = Collection("linked", list[str])


def session_of(recorded: Recorded) -> str:
    """Return the id of the session that a fact was recorded in."""
    return recorded.stream.rpartition("-")[2]


def remember(event: Any, rows: Rows) -> None:
    """Take in what is decided on sessions, and which browsers belong to an account."""
    match event:
        case session.SessionStarted(session_id, visitor):
            journey = rows.get(JOURNEYS, session_id) or Journey()
            journey.visitor = visitor
            keep(rows, session_id, journey)
        case session.SessionIdentityBound(session_id, account, bound_at):
            journey = rows.get(JOURNEYS, session_id) or Journey()
            journey.account, journey.bound = account, bound_at.timestamp()
            keep(rows, session_id, journey)
        case session.SessionsBridged(kept, absorbed):
            _hand_over(rows, absorbed, kept, float("-inf"))
        case session.SessionCut(from_session, into_session, cut_at):
            _hand_over(rows, from_session, into_session, cut_at.timestamp())
        case link.IdentityLinked(a, b):
            _link(rows, a, b, present=True)
        case link.IdentityLinkRetracted(a, b):
            _link(rows, a, b, present=False)
        case PersonForgotten():
            rows.drop(JOURNEYS, event.sessions)
            rows.drop(VISITS, event.identifiers)
            rows.drop(LINKED, event.identifiers)
            without(rows, VISITS, event.carriers, event.sessions)
        case _:
            pass


def journeys_of(rows: Rows, account: str) -> Sequence[Journey]:
    """Return the sessions of an account, bound to it or of a browser that is linked to it and bound to nobody else."""
    whose = (account, *(rows.get(LINKED, account) or ()))
    ids = dict.fromkeys(one for who in whose for one in rows.get(VISITS, who) or ())
    rows.prefetch(JOURNEYS, ids)
    found = [rows.get(JOURNEYS, one) or Journey() for one in ids]
    return [one for one in found if one.account in {"", account}]


def keep(rows: Rows, session_id: str, journey: Journey) -> None:
    """Store a session, and under whom it is found once something in it was touched."""
    rows.put(JOURNEYS, session_id, journey)
    for who in (journey.visitor, journey.account) if journey.touched else ():
        known = rows.get(VISITS, who) or []
        if who and session_id not in known:
            rows.put(VISITS, who, [*known, session_id])


def _link(rows: Rows, one: str, other: str, *, present: bool) -> None:
    for account, carrier in ((one, other), (other, one)):
        if account.startswith(ACCOUNT) and carrier.startswith(CARRIERS):
            others = [known for known in rows.get(LINKED, account) or () if known != carrier]
            rows.put(LINKED, account, [*others, carrier] if present else others)


def _hand_over(rows: Rows, source: str, target: str, since: float) -> None:
    """Two sessions turned out to be one, or one to be two: what `source` did at `since` or later `target` did.

    An account that was bound by what goes away goes with it.
    """
    giver, taker = rows.get(JOURNEYS, source) or Journey(), rows.get(JOURNEYS, target) or Journey()
    given = {one: [place for place in places if place.at >= since] for one, places in giver.touched.items()}
    giver.touched = {
        one: kept for one, places in giver.touched.items() if (kept := [place for place in places if place.at < since])
    }
    if giver.bound >= since:
        giver.account, giver.bound = "", 0.0
    taker.touched = merged(taker.touched, {one: places for one, places in given.items() if places})
    keep(rows, source, giver)
    keep(rows, target, taker)


def merged(known: dict[str, list[Place]], places: dict[str, list[Place]]) -> dict[str, list[Place]]:
    """Return the latest places of each product, in order of time."""
    merged = dict(known)
    for product, news in places.items():
        every = {(place.at, place.slate, place.position): place for place in (*known.get(product, ()), *news)}
        merged[product] = [every[key] for key in sorted(every)][-MOST_PLACES:]
    return merged


def last(places: Iterable[Place], before: float) -> Place | None:
    """Return the last place up to a moment; of several in one instant any one, but always the same."""
    return max(
        (place for place in places if place.at <= before),
        key=lambda place: (place.at, place.slate, place.position),
        default=None,
    )
