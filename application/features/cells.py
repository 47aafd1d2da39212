"""What is kept while touches come: cells that can be added to in any order, each aggregate with its own.

All of them are commutative: a late touch, however late, gives what it would have given in time. Windows and lists are
cut to what can still be asked of them at the time of the newest touch or later.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import md5
from math import exp2, inf

import msgspec

from application.features.touch import HOUR
from ports.measures import DAY, Measure


class Cell(msgspec.Struct, array_like=True):
    """`total` is weighted: as it stood at `at` with a half-life, the mean of means. `count`: weights, or denominators.

    `spread`: weighted sum of squared distances from the mean. `hours`: hour since 1970 -> weight. `names`: key -> Unix
    seconds when it was seen last, or hash of a key -> how many touches have it.
    """

    total: float = 0.0
    at: float = 0.0
    count: float = 0.0
    spread: float = 0.0
    hours: dict[int, float] | None = None
    names: dict[str, float] | None = None


#: (cell, weight, moment, value or key)
Update = Callable[[Cell, float, float, "float | str"], None]
#: Removes what an update added; tells whether anything is left in the cell.
Undo = Callable[[Cell, float, float, "float | str"], bool]

#: Aggregates that are read from the same cells are kept once.
_FAMILY: Mapping[str, str] = {
    **dict.fromkeys(("decayed_sum", "top", "pool"), "decayed"),
    **dict.fromkeys(("mean", "variance", "standing"), "moments"),
}
_DIGITS = 13
#: Hashes are whole numbers below this.
_HASHES: int = 16**_DIGITS


def family(measure: Measure) -> str:
    """Return what kind of cells a measure is read from."""
    return _FAMILY.get(measure.aggregate, measure.aggregate)


def update_of(measure: Measure) -> Update:
    """Return what one touch does to a cell."""
    return _UPDATES[family(measure)](measure)


def undo_of(measure: Measure) -> Undo | None:
    """Return what takes a touch out of a cell, None where a cell does not remember enough: lists and ages.

    Rounding is all that stays behind.
    """
    made = _UNDOS.get(family(measure))
    return None if made is None else made(measure)


def hour_of(at: float) -> int:
    return int(at // HOUR)


def estimate(cell: Cell, k: int) -> float:
    """Return how many distinct keys a cell has seen: exactly below k, as long as none was turned away.

    Where some were taken out since, what is left below the smallest that was turned away tells, on fewer hashes.
    """
    names = cell.names or {}
    if len(names) >= k:
        return (k - 1) * _HASHES / int(max(names), 16)
    return len(names) * _HASHES / cell.at if cell.at else float(len(names))


def _decaying(span: float) -> Update:
    def update(cell: Cell, weight: float, at: float, _: float | str) -> None:
        if not cell.count:
            cell.total, cell.at = weight, at
        elif at >= cell.at:
            cell.total, cell.at = cell.total * exp2((cell.at - at) / span) + weight, at
        else:
            cell.total += weight * exp2((at - cell.at) / span)
        cell.count += 1.0

    return update


def _counting(window: int) -> Update:
    def update(cell: Cell, weight: float, at: float, _: float | str) -> None:
        hour = int(at // HOUR)
        hours, newest = cell.hours, cell.at
        if hours is None:
            cell.hours = hours = {}
        if not hours or hour > newest:
            cell.at = newest = float(hour)
            if len(hours) > window:
                cell.hours = hours = {one: count for one, count in hours.items() if one > hour - window - 1}
        if hour >= newest - window:
            hours[hour] = hours.get(hour, 0.0) + weight

    def total(cell: Cell, weight: float, _at: float, _: float | str) -> None:
        cell.total += weight
        cell.count += 1.0

    return update if window else total


def _moments(cell: Cell, weight: float, _at: float, value: float | str) -> None:
    """West's update of a weighted mean and sum of squares (West 1979)."""
    assert not isinstance(value, str), "a mean is of numbers"
    cell.count += weight
    step = (value - cell.total) * weight
    mean = cell.total + step / cell.count
    cell.spread += step * (value - mean)
    cell.total = mean


def _share(cell: Cell, weight: float, _at: float, _: float | str) -> None:
    cell.total += weight


def whole(cell: Cell, weight: float, _at: float, _: float | str) -> None:
    """Take in what a ratio is a share of."""
    cell.count += weight


def _newest(cell: Cell, _weight: float, at: float, _: float | str) -> None:
    if not cell.count or at > cell.at:
        cell.at = at
    cell.count = 1.0


def _listing(k: int) -> Update:
    def update(cell: Cell, _weight: float, at: float, key: float | str) -> None:
        names, name = cell.names, str(key)
        if names is None:
            cell.names = names = {}
        if at <= names.get(name, -inf):
            return
        names[name] = at
        if len(names) > k:
            del names[min(names, key=lambda one: (names[one], _backwards(one)))]

    return update


def _backwards(name: str) -> tuple[int, ...]:
    """Order names from last to first: of two as old as each other the first by name stays."""
    return (*(-ord(one) for one in name), 1)


@lru_cache(maxsize=50_000)
def _digits(key: str) -> str:
    return md5(key.encode(), usedforsecurity=False).hexdigest()[:_DIGITS]


def _hashing(k: int) -> Update:
    """Keep the k smallest hashes with how many touches each has, and in `at` the smallest that was ever turned away."""

    def update(cell: Cell, _weight: float, _at: float, key: float | str) -> None:
        digits, names = _digits(str(key)), cell.names
        if names is None:
            cell.names = names = {}
        if digits in names:
            names[digits] += 1.0
            return
        number = float(int(digits, 16))  # 52 bits: exact
        if cell.at and number >= cell.at:
            return
        names[digits] = 1.0
        if len(names) > k:
            largest = max(names)
            del names[largest]
            cell.at = float(int(largest, 16))

    return update


_UPDATES: Mapping[str, Callable[[Measure], Update]] = {
    "decayed": lambda measure: _decaying(measure.half_life_days * DAY),
    "count": lambda measure: _counting(round(measure.window_days * 24)),
    "ratio": lambda _: _share,
    "moments": lambda _: _moments,
    "age": lambda _: _newest,
    "last": lambda measure: _listing(measure.k),
    "distinct": lambda measure: _hashing(measure.k),
}


def _undecaying(span: float) -> Undo:
    def undo(cell: Cell, weight: float, at: float, _: float | str) -> bool:
        cell.total -= weight * exp2((at - cell.at) / span)
        cell.count -= 1.0
        return cell.count > 0

    return undo


def _uncounting(window: int) -> Undo:
    def undo(cell: Cell, weight: float, at: float, _: float | str) -> bool:
        hour = hour_of(at)
        hours = cell.hours or {}
        if hour in hours:
            hours[hour] -= weight
            if hours[hour] <= _NOTHING:
                del hours[hour]
        return bool(hours)

    def total(cell: Cell, weight: float, _at: float, _: float | str) -> bool:
        cell.total -= weight
        cell.count -= 1.0
        return cell.count > 0

    return undo if window else total


def _unshare(cell: Cell, weight: float, _at: float, _: float | str) -> bool:
    cell.total -= weight
    return cell.total > _NOTHING or cell.count > _NOTHING


def unwhole(cell: Cell, weight: float, _at: float, _: float | str) -> bool:
    """Take out what a ratio is a share of."""
    cell.count -= weight
    return cell.total > _NOTHING or cell.count > _NOTHING


def _unmoment(cell: Cell, weight: float, _at: float, value: float | str) -> bool:
    assert not isinstance(value, str), "a mean is of numbers"
    left = cell.count - weight
    if left <= _NOTHING:
        return False
    mean = cell.total + weight * (cell.total - value) / left
    cell.spread = max(cell.spread - weight * (value - cell.total) * (value - mean), 0.0)
    cell.total, cell.count = mean, left
    return True


def _unhash(cell: Cell, _weight: float, _at: float, key: float | str) -> bool:
    """What is left are still the smallest hashes of all that is left: the estimate is of fewer of them."""
    digits, names = _digits(str(key)), cell.names or {}
    if digits in names:
        names[digits] -= 1.0
        if not names[digits]:
            del names[digits]
    return bool(names) or cell.at > 0


#: Weights are whole numbers times shares such as .25: what is less than this is rounding.
_NOTHING = 1e-9
_UNDOS: Mapping[str, Callable[[Measure], Undo]] = {
    "decayed": lambda measure: _undecaying(measure.half_life_days * DAY),
    "count": lambda measure: _uncounting(round(measure.window_days * 24)),
    "ratio": lambda _: _unshare,
    "moments": lambda _: _unmoment,
    "distinct": lambda _: _unhash,
}
