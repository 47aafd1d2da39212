"""All that is one person's, by id: identifiers, sessions, orders, returns, slates. Read models only."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from attrs import frozen

from application.identity.attribution import is_bound, outlives
from application.projections import purchases, sessions, traces
from application.projections.identity import BOUND, FORGOTTEN, IDENTIFIERS, PERSONS, SHARED
from application.projections.rows import View
from domain.kernel import DomainError
from ports.event_log import ReadModels
from ports.vault import Identifier


class SharedByOthers(DomainError):
    """An identifier that several people use says nothing about one of them."""


@frozen
class Belongings:
    """`identifiers` are nobody else's; `shared` are of this person's identifiers those that others use too.

    `carriers`: browsers and devices, not among `identifiers`, on which some of `sessions` happened. `streams`: of what
    followed the orders: returns, exchanges, shipments. All sorted.
    """

    person: str
    identifiers: tuple[str, ...]
    shared: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    slates: tuple[str, ...] = ()

    @property
    def papers(self) -> tuple[Identifier, ...]:
        """Return the orders and returns as what bodies are sealed for that name nobody."""
        told = (stream.partition("-") for stream in self.streams)
        returned = [Identifier("return", key) for category, _, key in told if category == "return"]
        return (*(Identifier("order", one) for one in self.orders), *returned)


def belongings_of(read_models: ReadModels, surrogate: str) -> Belongings:
    """Read what is of the person behind an identifier, as of the position of the projections.

    An identifier that was never observed, or is blocked, is a person alone. Errors: `SharedByOthers`; `LookupError` for
    one that was erased.
    """
    identity = View(read_models, "identity")
    if identity.one(FORGOTTEN, surrogate) is not None:
        raise LookupError(f"{surrogate} was erased")
    known = identity.one(IDENTIFIERS, surrogate)
    if known is not None and known.shared:
        raise SharedByOthers("several accounts use this device: name one of them by account, card or address")
    person = surrogate if known is None or known.person is None else known.person
    members = (surrogate,) if person == surrogate and known is None else identity.one(PERSONS, person) or (surrogate,)
    shared = identity.get(SHARED, members)
    own = tuple(one for one in members if one not in shared)
    found, carriers = _sessions(read_models, own)
    orders = _orders(read_models, own)
    view = View(read_models, traces.TracesProjection.name)
    return Belongings(
        person,
        own,
        shared=tuple(sorted(shared)),
        carriers=carriers,
        sessions=found,
        orders=orders,
        streams=_all(view.get(traces.FOLLOWED, orders)),
        slates=_all(view.get(traces.ASKED, own), view.get(traces.REPORTED, found)),
    )


def _sessions(read_models: ReadModels, own: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sessions that are theirs after every decision, those that went into such a one too, and carriers."""
    view, begun = View(read_models, "sessions"), View(read_models, traces.TracesProjection.name)
    whose = frozenset(own)
    rows = _rows(view, _all(view.get(sessions.BY_SUBJECT, own), begun.get(traces.STARTED, own)))
    visitors = {row.visitor for one, row in rows.items() if _subject(view, rows, one) in whose}
    rows |= _rows(view, _all(begun.get(traces.STARTED, visitors - whose)))
    bound = View(read_models, "identity").get(BOUND, filter(is_bound, own))
    found = {one for one in rows if _subject(view, rows, one) in whose and not outlives(rows[one], bound)}
    carriers = {rows[one].visitor for one in found} - whose
    return tuple(sorted(found)), tuple(sorted(carriers))


def _rows(view: View, ids: Iterable[str]) -> dict[str, sessions.Session]:
    return dict(view.get(sessions.SESSIONS, ids))


def _subject(view: View, rows: dict[str, sessions.Session], session_id: str) -> str:
    """Return whose a session is: that of the one that it went into, if it did."""
    seen: set[str] = set()
    while (row := rows.get(session_id)) is not None and row.absorbed_by and session_id not in seen:
        seen.add(session_id)
        session_id = row.absorbed_by
        if session_id not in rows:
            rows |= _rows(view, (session_id,))
    return row.subject if row is not None else ""


def _orders(read_models: ReadModels, own: Sequence[str]) -> tuple[str, ...]:
    """Return the orders under these, but for those on a session token after the session that it stood for."""
    under = View(read_models, traces.TracesProjection.name).get(traces.ORDERED, own)
    bound = View(read_models, "identity").get(BOUND, filter(is_bound, under))
    found = {who: [key for key, at in orders.items() if at <= bound.get(who, inf)] for who, orders in under.items()}
    return _all(View(read_models, "purchases").get(purchases.BY_SUBJECT, own), found)


def _all(*found: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(sorted({one for lists in found for ids in lists.values() for one in ids}))
