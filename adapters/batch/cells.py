"""The sums that measures are read from: one table by request, or by request and key, with a column for each cell.

Measures that differ only in how they are read (a list, its top, its pool; a mean and its standing) share a cell, and
all that are split by one key share one pass over the live rows. A cell is null where nothing was taken.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import ibis
from attrs import define, field

from ports.measures import DAY, Measure

HOUR = 3600
#: Aggregate -> kinds of cells that it is read from.
READ_FROM: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("decayed_sum", "top", "pool"), ("decayed",)),
    "count": ("count",),
    "ratio": ("part", "whole"),
    **dict.fromkeys(("mean", "standing"), ("weights", "values")),
    **dict.fromkeys(("age", "last"), ("age",)),
    "distinct": ("weights",),
}


@define(eq=False)
class Cells:
    """Cells over the live rows, split by `key` ("" for none): asked for with `of`, then all made at once by `table`."""

    live: Any
    key: str
    _column: dict[Hashable, str] = field(init=False, factory=dict)
    _sums: dict[str, Any] = field(init=False, factory=dict)
    _actions: set[str] = field(init=False, factory=set)

    def of(self, measure: Measure) -> Sequence[str]:
        """Return the columns that a measure is read from, in the order of `READ_FROM`."""
        return [self._named(kind, measure) for kind in READ_FROM[measure.aggregate]]

    def table(self) -> Any:
        """Return the cells: request, with a key `part`, and the columns that were asked for."""
        if not self.key:
            return self.live.group_by("request").aggregate(**self._sums)
        taken = self.live.filter(self.live[self.key] != "", self.live.action.isin(sorted(self._actions)))
        return taken.group_by(request=taken.request, part=taken[self.key]).aggregate(**self._sums)

    def _named(self, kind: str, measure: Measure) -> str:
        told = _TOLD_APART_BY[kind](measure)
        if (kind, told) not in self._column:
            name = self._column[kind, told] = f"cell_{len(self._column)}"
            self._sums[name] = _CELLS[kind](self.live, measure)
            self._actions |= {*_weights(kind, measure)}
        return self._column[kind, told]


def weight_of(rows: Any, weights: Mapping[str, float]) -> Any:
    """Return the weight of each row, null where its action has none."""
    return rows.action.cases(*((one, float(weight)) for one, weight in sorted(weights.items()))) * rows.counts


def decay(rows: Any, half_life_days: float) -> Any:
    return ibis.literal(2.0) ** ((rows["at"] - rows.asked) / (half_life_days * DAY))


def in_window(rows: Any, window_days: float) -> Any:
    """Return whether a row lies in the last whole hours, of which the one that is asked about is the last."""
    return _hour(rows["at"]) > _hour(rows.asked) - round(window_days * 24)


def _hour(at: Any) -> Any:
    return (at / HOUR).floor()


def _decayed(rows: Any, measure: Measure) -> Any:
    return (weight_of(rows, measure.weight) * decay(rows, measure.half_life_days)).sum()


def _count(rows: Any, measure: Measure) -> Any:
    inside = in_window(rows, measure.window_days) if measure.window_days else None
    return weight_of(rows, measure.weight).sum(where=inside)


def _part(rows: Any, measure: Measure) -> Any:
    return weight_of(rows, measure.weight).sum(where=rows[measure.value] if measure.value else None)


def _whole(rows: Any, measure: Measure) -> Any:
    return weight_of(rows, measure.per or measure.weight).sum()


def _weights_taken(rows: Any, measure: Measure) -> Any:
    known = rows[measure.value].notnull() if measure.value else None
    return weight_of(rows, measure.weight).sum(where=known)


def _values(rows: Any, measure: Measure) -> Any:
    return (weight_of(rows, measure.weight) * rows[measure.value]).sum()


def _age(rows: Any, measure: Measure) -> Any:
    return (rows.asked - rows["at"]).min(where=rows.action.isin(sorted(measure.weight)))


def _weights(kind: str, measure: Measure) -> Mapping[str, float]:
    return (measure.per or measure.weight) if kind == "whole" else measure.weight


def _pairs(weights: Mapping[str, float]) -> Hashable:
    return tuple(sorted(weights.items()))


_CELLS: Mapping[str, Callable[[Any, Measure], Any]] = {
    "decayed": _decayed,
    "count": _count,
    "part": _part,
    "whole": _whole,
    "weights": _weights_taken,
    "values": _values,
    "age": _age,
}
_TOLD_APART_BY: Mapping[str, Callable[[Measure], Hashable]] = {
    "decayed": lambda one: (_pairs(one.weight), one.half_life_days),
    "count": lambda one: (_pairs(one.weight), one.window_days),
    "part": lambda one: (_pairs(one.weight), one.value),
    "whole": lambda one: _pairs(one.per or one.weight),
    "weights": lambda one: (_pairs(one.weight), one.value),
    "values": lambda one: (_pairs(one.weight), one.value),
    "age": lambda one: tuple(sorted(one.weight)),
}
