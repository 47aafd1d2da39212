"""What stored values are worth later, while nothing new was touched: the part of reading that needs no touches.

Decayed sums fade and ages grow, exactly as the fold would say at that time. Counts over a window fall when an hour
passes, by how much only the touches tell: `fresh_until` says when. Everything else stays as it is; a pool too, whose
parts fade alike and which is brought to length 1. Where a decayed sum is cut off at the top of its range, it fades from
there on, and so sooner than it should; no declared one has such a range.
"""

from collections.abc import Mapping, Sequence
from math import exp2, floor

import numpy as np
from numpy.typing import NDArray

from ports.measures import DAY, Measure, Value

_HOUR = 3600.0
_FADING = frozenset(["decayed_sum", "top"])
_GROWING = frozenset(["age", "last"])


def brought_to(values: Mapping[str, Value], measures: Sequence[Measure], at: float, now: float) -> dict[str, Value]:
    """Return the values computed for the time `at` as they are `now`, both Unix s; a `now` before `at` is `at`.

    Clocks of two machines differ, and no value is younger than it is. Errors: `KeyError` for a measure without a value.
    """
    passed = max(0.0, now - at)
    return {one.name: _moved(values[one.name], one, passed) for one in measures}


def matrix_brought_to(
    matrix: NDArray[np.float64], measures: Sequence[Measure], at: NDArray[np.float64], now: float
) -> NDArray[np.float64]:
    """Return float64 [n, m]: rows that were computed for the times `at` [n], as they are `now`; see `brought_to`."""
    passed = np.maximum(0.0, now - at)
    moved = matrix.copy()
    for column, one in enumerate(measures):
        if one.aggregate in _FADING:
            moved[:, column] *= np.exp2(-passed / (one.half_life_days * DAY))
        elif one.aggregate in _GROWING:
            moved[:, column] += passed
        moved[:, column] = np.clip(moved[:, column], one.low, one.high)
    return moved


def fresh_until(measures: Sequence[Measure], at: float) -> float | None:
    """Return the Unix s until which `brought_to` is exact for values of the time `at`; None: for ever.

    That is the end of its hour, if one of the measures has a window.
    """
    return (floor(at / _HOUR) + 1) * _HOUR if any(one.window_days for one in measures) else None


def _moved(value: Value, measure: Measure, passed: float) -> Value:
    if isinstance(value, Mapping):
        return {key: _one_moved(one, measure, passed) for key, one in value.items()}
    return _one_moved(value, measure, passed)


def _one_moved(value: float, measure: Measure, passed: float) -> float:
    if measure.aggregate in _FADING:
        value *= exp2(-passed / (measure.half_life_days * DAY))
    elif measure.aggregate in _GROWING:
        value += passed
    return min(max(value, measure.low), measure.high)
