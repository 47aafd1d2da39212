"""What stood where, and what became of it: labels only ever say more."""

from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

import pytest
from attrs import evolve as changed

from domain.slate.outcome import LABELS, OUTCOMES, LabelPolicy, Outcome
from domain.slate.slate import (
    DECIDER,
    Example,
    ExamplesLabelled,
    Happened,
    PlacesInvalid,
    SlateServed,
    SlateServedTwice,
    Slot,
    Versions,
    label,
    serve,
)
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
COAT, HAT = Slot(1, 1, 1, "coat", None, 0.5), Slot(2, 1, 2, "hat", "hat/s", 1.0)
SERVED = SlateServed("slate-1", "request-1", "home", MONDAY, (COAT, HAT), Versions("policy-1"))
PROPENSITIES = {"coat": 0.5, "hat": 1.0}
LABEL = partial(label, slate_id="slate-1", labelled_at=MONDAY, policy_version="labels-1")


def happened(outcome: Outcome, position: int = 1, product: str = "", taste: float = -0.2) -> Happened:
    """`taste`: the label of a return, which comes with it."""
    return Happened(position, outcome, taste if outcome == "return" else LABELS.label(outcome), product)


def labelled(*happenings: Happened, ours: bool = True) -> ExamplesLabelled:
    """Return the labels of these places, of our slate or of another system's."""
    products = {1: "coat", 2: "hat"}
    examples = tuple(
        Example(
            *(one.position, products[one.position], one.outcome, one.label),
            PROPENSITIES[products[one.position]] if ours else None,
        )
        for one in happenings
    )
    return ExamplesLabelled("slate-1", examples, MONDAY, "labels-1")


def test_a_slate_is_served_as_it_is() -> None:
    """What was shown is recorded, an empty slate too."""
    given(DECIDER).when(serve, SERVED).then(SERVED)
    given(DECIDER).when(serve, changed(SERVED, slots=())).then(changed(SERVED, slots=()))


def test_a_slate_is_served_once() -> None:
    """The same id again is refused, even with the same places."""
    given(DECIDER, SERVED).when(serve, SERVED).then_raises(SlateServedTwice)


@pytest.mark.parametrize(
    ("slots", "says"),
    [
        ((COAT, changed(HAT, position=3)), "without gaps"),
        ((changed(COAT, position=0), changed(HAT, position=1)), "without gaps"),
        ((HAT, COAT), "without gaps"),
        ((COAT, changed(HAT, product_id="coat")), "two places"),
        ((COAT, changed(HAT, propensity=0.0)), "propensity"),
        ((COAT, changed(HAT, propensity=1.01)), "propensity"),
        ((COAT, changed(HAT, propensity=float("nan"))), "propensity"),
    ],
    ids=["gap", "from-zero", "out-of-order", "product-twice", "never", "more-than-always", "not-a-number"],
)
def test_places_that_cannot_be_are_refused(slots: tuple[Slot, ...], says: str) -> None:
    """Positions run from 1 without gaps, no product stands twice, and each chance is above 0 and at most 1."""
    broken = given(DECIDER).when(serve, changed(SERVED, slots=slots)).then_raises(PlacesInvalid)
    assert says in str(broken)


def test_an_example_has_the_propensity_of_its_place() -> None:
    """Learning weighs by the chance that the slate was recorded with; the product is the slate's."""
    both = [happened("click", 1), happened("ignored", 2)]
    event = given(DECIDER, SERVED).when(LABEL, happened=both)
    event.then(labelled(*both))
    assert isinstance(event.events[0], ExamplesLabelled)
    assert [(one.product_id, one.propensity) for one in event.events[0].examples] == [("coat", 0.5), ("hat", 1.0)]


@pytest.mark.parametrize(("less", "more"), list(pairwise(OUTCOMES)))
def test_labels_only_say_more(less: Outcome, more: Outcome) -> None:
    """From ignored over click, cart and purchase to return, and never back."""
    given(DECIDER, SERVED, labelled(happened(less))).when(LABEL, happened=[happened(more)]).then(
        labelled(happened(more))
    )
    given(DECIDER, SERVED, labelled(happened(more))).when(LABEL, happened=[happened(less)]).then_nothing()


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_same_label_again_is_nothing_to_do(outcome: Outcome) -> None:
    """Who clicks twice clicked."""
    given(DECIDER, SERVED, labelled(happened(outcome))).when(LABEL, happened=[happened(outcome)]).then_nothing()


def test_of_one_place_the_outcome_that_says_most_counts() -> None:
    """Told at once of a click, a purchase and a cart, it is one example, of the purchase."""
    several = [happened("click"), happened("purchase"), happened("cart")]
    given(DECIDER, SERVED).when(LABEL, happened=several).then(labelled(happened("purchase")))


def test_a_return_may_be_labelled_again() -> None:
    """Its reason may become known later, for better or worse; nothing else about it is news."""
    unknown, small, taste = happened("return"), happened("return", taste=1.0), happened("return", taste=-1.0)
    given(DECIDER, SERVED, labelled(unknown)).when(LABEL, happened=[small]).then(labelled(small))
    given(DECIDER, SERVED, labelled(small)).when(LABEL, happened=[taste]).then(labelled(taste))


def test_a_place_that_is_not_ours_is_nothing_to_do() -> None:
    """Our slate knows its positions, and which product stood on each."""
    given(DECIDER, SERVED).when(LABEL, happened=[happened("click", 3)]).then_nothing()
    given(DECIDER, SERVED).when(LABEL, happened=[happened("click", 1, "hat")]).then_nothing()
    given(DECIDER, SERVED).when(LABEL, happened=[happened("click", 1, "coat")]).then(labelled(happened("click")))


def test_a_place_of_another_system_has_no_propensity() -> None:
    """We were not asked what to show there; the product is the one that was named."""
    click = happened("click", 1, "coat")
    given(DECIDER).when(LABEL, happened=[click]).then(labelled(click, ours=False))


def test_a_place_of_another_system_needs_its_product() -> None:
    """Without a slate of ours, a position alone does not say what stood there."""
    given(DECIDER).when(LABEL, happened=[happened("ignored", 1)]).then_nothing()


def test_more_is_better_until_it_comes_back() -> None:
    """Ignored is 0, bought is 1, and what lies between stands in between, in order."""
    labels = [LABELS.label(outcome) for outcome in OUTCOMES if outcome != "return"]
    assert labels == sorted(set(labels))
    assert (labels[0], labels[-1]) == (0.0, 1.0)


def test_the_labels_are_a_policy() -> None:
    """A shop may value outcomes otherwise, under another version."""
    mild = LabelPolicy("labels-mild", labels={"ignored": 0.1})
    assert mild.label("ignored") == 0.1
