"""Whose was it? Every event is of exactly one person, also on a device that several people share."""

from domain.identity.resolver import Partition

_NOBODYS = "#unattributed"


def anonymous_person(identifier: str) -> str:
    """Return the person of what cannot be attributed on `identifier`: its own, and none of the resolved ones."""
    return identifier + _NOBODYS


def identifier_of(person: str) -> str | None:
    """Return the identifier that an anonymous person is of, None for a resolved one."""
    return person.removesuffix(_NOBODYS) if person.endswith(_NOBODYS) else None


def attribute(partition: Partition, identifier: str, *, account: str | None, session_account: str | None) -> str:
    """Return the person of an event seen on `identifier` (a cookie, a device, a till).

    First its own account; then the account that logged in within its session, from the start of the session on (a
    session is cut where accounts change, so it has one); then the person the identifier belongs to, unless it is
    shared or blocked; then the anonymous person of that identifier alone.
    """
    for owner in (account, session_account):
        if owner is not None:
            return partition.person_of.get(owner) or anonymous_person(owner)
    if identifier in partition.shared:
        return anonymous_person(identifier)
    return partition.person_of.get(identifier) or anonymous_person(identifier)
