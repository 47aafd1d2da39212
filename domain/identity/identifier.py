"""An identifier (an account, a cookie, an e-mail) is known to us by a random surrogate and from when we first saw it.

Somebody may block one by hand when it turns out to identify nobody, and take that back.
"""

from datetime import datetime
from typing import assert_never

from attrs import evolve as changed
from attrs import frozen

from domain.kernel import Decider, DomainError


@frozen
class IdentifierObserved:
    """Recorded once, and again only when an earlier first sight becomes known: arrival order must not matter."""

    surrogate: str
    kind: str
    first_seen: datetime


@frozen
class IdentifierBlocked:
    surrogate: str
    reason: str
    blocked_at: datetime


@frozen
class IdentifierUnblocked:
    surrogate: str
    reason: str
    unblocked_at: datetime


Event = IdentifierObserved | IdentifierBlocked | IdentifierUnblocked


@frozen
class Identifier:
    surrogate: str | None = None
    kind: str | None = None
    first_seen: datetime | None = None
    blocked: bool = False


def evolve(state: Identifier, event: Event) -> Identifier:
    match event:
        case IdentifierObserved(surrogate, kind, first_seen):
            return changed(state, surrogate=surrogate, kind=kind, first_seen=first_seen)
        case IdentifierBlocked():
            return changed(state, blocked=True)
        case IdentifierUnblocked():
            return changed(state, blocked=False)
        case _:
            assert_never(event)


class IdentifierUnknown(DomainError):
    """Only an identifier that was observed can be blocked."""


class IdentifierKindFixed(DomainError):
    """A surrogate keeps its kind for ever."""


def observe(state: Identifier, surrogate: str, kind: str, seen_at: datetime) -> tuple[Event, ...]:
    """Take note of an identifier. A sight that is not the first is nothing to do. Errors: `IdentifierKindFixed`."""
    if state.kind is not None and state.kind != kind:
        raise IdentifierKindFixed(f"kind {kind!r}: {surrogate} is of kind {state.kind!r}")
    if state.first_seen is not None and state.first_seen <= seen_at:
        return ()
    return (IdentifierObserved(surrogate, kind, seen_at),)


def block(state: Identifier, reason: str, at: datetime) -> tuple[Event, ...]:
    """Declare that it identifies nobody. Errors: `IdentifierUnknown`."""
    return () if state.blocked else (IdentifierBlocked(_known(state), reason, at),)


def unblock(state: Identifier, reason: str, at: datetime) -> tuple[Event, ...]:
    """Take a block back. Errors: `IdentifierUnknown`."""
    surrogate = _known(state)
    return (IdentifierUnblocked(surrogate, reason, at),) if state.blocked else ()


def _known(state: Identifier) -> str:
    if state.surrogate is None:
        raise IdentifierUnknown("the identifier was never observed")
    return state.surrogate


DECIDER: Decider[Identifier, Event] = Decider(category="identifier", initial=Identifier, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (IdentifierObserved, "identity.identifier_observed"),
    (IdentifierBlocked, "identity.identifier_blocked"),
    (IdentifierUnblocked, "identity.identifier_unblocked"),
)
