"""Whether features are well is told the same of a batch, of a store and of a fold."""

from collections.abc import Mapping
from itertools import count
from math import inf, nan

import numpy as np
import pytest
from attrs import evolve

from application.features.health import health, health_of_batch, newest_behind
from application.features.touch import Observation, Touch
from application.watch.sampling import Seldom
from ports.batch import Values
from ports.measures import Measure, Value

VIEWS = Measure("views", "customer", "recency", "d", "u", "s", "count", {"view": 1.0}, high=10.0)
BRANDS = Measure(
    "brands", "customer", "affinity", "d", "u", "s", "decayed_sum", {"view": 1.0}, key="brand", half_life_days=1
)
AGE = Measure("age", "customer", "recency", "d", "u", "s", "age", {"purchase": 1.0})
MEASURES = (VIEWS, BRANDS, AGE)
VALUES: tuple[Mapping[str, Value], ...] = (
    {"views": 0.0, "brands": {"acme": 2.0, "zeta": 4.0}, "age": inf},
    {"views": 10.0, "brands": {}, "age": 60.0},
    {"views": 3.0, "brands": {"acme": 1.0}, "age": nan},
    {"views": 12.0, "brands": {"acme": 3.0}},
)


def test_a_feature_is_measured_over_those_who_were_asked_for() -> None:
    """No value is nothing by key, never, no number or absence; edges are told apart from what lies beyond them."""
    views, brands, age = health(MEASURES, VALUES, at=100.0, newest={"views": 40.0})
    assert (views.asked, views.null, views.outside, views.at_low, views.at_high) == (4, 0.0, 0.25, 0.25, 0.25)
    assert (views.least, views.median, views.most, views.age_s) == (0.0, 6.5, 12.0, 60.0)
    assert (brands.null, brands.least, brands.median, brands.most) == (0.25, 1.0, 2.5, 4.0)
    assert (age.null, age.least, age.most, age.age_s) == (0.75, 60.0, 60.0, None)


def test_a_batch_says_the_same() -> None:
    """Rows of numbers by request and measure are the same values in another shape."""
    rows = [
        (request, place, part, number)
        for request, one in enumerate(VALUES)
        for place, measure in enumerate(MEASURES)
        for part, number in _parts(one.get(measure.name))
    ]
    request, place, part, number = zip(*rows, strict=True)
    values = Values(
        [*"abcd"],
        [one.name for one in MEASURES],
        np.array(request),
        np.array(place),
        np.array(part),
        np.array(number, np.float64),
    )
    assert health_of_batch(MEASURES, values, at=9.0, newest={"age": 2.0}) == health(
        MEASURES, VALUES, at=9.0, newest={"age": 2.0}
    )


def _parts(value: object) -> list[tuple[str, float]]:
    if isinstance(value, dict):
        return list(value.items())
    return [] if value is None else [("", float(str(value)))]


def test_what_was_not_asked_for_is_null() -> None:
    """Nobody and nothing: no share of nobody, and a measure that an engine did not compute is null throughout."""
    (nobody,) = health([VIEWS], [])
    assert (nobody.asked, nobody.null, nobody.median) == (0, 0.0, None)
    empty = Values(["a"], ["views"], *(np.zeros(0, kind) for kind in (int, int, str, float)))
    assert [one.null for one in health_of_batch([VIEWS, AGE], empty)] == [1.0, 1.0]


def test_freshness_is_that_of_what_a_measure_takes() -> None:
    """The newest touch of its actions with its key, if it counts and was not revoked."""
    seen = Touch(at=10.0, known=10.0, action="view", product="coat", brand="acme")
    bought = Observation(at=30.0, known=30.0, action="purchase", product="coat", id="o", position=1)
    touches = [
        seen,
        evolve_touch(seen, at=20.0, brand=""),
        evolve_touch(seen, at=25.0, counts=0.0),
        bought,
        evolve_touch(bought, at=40.0, revoked=True),
    ]
    assert newest_behind(MEASURES, touches) == {"views": 20.0, "brands": 10.0, "age": 30.0}
    assert newest_behind([evolve(VIEWS, name="others")], []) == {}


def evolve_touch(touch: Touch, **changes: object) -> Touch:
    kept = {name: getattr(touch, name) for name in touch.__struct_fields__}
    return type(touch)(**kept | changes)


@pytest.mark.parametrize(("passed", "computed"), [(59.0, 1), (60.0, 2), (-5.0, 2)])
def test_what_is_dear_is_computed_once_a_minute(passed: float, computed: int) -> None:
    """Within a minute the same answer; after it, or when the clock was set back, a new one."""
    now, made = [1000.0], count(1)
    seldom = Seldom(lambda: next(made), lambda: now[0])
    assert seldom() == 1
    now[0] += passed
    assert seldom() == computed
