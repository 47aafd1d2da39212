"""Tests of an aggregate that read aloud: given what happened, when somebody decides, then this happened.

given(DECIDER, OrderPlaced(...)).when(cancel, reason="...").then(OrderCancelled(...))
"""

from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, TypeVar

from attrs import frozen

from domain.kernel import Decider, DomainError

State = TypeVar("State")
Event = TypeVar("Event")
Args = ParamSpec("Args")


@frozen
class Outcome(Generic[Event]):
    """The events a decision gave, or the rule it broke."""

    events: tuple[Event, ...]
    broken: DomainError | None = None

    def then(self, *expected: Event) -> None:
        """Exactly these events, in this order."""
        if self.broken is not None:
            raise self.broken
        assert self.events == expected, f"expected {expected}, got {self.events}"

    def then_nothing(self) -> None:
        """There was nothing to do."""
        self.then()

    def then_raises(self, rule: type[DomainError]) -> DomainError:
        """The rule said no; its error is returned, so that its message can be looked at."""
        assert isinstance(self.broken, rule), f"expected {rule.__name__}, got {self.broken or self.events!r}"
        return self.broken


@frozen
class Given(Generic[State, Event]):
    """The state of an aggregate after what happened."""

    state: State

    def when(
        self,
        decision: Callable[Concatenate[State, Args], tuple[Event, ...]],
        *args: Args.args,
        **kwargs: Args.kwargs,
    ) -> Outcome[Event]:
        """Take a decision on that state."""
        try:
            return Outcome(decision(self.state, *args, **kwargs))
        except DomainError as broken:
            return Outcome((), broken)


def given(decider: Decider[State, Event], *events: Event) -> Given[State, Event]:
    """Say what has happened so far, in order; nothing is a fine beginning."""
    return Given(decider.fold(events))
