"""A link is evidence that two identifiers are of one person. Links are the only facts that identity is made of.

One stream per pair and kind, so the same evidence twice is one link. How strong a kind is, is policy, not stored.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from attrs import evolve as changed
from attrs import frozen

from domain.kernel import Decider, DomainError


@frozen
class IdentityLinked:
    """`a` < `b`. `evidence` is the id of the event that showed it; `occurred_at` the earliest time it did."""

    a: str
    b: str
    kind: str
    occurred_at: datetime
    evidence: str


@frozen
class IdentityLinkRetracted:
    """The evidence up to `retracted_at` was wrong."""

    a: str
    b: str
    kind: str
    reason: str
    retracted_at: datetime


Event = IdentityLinked | IdentityLinkRetracted


@frozen
class IdentityLink:
    """`since` is set while the link is active; `retracted_at` is the latest retraction."""

    pair: tuple[str, str, str] | None = None
    since: datetime | None = None
    retracted_at: datetime | None = None


def evolve(state: IdentityLink, event: Event) -> IdentityLink:
    match event:
        case IdentityLinked(a, b, kind, occurred_at):
            return changed(state, pair=(a, b, kind), since=occurred_at)
        case IdentityLinkRetracted():
            return changed(state, since=None, retracted_at=event.retracted_at)
        case _:
            assert_never(event)


class LinkToItself(DomainError):
    """An identifier is not linked to itself."""


class LinkUnknown(DomainError):
    """Only a link that was made can be retracted."""


def link_id(tenant: UUID, a: str, b: str, kind: str) -> str:
    """Name the link of a pair: the same from either side. `tenant` is the tenant's uuid5 namespace."""
    first, second = sorted((a, b))
    return uuid5(tenant, f"link\n{first}\n{second}\n{kind}").hex


def connect(
    state: IdentityLink, *, a: str, b: str, kind: str, occurred_at: datetime, evidence: str
) -> tuple[Event, ...]:
    """Link two identifiers. Evidence not earlier than known is nothing to do; earlier evidence dates the link back.

    A retraction stands against everything that had happened by then: only evidence of later links again.
    Errors: `LinkToItself`.
    """
    if a == b:
        raise LinkToItself(f"{a} is the same identifier")
    if state.retracted_at is not None and occurred_at <= state.retracted_at:
        return ()
    if state.since is not None and state.since <= occurred_at:
        return ()
    first, second = sorted((a, b))
    return (IdentityLinked(first, second, kind, occurred_at, evidence),)


def retract(state: IdentityLink, reason: str, retracted_at: datetime) -> tuple[Event, ...]:
    """Take a link back. Retracting what is not active is nothing to do. Errors: `LinkUnknown`."""
    if state.pair is None:
        raise LinkUnknown("there is no such link")
    return () if state.since is None else (IdentityLinkRetracted(*state.pair, reason, retracted_at),)


DECIDER: Decider[IdentityLink, Event] = Decider(category="link", initial=IdentityLink, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (IdentityLinked, "identity.linked"),
    (IdentityLinkRetracted, "identity.link_retracted"),
)
