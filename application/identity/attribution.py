"""Whose is what happened? The rules of `domain.identity.attribution`, asked of the identity read model."""

from collections.abc import Sequence

from attrs import frozen

from application.projections.identity import IDENTIFIERS, PERSONS, SHARED
from application.projections.rows import View
from domain.identity.attribution import attribute
from domain.identity.resolver import Partition


@frozen
class Owner:
    """`subjects`: the identifiers whose sessions and orders are this person's, sorted.

    What happened on a shared device without an account is the device's own, and of none of those who share it.
    """

    person: str
    subjects: tuple[str, ...]


def owner_of(identity: View, identifier: str, session_account: str | None = None) -> Owner | None:
    """Return whose an event on `identifier` is; None if it was never seen.

    `session_account`: the account that logged in within the session of the event.
    """
    known = identity.get(IDENTIFIERS, [one for one in (identifier, session_account) if one is not None])
    if identifier not in known:
        return None
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
