"""The streaming engine: accumulators that do not care for the order in which touches arrive.

Decayed sums keep (value at `at`, `at`): adding rescales the older side, so any order of arrival gives the same sum up
to rounding (forward decay, Cormode et al. 2009).
"""

from collections.abc import Iterable, Mapping
from math import exp2

import msgspec

from application.features.declarations import Measure
from application.features.touch import Touch

DAY = 86_400.0

#: A feature's value: one number, or one per key.
Value = float | Mapping[str, float]


class Cell(msgspec.Struct, array_like=True):
    """`total` is weighted and, with a half-life, as it stood at `at`; `count` is the number of touches."""

    total: float = 0.0
    at: float = float("-inf")
    count: int = 0


#: measure name -> key ("" for none) -> cell
State = dict[str, dict[str, Cell]]


def add(state: State, measures: Iterable[Measure], touch: Touch) -> None:
    """Fold one touch into `state`, in place."""
    for measure in measures:
        weight = measure.weight.get(touch.action)
        if weight is None:
            continue
        key = getattr(touch, measure.key) if measure.key else ""
        if measure.key and not key:
            continue
        amount = _amount(measure, touch)
        if amount is None:
            continue
        cells = state.setdefault(measure.name, {})
        cell = cells.setdefault(key, Cell())
        _accumulate(cell, measure, touch.at, weight * amount)
        cell.count += _counts(measure, touch)


def read(state: State, measure: Measure, at: float) -> Value:
    """Return the value of `measure` at the time `at` (Unix seconds)."""
    cells = state.get(measure.name, {})
    if measure.key:
        return {key: _value(cell, measure, at) for key, cell in sorted(cells.items())}
    return _value(cells.get("", Cell()), measure, at)


def as_of(
    touches: Iterable[Touch], measures: Iterable[Measure], *, at: float, known: float | None = None
) -> dict[str, Value]:
    """Return all values from the touches that had happened before `at` and were known by `known` (default: `at`)."""
    limit = at if known is None else known
    usable = [touch for touch in touches if touch.at < at and touch.known <= limit]
    values: dict[str, Value] = {}
    for measure in measures:
        since = at - measure.window_days * DAY if measure.window_days else float("-inf")
        state: State = {}
        for touch in usable:
            if touch.at >= since:
                add(state, (measure,), touch)
        values[measure.name] = read(state, measure, at)
    return values


def _amount(measure: Measure, touch: Touch) -> float | None:
    """Return what one touch adds before its weight, or None if it says nothing to this measure."""
    if measure.aggregate == "mean":
        return float(getattr(touch, measure.value)) or None
    if measure.aggregate == "ratio":
        return float(getattr(touch, measure.value))
    return 1.0


def _counts(measure: Measure, touch: Touch) -> int:
    """A return is in the numerator of the return share only: the denominator is what was bought."""
    return 0 if measure.value == "returned" and touch.returned else 1


def _accumulate(cell: Cell, measure: Measure, at: float, amount: float) -> None:
    if measure.half_life_days:
        span = measure.half_life_days * DAY
        if at >= cell.at:
            cell.total = cell.total * exp2((cell.at - at) / span) + amount
        else:
            cell.total += amount * exp2((at - cell.at) / span)
    else:
        cell.total += amount
    cell.at = max(cell.at, at)


def _value(cell: Cell, measure: Measure, at: float) -> float:
    match measure.aggregate:
        case "decayed_sum":
            decay = exp2((cell.at - at) / (measure.half_life_days * DAY)) if cell.count else 0.0
            value = cell.total * decay
        case "count":
            value = float(cell.count)
        case "mean" | "ratio":
            value = cell.total / cell.count if cell.count else 0.0
        case "age":
            value = at - cell.at if cell.count else float("inf")
    return min(max(value, measure.low), measure.high)
