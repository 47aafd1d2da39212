"""Features are what their declarations say, in whatever order touches come, and know nothing of the future."""

import random
from math import exp2, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.features.declarations import MEASURES, Measure, measures_of
from application.features.fold import DAY, Value, add, as_of, read
from application.features.touch import Touch

NOW = 1_800_000_000.0
TOUCHES = st.builds(
    Touch,
    at=st.integers(-40 * 86_400, 10 * 86_400).map(lambda seconds: NOW + seconds),
    known=st.just(0.0),
    action=st.sampled_from(["view", "click", "wishlist", "cart", "purchase", "return"]),
    product=st.sampled_from(["coat", "hat", "scarf"]),
    category=st.sampled_from(["", "outer", "head"]),
    size=st.sampled_from(["", "m", "l"]),
    price=st.integers(0, 9_000),
    list_price=st.integers(0, 9_000),
    device=st.sampled_from(["", "mobile"]),
    fit=st.sampled_from(["", "too_small"]),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def brute_force(measure: Measure, touches: list[Touch], at: float) -> Value:
    """The definition, straight from the declaration, over touches that are usable already."""
    since = at - measure.window_days * DAY if measure.window_days else float("-inf")
    relevant = [touch for touch in touches if touch.action in measure.weight and touch.at >= since]
    if measure.key:
        keys = {getattr(touch, measure.key) for touch in relevant} - {""}
        return {key: _one(measure, [t for t in relevant if getattr(t, measure.key) == key], at) for key in keys}
    return _one(measure, relevant, at)


def _one(measure: Measure, touches: list[Touch], at: float) -> float:
    weights = measure.weight
    match measure.aggregate:
        case "decayed_sum":
            value = sum(weights[t.action] * exp2((t.at - at) / (measure.half_life_days * DAY)) for t in touches)
        case "count":
            value = len(touches)
        case "age":
            value = at - max(t.at for t in touches) if touches else float("inf")
        case "mean":
            priced = [getattr(t, measure.value) for t in touches if getattr(t, measure.value)]
            value = sum(priced) / len(priced) if priced else 0.0
        case "ratio":
            true = sum(getattr(t, measure.value) for t in touches)
            of = [t for t in touches if not (measure.value == "returned" and t.action == "return")]
            value = true / len(of) if of else 0.0
    return min(max(float(value), measure.low), measure.high)


def same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    assert not isinstance(one, float)
    assert not isinstance(other, float)
    return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", sorted(BY_NAME))
@given(touches=st.lists(TOUCHES, max_size=12), seed=st.integers(0, 99))
def test_a_fold_in_any_order_is_the_definition(name: str, touches: list[Touch], seed: int) -> None:
    """Every declared measure equals its brute-force definition, whatever the order of arrival."""
    usable = [touch for touch in touches if touch.at < NOW]
    random.Random(seed).shuffle(touches)
    folded = as_of(touches, [BY_NAME[name]], at=NOW)[name]
    assert same(folded, brute_force(BY_NAME[name], usable, NOW))


@given(touches=st.lists(TOUCHES, max_size=12))
def test_a_streaming_state_is_read_later(touches: list[Touch]) -> None:
    """A product's state, folded as touches come, says at any later time what the definition says then."""
    state: dict[str, dict[str, object]] = {}
    for touch in touches:
        add(state, measures_of("product"), touch)  # type: ignore[arg-type]  # an empty state of any kind
    later = NOW + 20 * 86_400
    for measure in measures_of("product"):
        assert same(read(state, measure, later), brute_force(measure, touches, later))  # type: ignore[arg-type]


@given(one=st.lists(TOUCHES, max_size=6), other=st.lists(TOUCHES, max_size=6))
def test_a_merged_customer_is_the_fold_over_the_union(one: list[Touch], other: list[Touch]) -> None:
    """Merging two customers in either order gives the same features."""
    measures = measures_of("customer")
    merged, mirrored = as_of([*one, *other], measures, at=NOW), as_of([*other, *one], measures, at=NOW)
    assert all(same(merged[measure.name], mirrored[measure.name]) for measure in measures)


@given(touches=st.lists(TOUCHES, max_size=10), future=st.lists(TOUCHES, max_size=4))
def test_nothing_of_the_future_is_known(touches: list[Touch], future: list[Touch]) -> None:
    """What happens at the time of asking or later, or becomes known later, changes no value."""
    later = [Touch(touch.at, NOW + 1, touch.action, touch.product, price=touch.price) for touch in future]
    ahead = [Touch(NOW, NOW, touch.action, touch.product) for touch in future]
    measures = measures_of("customer")
    before, after = as_of(touches, measures, at=NOW), as_of([*touches, *later, *ahead], measures, at=NOW)
    assert before == after


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_a_measure_says_what_it_is(measure: Measure) -> None:
    """Every declaration has a sentence, a unit and a range, and decays or counts, not both."""
    assert measure.doc
    assert measure.unit
    assert measure.low < measure.high
    assert not (measure.half_life_days and measure.window_days)
    assert (measure.aggregate == "decayed_sum") == bool(measure.half_life_days)


def test_a_dozen_measures_over_all_categories() -> None:
    """All six categories of features have a measure."""
    assert len(MEASURES) >= 12
    assert {measure.category for measure in MEASURES} == {
        "affinity", "recency", "style", "size_fit", "price", "context",
    }  # fmt: skip
