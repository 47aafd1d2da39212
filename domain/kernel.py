"""The decider: the one shape that every aggregate has.

An aggregate is three things: an initial state, `evolve` that folds one event into the state, and decisions,
plain functions `(state, ...) -> tuple[Event, ...]`. "Nothing to do" is the empty tuple; a broken rule raises a
named `DomainError`. Time, ids and randomness are arguments.

Source of the pattern: Jérémie Chassaing, "Functional Event Sourcing Decider" (2021).
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from attrs import frozen

State = TypeVar("State")
Event = TypeVar("Event")


class DomainError(Exception):
    """A business rule said no. Subclasses are named after the rule, and name the field in their message."""


@frozen
class Decider(Generic[State, Event]):
    """`category` is the first part of the stream name and is stored: it never changes once released."""

    category: str
    initial: Callable[[], State]
    evolve: Callable[[State, Event], State]

    def fold(self, events: Iterable[Event], state: State | None = None) -> State:
        """Return the state after `events`, in the order given, from `state` or from the beginning."""
        current = self.initial() if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current


def tenant_namespace(tenant: str) -> UUID:
    """Return the uuid5 namespace of a tenant: derived ids of two tenants never meet. Stored ids depend on it."""
    return uuid5(NAMESPACE_URL, f"haberdasher:tenant:{tenant}")
