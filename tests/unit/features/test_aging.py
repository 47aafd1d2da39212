"""Stored values later: what fades and grows does so exactly as the fold says; what it cannot know it says when."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.features.aging import brought_to, fresh_until, matrix_brought_to
from application.features.fold import Fold
from application.features.measures import MEASURES, measures_of
from application.features.packing import Packing
from application.features.steps import State
from application.features.touch import Observation
from ports.measures import ENTITIES, References, Value

BEGUN = 1_795_000_000.0
REFERENCES = References(
    facets={f"p{n}": {"silhouette": "slim", "pattern": f"{n % 2}", "colour_family": "red"} for n in range(4)},
    vectors={f"p{n}": (1.0, n - 1.5) for n in range(4)},
    levels={"shoes": (8.0, 0.5), "dresses": (9.0, 0.5)},
)
TOUCHES = st.builds(
    Observation,
    id=st.uuids().map(str),
    position=st.just(1),
    customer=st.sampled_from(["ada", "eve"]),
    visitor=st.sampled_from(["phone", "laptop", "tablet"]),
    at=st.floats(BEGUN - 90 * 86_400, BEGUN - 1),
    known=st.just(BEGUN),
    action=st.sampled_from(["view", "click", "cart", "purchase", "return", "search", "state"]),
    product=st.sampled_from(["p0", "p1", "p2", "p3"]),
    category=st.sampled_from(["shoes", "dresses"]),
    brand=st.sampled_from(["a", "b", "c", "d", "e", "f"]),
    size=st.sampled_from(["s", "m"]),
    price=st.integers(1, 20_000),
    query=st.sampled_from(["boots", "red", ""]),
    device=st.sampled_from(["phone", "desktop"]),
    counts=st.floats(0.1, 1),
)


def near(value: Value) -> object:
    """What is equal to a value up to 1e-9 of it."""
    return pytest.approx(dict(value) if isinstance(value, dict) else value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("entity", ENTITIES)
@given(touches=st.lists(TOUCHES, max_size=30), passed=st.floats(0, 400 * 86_400))
def test_values_are_brought_to_a_later_time(entity: str, touches: list[Observation], passed: float) -> None:
    """All measures without a window, brought forward, are what the fold says then, if nothing was touched meanwhile."""
    measures = tuple(one for one in MEASURES if one.entity == entity and not one.window_days)
    fold, state = Fold(measures), State()
    for one in touches:
        fold.add(state, one)
    moved = brought_to(fold.read(state, BEGUN, REFERENCES), measures, BEGUN, BEGUN + passed)
    later = fold.read(state, BEGUN + passed, REFERENCES)
    assert moved.keys() == later.keys()
    for name, value in later.items():
        assert moved[name] == near(value), name


@given(touches=st.lists(TOUCHES, max_size=30), minute=st.floats(0, 3599.9), passed=st.floats(0, 4000))
def test_windows_are_exact_until_their_hour_ends(touches: list[Observation], minute: float, passed: float) -> None:
    """Until `fresh_until` every measure of a customer, windows too, is what the fold says then."""
    measures = measures_of("customer")
    at = BEGUN // 3600 * 3600 + 3600 + minute
    until = fresh_until(measures, at)
    assert until is not None
    assert 0 < until - at <= 3600
    now = min(at + passed, until - 0.001)
    fold, state = Fold(measures), State()
    for one in touches:
        fold.add(state, one)
    moved = brought_to(fold.read(state, at, REFERENCES), measures, at, max(now, at))
    for name, value in fold.read(state, max(now, at), REFERENCES).items():
        assert moved[name] == near(value), name


def test_a_window_moves_when_its_hour_ends() -> None:
    """The promise ends there: a view of a week ago is out of the window from the next hour on."""
    measures = measures_of("product")
    fold, state = Fold(measures), State()
    hour = BEGUN // 3600 * 3600
    seen = hour - 7 * 86_400 + 3600 + 60
    fold.add(state, Observation(id="1", position=1, at=seen, known=BEGUN, action="view", product="p0"))
    until = fresh_until(measures, hour + 10)
    assert until == hour + 3600
    assert [fold.read(state, now)["product_views_7d"] for now in (hour + 10, until - 1, until)] == [1.0, 1.0, 0.0]


def test_without_a_window_values_last() -> None:
    """Sessions, brands and customers by category have nothing that goes stale by itself."""
    assert [one for one in ENTITIES if fresh_until(measures_of(one), BEGUN) is None] == [
        "session",
        "brand",
        "customer_category",
    ]


@given(ages=st.lists(st.floats(-100, 100 * 86_400), min_size=1, max_size=8), seed=st.integers(0, 1000))
def test_a_matrix_is_brought_forward_row_by_row(ages: list[float], seed: int) -> None:
    """Each row from its own time, as bringing each by itself does; NaN of absent rows stays NaN."""
    measures = (*measures_of("product"), next(one for one in MEASURES if one.name == "last_bought_here"))
    dice = np.random.default_rng(seed)
    matrix = dice.uniform(0, 1, (len(ages), len(measures)))
    matrix[:, -1] = np.inf
    at = BEGUN - np.array(ages)
    before = matrix.copy()
    moved = matrix_brought_to(matrix, measures, at, BEGUN)
    assert np.array_equal(matrix, before)
    for row, one, begun in zip(moved, before.tolist(), at.tolist(), strict=True):
        values: dict[str, Value] = dict(zip([m.name for m in measures], one, strict=True))
        alone = brought_to(values, measures, begun, BEGUN)
        np.testing.assert_allclose(row, list(alone.values()), rtol=1e-12)  # type: ignore[arg-type]  # all numbers
    absent, _ = Packing(measures_of("product")).matrix([None])
    assert np.isnan(matrix_brought_to(absent, measures_of("product"), at[:1], BEGUN)).all()


def test_a_clock_that_is_behind_does_not_bring_back() -> None:
    """Asked for a time before that of the values, they are as they are: nothing grows young."""
    values: dict[str, Value] = {"popularity": 4.0}
    popularity = next(one for one in MEASURES if one.name == "popularity")
    assert brought_to(values, [popularity], BEGUN, BEGUN - 86_400) == values


def test_never_stays_never() -> None:
    """An age without a touch is infinite at any later time."""
    idle = next(one for one in MEASURES if one.name == "session_idle")
    assert brought_to({"session_idle": math.inf}, [idle], BEGUN, BEGUN + 60) == {"session_idle": math.inf}
