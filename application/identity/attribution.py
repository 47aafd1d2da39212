"""Whose is what happened? The rules of `domain.identity.attribution`, asked of the identity read model."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from attrs import frozen

from application.projections.identity import BOUND, IDENTIFIERS, PERSONS, SHARED
from application.projections.rows import View
from application.projections.sessions import Session
from domain.identity.attribution import anonymous_person, attribute
from domain.identity.policy import DEFAULT_POLICY
from domain.identity.resolver import Partition


@frozen
class Owner:
    """`subjects`: the identifiers whose sessions and orders are this person's, sorted.

    What happened on a shared device without an account is the device's own, and of none of those who share it.
    """

    person: str
    subjects: tuple[str, ...]


def owner_of(
    identity: View, identifier: str, session_account: str | None = None, at: float | None = None
) -> Owner | None:
    """Return whose an event on `identifier` is; None if it was never seen.

    `session_account`: the account that logged in within the session of the event. `at`: Unix seconds of the event, for
    a session token stands for nobody after its session.
    """
    known = identity.get(IDENTIFIERS, [one for one in (identifier, session_account) if one is not None])
    if identifier not in known:
        return None
    if session_account is None and at is not None and at > (identity.one(BOUND, identifier) or inf):
        return Owner(anonymous_person(identifier), ())
    seen = {one: row.person for one, row in known.items() if row.person is not None}
    shared = frozenset(one for one, row in known.items() if row.shared)
    account = session_account if session_account in known else None
    person = attribute(Partition(seen, {}, shared=shared), identifier, account=None, session_account=account)
    members = identity.one(PERSONS, person)
    if members is None:
        return Owner(person, (identifier,))
    return Owner(person, subjects_of(identity, members))


def subjects_of(identity: View, members: Sequence[str]) -> tuple[str, ...]:
    """Return the members whose unattributed events are the person's: those that nobody else uses."""
    shared = identity.get(SHARED, members)
    return tuple(one for one in members if one not in shared)


def within_bounds(identity: View, sessions: Iterable[Session]) -> list[Session]:
    """Leave out what began on a session token after the token's own session: it is of whoever got it next."""
    found = list(sessions)
    bound = identity.get(BOUND, {one.subject for one in found if is_bound(one.subject)})
    return [one for one in found if not outlives(one, bound)]


def outlives(session: Session, bound: Mapping[str, float]) -> bool:
    """Tell whether a session began after the session that its token stood for; `bound` as in the read model."""
    return session.started > bound.get(session.subject, inf)


def is_bound(identifier: str) -> bool:
    return identifier.partition(":")[0] in DEFAULT_POLICY.bound_within
