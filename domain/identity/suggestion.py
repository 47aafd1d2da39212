"""A suggestion says that two identifiers may be of one person. It is for people to look at: nothing is resolved by it.

One stream per pair. Links are made of facts; this is a probability, and what it was drawn from is named, not told.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from attrs import frozen

from domain.kernel import Decider, DomainError


@frozen
class LinkSuggested:
    """`a` < `b`, surrogates. `probability`, 0 to 1, in thousandths. `evidence`: names of fields, not what they hold."""

    a: str
    b: str
    probability: float
    evidence: tuple[str, ...]
    model_version: str
    suggested_at: datetime


Event = LinkSuggested


@frozen
class LinkSuggestion:
    """`told`: what was suggested last, by which fields and which model."""

    told: tuple[tuple[str, ...], str] | None = None


def evolve(state: LinkSuggestion, event: Event) -> LinkSuggestion:  # noqa: ARG001 - the last one stands
    match event:
        case LinkSuggested():
            return LinkSuggestion((event.evidence, event.model_version))
        case _:
            assert_never(event)


class SuggestedToItself(DomainError):
    """An identifier is one person already."""


class NotAProbability(DomainError):
    """A probability lies between nought and one."""


def suggestion_id(tenant: UUID, a: str, b: str) -> str:
    """Name the suggestion of a pair: the same from either side. `tenant` is the tenant's uuid5 namespace."""
    first, second = sorted((a, b))
    return uuid5(tenant, f"suggestion\n{first}\n{second}").hex


def suggest(
    state: LinkSuggestion,
    *,
    a: str,
    b: str,
    probability: float,
    evidence: tuple[str, ...],
    model_version: str,
    suggested_at: datetime,
) -> tuple[Event, ...]:
    """Suggest that two are one. The same evidence by the same model again is nothing to do.

    A probability alone is nothing new: it moves a little with every customer that the model learns from.
    Errors: `SuggestedToItself`, `NotAProbability`.
    """
    if a == b:
        raise SuggestedToItself(f"{a} is the same identifier")
    if not 0 <= probability <= 1:
        raise NotAProbability(f"probability: {probability} is not between 0 and 1")
    if state.told == (evidence, model_version):
        return ()
    first, second = sorted((a, b))
    return (LinkSuggested(first, second, round(probability, 3), evidence, model_version, suggested_at),)


DECIDER: Decider[LinkSuggestion, Event] = Decider(category="suggestion", initial=LinkSuggestion, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = ((LinkSuggested, "identity.link_suggested"),)
