"""Whether features are well: how many have no value, leave their range or stand at its edge, and how old they are."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.features.touch import Observation, Touch
from ports.batch import Values
from ports.measures import Entity, Measure, Value


@frozen
class Health:
    """A feature over `asked` entities. `null`: share of them without a value: nothing by key, never, or no number.

    Of the numbers that there are: `outside`: share beyond the declared range, of values that were not clipped;
    `at_low`, `at_high`: share at its edges, where clipped ones are; least, median and most, None of nothing.
    `age_s`: seconds since the newest observation behind any of them, None if that is not known.
    """

    feature: str
    entity: Entity
    asked: int
    null: float
    outside: float
    at_low: float
    at_high: float
    least: float | None
    median: float | None
    most: float | None
    age_s: float | None


def health_of_batch(
    measures: Sequence[Measure], values: Values, *, at: float = 0.0, newest: Mapping[str, float] | None = None
) -> Sequence[Health]:
    """Return the health of `measures` in what a batch engine answered. `newest`: as `newest_behind` says, Unix seconds.

    A measure that was not asked for is null throughout.
    """
    places = {name: place for place, name in enumerate(values.measures)}
    found = []
    for measure in measures:
        rows = values.measure == places.get(measure.name, -1)
        found.append(
            _health(measure, len(values.keys), values.request[rows], values.value[rows], at=at, newest=newest or {})
        )
    return found


def health(
    measures: Sequence[Measure],
    values: Sequence[Mapping[str, Value]],
    *,
    at: float = 0.0,
    newest: Mapping[str, float] | None = None,
) -> Sequence[Health]:
    """Return the health of `measures` in the values of some entities, a mapping each, as a fold gives them."""
    found = []
    for measure in measures:
        rows: list[int] = []
        numbers: list[float] = []
        for row, one in enumerate(values):
            value = one.get(measure.name)
            several = value.values() if isinstance(value, Mapping) else () if value is None else (value,)
            rows += [row] * len(several)
            numbers += several
        request, number = np.array(rows, np.int64), np.array(numbers, np.float64)
        found.append(_health(measure, len(values), request, number, at=at, newest=newest or {}))
    return found


def newest_behind(measures: Sequence[Measure], touches: Iterable[Touch]) -> Mapping[str, float]:
    """Return when the newest touch happened that a measure takes, by its name, Unix seconds; absent for none at all."""
    by_action: dict[str, list[Measure]] = {}
    for measure in measures:
        for action in {*measure.weight, *measure.per}:
            by_action.setdefault(action, []).append(measure)
    found: dict[str, float] = {}
    for touch in touches:
        if touch.counts <= 0 or (isinstance(touch, Observation) and touch.revoked):
            continue
        for measure in by_action.get(touch.action, ()):
            if touch.at > found.get(measure.name, -inf) and _speaks(touch, measure):
                found[measure.name] = touch.at
    return found


def _speaks(touch: Touch, measure: Measure) -> bool:
    return not measure.key or not hasattr(touch, measure.key) or bool(getattr(touch, measure.key))


def _health(
    measure: Measure,
    asked: int,
    request: NDArray[np.int64],
    numbers: NDArray[np.float64],
    *,
    at: float,
    newest: Mapping[str, float],
) -> Health:
    known = np.isfinite(numbers)
    numbers, low, high = numbers[known], measure.low, measure.high
    some = len(numbers) > 0
    return Health(
        measure.name,
        measure.entity,
        asked,
        1 - len(np.unique(request[known])) / asked if asked else 0.0,
        float(((numbers < low) | (numbers > high)).mean()) if some else 0.0,
        float((numbers == low).mean()) if some else 0.0,
        float((numbers == high).mean()) if some else 0.0,
        float(numbers.min()) if some else None,
        float(np.median(numbers)) if some else None,
        float(numbers.max()) if some else None,
        at - newest[measure.name] if measure.name in newest else None,
    )
