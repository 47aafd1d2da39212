"""What somebody allows, identifier by identifier: a withdrawal holds until the same person grants again.

An event that says `granted` in passing does not lift a withdrawal; only the shopper's decision does (`domain.md` §3.6).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from attrs import evolve as amend
from attrs import field, frozen

from domain.kernel import Decider


@frozen
class ConsentChanged:
    """`answers`: purpose -> granted or denied; purposes that are not named stay as they were."""

    identifier: str
    answers: Mapping[str, str]
    changed_at: datetime
    policy_version: str = ""


@frozen
class ErasureRequested:
    """Somebody wants to be forgotten. Carrying it out is recorded elsewhere; until then the wish stands here."""

    identifier: str
    requested_at: datetime


Event = ConsentChanged | ErasureRequested


@frozen
class Answer:
    said: str
    at: datetime


@frozen
class Consent:
    """`answers`: purpose -> the latest answer by the time it was given, whatever came in first."""

    answers: Mapping[str, Answer] = field(factory=dict)
    erasure: datetime | None = None

    @property
    def withdrawn(self) -> frozenset[str]:
        return frozenset(purpose for purpose, answer in self.answers.items() if answer.said == "denied")


def evolve(state: Consent, event: Event) -> Consent:
    match event:
        case ConsentChanged():
            newer = {
                purpose: Answer(said, event.changed_at)
                for purpose, said in event.answers.items()
                if _counts(Answer(said, event.changed_at), state.answers.get(purpose))
            }
            return amend(state, answers={**state.answers, **newer})
        case ErasureRequested():
            return amend(state, erasure=event.requested_at)
        case _:
            assert_never(event)


def _counts(answer: Answer, known: Answer | None) -> bool:
    """The later one counts, and of two at one instant the no: which of them came in first must not matter."""
    return known is None or (known.at, known.said == "denied") <= (answer.at, answer.said == "denied")


def change(state: Consent, event: ConsentChanged) -> tuple[Event, ...]:
    """Record what somebody decided, early or late. What is said already, at that time, is nothing to do."""
    known = {purpose: answer.said for purpose, answer in state.answers.items() if answer.at == event.changed_at}
    return () if all(known.get(purpose) == said for purpose, said in event.answers.items()) else (event,)


def request_erasure(state: Consent, event: ErasureRequested) -> tuple[Event, ...]:
    """Record the wish, once."""
    return () if state.erasure is not None else (event,)


DECIDER: Decider[Consent, Event] = Decider(category="consent", initial=Consent, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = (
    (ConsentChanged, "consent.changed"),
    (ErasureRequested, "consent.erasure_requested"),
)
