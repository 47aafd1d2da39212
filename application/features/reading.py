"""Cells to values: what an aggregate says at a moment, clipped to its range."""

from collections.abc import Callable, Mapping
from math import exp2, inf, sqrt

from application.features.cells import Cell, estimate, hour_of
from ports.measures import DAY, Measure, References, Value

_NO_CELL = Cell()
Cells = Mapping[str, Cell]


def value_of(measure: Measure, cells: Cells, at: float, references: References) -> Value:
    """Return the value of a measure at the time `at` from its cells by key."""
    match measure.aggregate:
        case "pool":
            value: Value = _pooled(_decayed(measure, cells, at), references.vectors)
        case "standing":
            value = _standing(cells, references.levels)
        case "last":
            value = _last(cells.get("", _NO_CELL), at, measure.k)
        case "top":
            decayed = _decayed(measure, cells, at)
            value = dict(sorted(decayed.items(), key=lambda pair: (-pair[1], pair[0]))[: measure.k])
        case "decayed_sum" if measure.key:
            value = _decayed(measure, cells, at)
        case "count" if measure.key and measure.window_days:
            value = {key: one for key in sorted(cells) if (one := _windowed(measure, cells[key], at)) is not None}
        case _ if measure.key and measure.aggregate != "distinct":
            number = _NUMBER[measure.aggregate]
            value = {key: number(measure, cells[key], at) for key in sorted(cells)}
        case _:
            value = _NUMBER[measure.aggregate](measure, cells.get("", _NO_CELL), at)
    if isinstance(value, float):
        return min(max(value, measure.low), measure.high)
    if measure.facet:
        value = _by_facet(value, references.facets, measure.facet)
    return {key: min(max(one, measure.low), measure.high) for key, one in value.items()}


def _decayed_one(measure: Measure, cell: Cell, at: float) -> float:
    """A touch that lies ahead of the moment counts in full: a state is read at the time of its newest, or later."""
    return cell.total * exp2(min(cell.at - at, 0.0) / (measure.half_life_days * DAY)) if cell.count else 0.0


def _decayed(measure: Measure, cells: Cells, at: float) -> dict[str, float]:
    return {key: _decayed_one(measure, cells[key], at) for key in sorted(cells)}


def _windowed(measure: Measure, cell: Cell, at: float) -> float | None:
    """Return the sum over the window, None if there is nothing in it."""
    after = hour_of(at) - round(measure.window_days * 24)
    found = [weight for hour, weight in (cell.hours or {}).items() if hour > after]
    return sum(found) if found else None


def _count(measure: Measure, cell: Cell, at: float) -> float:
    return (_windowed(measure, cell, at) or 0.0) if measure.window_days else cell.total


def _ratio(_measure: Measure, cell: Cell, _at: float) -> float:
    return cell.total / cell.count if cell.count else 0.0


def _mean(_measure: Measure, cell: Cell, _at: float) -> float:
    return cell.total


def _variance(_measure: Measure, cell: Cell, _at: float) -> float:
    return cell.spread / cell.count if cell.count else 0.0


def _age(_measure: Measure, cell: Cell, at: float) -> float:
    return at - cell.at if cell.count else inf


def _distinct(measure: Measure, cell: Cell, _at: float) -> float:
    return estimate(cell, measure.k)


_NUMBER: Mapping[str, Callable[[Measure, Cell, float], float]] = {
    "decayed_sum": _decayed_one,
    "count": _count,
    "ratio": _ratio,
    "mean": _mean,
    "variance": _variance,
    "age": _age,
    "distinct": _distinct,
}


def _last(cell: Cell, at: float, k: int) -> dict[str, float]:
    newest = sorted((cell.names or {}).items(), key=lambda pair: (-pair[1], pair[0]))[:k]
    return {key: at - seen for key, seen in newest}


def _pooled(weights: Mapping[str, float], vectors: Mapping[str, tuple[float, ...]]) -> dict[str, float]:
    known = [(weight, vectors[product]) for product, weight in weights.items() if product in vectors]
    if not known:
        return {}
    pooled = [sum(weight * vector[place] for weight, vector in known) for place in range(len(known[0][1]))]
    length = sqrt(sum(one * one for one in pooled))
    return {str(place): one / length if length > 0 else 0.0 for place, one in enumerate(pooled)}


def _standing(cells: Cells, levels: Mapping[str, tuple[float, float]]) -> float:
    total = weights = 0.0
    for key in sorted(cells):
        mean, deviation = levels.get(key, (0.0, 0.0))
        if deviation > 0:
            total += cells[key].count * (cells[key].total - mean) / deviation
            weights += cells[key].count
    return total / weights if weights else 0.0


def _by_facet(values: Mapping[str, float], facets: Mapping[str, Mapping[str, str]], facet: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for product, value in values.items():
        if name := facets.get(product, {}).get(facet):
            found[name] = found.get(name, 0.0) + value
    return dict(sorted(found.items()))
