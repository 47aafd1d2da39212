"""A slate is what was put before a shopper once: products in places, each with the probability that it stood there.

It is recorded before the answer leaves. What the shopper then does makes labelled examples of its places, one by one
and always from less to more: seen and ignored, clicked, put into the cart, bought, sent back. Slates of other systems
have examples too, without probabilities: we were not asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider, DomainError
from domain.slate.outcome import OUTCOMES, Outcome
from domain.values import Money


@frozen
class Slot:
    """A place, counted from 1. `propensity`: the chance, under the policy, that this product stood here.

    `features`: packed values as the ranker used them, in the order of `SlateServed.feature_names`.
    """

    position: int
    row: int
    col: int
    product_id: str
    variant_id: str | None
    propensity: float
    score_retrieval: float | None = None
    score_rank: float | None = None
    exploration: str | None = None
    price: Money | None = None
    list_price: Money | None = None
    promotion_id: str | None = None
    sizes_in_stock: tuple[str, ...] = ()
    size_available: bool | None = None
    reason: str = ""
    features: tuple[float, ...] = ()


@frozen
class Versions:
    """What the answer was computed with; empty where a rung of the ladder does without."""

    policy: str
    release: str = ""
    retrieval: str = ""
    ranker: str = ""
    propensity: str = ""
    index: str = ""


@frozen
class SlateServed:
    """`person` as resolved then; `identifiers` are surrogates. `rules`: how many candidates each rule took away.

    `latency_ms` by stage. `degraded`: flags, empty for a full answer. `context_products`: what it was computed from.
    """

    slate_id: str
    request_id: str
    surface: str
    served_at: datetime
    slots: tuple[Slot, ...]
    versions: Versions
    person: str | None = None
    identifiers: tuple[str, ...] = ()
    session_id: str | None = None
    subject_product: str | None = None
    context_products: tuple[str, ...] = ()
    experiment_arms: Mapping[str, str] = Factory(dict)
    feature_names: tuple[str, ...] = ()
    feature_hash: str = ""
    candidate_count: int = 0
    candidate_hash: str = ""
    rules: Mapping[str, int] = Factory(dict)
    latency_ms: Mapping[str, float] = Factory(dict)
    degraded: tuple[str, ...] = ()
    seed: int = 0


@frozen
class Example:
    """A labelled place. `propensity` is that of the slate, none for a slate of another system.

    `label`: 0 to 1; of what came back -1 to 1, as it was routed to taste: 0 is then no example.
    """

    position: int
    product_id: str
    outcome: Outcome
    label: float
    propensity: float | None = None


@frozen
class ExamplesLabelled:
    """From `labelled_at` on these places have these labels. `policy_version`: that of the labels."""

    slate_id: str
    examples: tuple[Example, ...]
    labelled_at: datetime
    policy_version: str


Event = SlateServed | ExamplesLabelled


@frozen
class Slate:
    """`labelled`: the latest example by position."""

    served: SlateServed | None = None
    labelled: Mapping[int, Example] = Factory(dict)


def evolve(state: Slate, event: Event) -> Slate:
    match event:
        case SlateServed():
            return changed(state, served=event)
        case ExamplesLabelled(_, examples):
            return changed(state, labelled={**state.labelled, **{one.position: one for one in examples}})
        case _:
            assert_never(event)


class SlateServedTwice(DomainError):
    """A slate is shown once; another answer is another slate."""


class PlacesInvalid(DomainError):
    """Positions run 1, 2, 3, ..., no product stands twice, propensities are in (0, 1]."""


def serve(state: Slate, served: SlateServed) -> tuple[Event, ...]:
    """Record a slate. Errors: `SlateServedTwice`, `PlacesInvalid`."""
    if state.served is not None:
        raise SlateServedTwice(f"slate {served.slate_id} was served already")
    if [slot.position for slot in served.slots] != list(range(1, len(served.slots) + 1)):
        raise PlacesInvalid("slots: positions run from 1 without gaps")
    if len({slot.product_id for slot in served.slots}) != len(served.slots):
        raise PlacesInvalid("slots: a product stands in two places")
    if not all(0 < slot.propensity <= 1 for slot in served.slots):
        raise PlacesInvalid("slots: a propensity is above 0 and at most 1")
    return (served,)


@frozen
class Happened:
    """What a shopper did with one place. The product is the slate's own where that is known."""

    position: int
    outcome: Outcome
    label: float
    product_id: str = ""


def label(
    state: Slate, slate_id: str, happened: Sequence[Happened], labelled_at: datetime, policy_version: str
) -> tuple[Event, ...]:
    """Label places by what happened; what says no more than is known, or names no place of ours, is nothing to do.

    A return may be labelled again when its reason becomes known.
    """
    shown = {slot.position: slot for slot in state.served.slots} if state.served else {}
    news: dict[int, Example] = {}
    for one in happened:
        slot = shown.get(one.position)
        if (state.served is not None and slot is None) or (slot and one.product_id not in {"", slot.product_id}):
            continue
        product_id = slot.product_id if slot else one.product_id
        known = news.get(one.position) or state.labelled.get(one.position)
        if product_id and _says_more(known, one):
            propensity = slot.propensity if slot else None
            news[one.position] = Example(one.position, product_id, one.outcome, one.label, propensity)
    return (ExamplesLabelled(slate_id, tuple(news.values()), labelled_at, policy_version),) if news else ()


def _says_more(known: Example | None, one: Happened) -> bool:
    if known is None:
        return True
    rank = OUTCOMES.index(one.outcome) - OUTCOMES.index(known.outcome)
    return rank > 0 or (rank == 0 and one.outcome == "return" and one.label != known.label)


DECIDER: Decider[Slate, Event] = Decider(category="slate", initial=Slate, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (SlateServed, "slate.served"),
    (ExamplesLabelled, "slate.examples_labelled"),
)
