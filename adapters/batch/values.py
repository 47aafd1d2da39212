"""Tables of answers put together as `Values`: numbers for text, ranges kept, and a number where nothing was said."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define, field, frozen
from numpy.typing import NDArray

from adapters.batch.plan import Answer
from ports.batch import Values
from ports.measures import Measure

_ONE_NUMBER = frozenset(["distinct", "standing"])
_NONE = np.zeros(0, np.int32)


@frozen(eq=False)
class _Rows:
    """Rows of one measure, by request and part. `own`: the part that all of them are of, if it is not in the rows."""

    measure: int
    own: str
    request: NDArray[np.int64]
    part: NDArray[np.int32]
    value: NDArray[np.float64]


def is_split(measure: Measure) -> bool:
    """Return whether a measure has a number per key, rather than one."""
    return bool(measure.key) and measure.aggregate not in _ONE_NUMBER


@define(eq=False)
class Gathering:
    """Takes answers in one by one, so that no more than one table is held beside the numbers."""

    keys: Sequence[str]
    measures: Sequence[Measure]
    _rows: list[_Rows] = field(init=False, factory=list)
    _parts: dict[str, int] = field(init=False, factory=lambda: {"": 0})

    def take(self, answer: Answer, table: pa.Table) -> None:
        request = _numbers(table["request"], np.int64)
        coded, rank = self._coded(table["part"]) if answer.split else (_NONE, _NONE)
        order = np.argsort(request * (rank.max(initial=0) + 1) + rank if answer.split else request)
        for name, (place, part) in answer.columns.items():
            said = order[_numbers(table[name].is_valid(), np.bool_)[order]]
            value = _numbers(table[name].fill_null(0.0), np.float64)[said]
            measure = self.measures[place]
            codes = coded[said] if answer.split else np.full(len(said), self._code(part), np.int32)
            self._rows.append(_Rows(place, part, request[said], codes, np.clip(value, measure.low, measure.high)))

    def values(self) -> Values:
        """Return everything, in order. A measure of single numbers says one for each request."""
        rows = sorted(self._rows, key=lambda one: (one.measure, one.own))
        told = {one.measure: one for one in rows}
        rows = [one for one in rows if is_split(self.measures[one.measure])]
        for place, measure in enumerate(self.measures):
            if not is_split(measure):
                rows.append(self._of_everybody(place, told.get(place)))
        rows.sort(key=lambda one: one.measure)
        request = _joined([one.request for one in rows], np.int64)
        order = np.argsort(request, kind="stable")  # merges what is in order already, measure by measure
        measures = np.repeat(np.array([one.measure for one in rows], np.int64), [len(one.value) for one in rows])
        return Values(
            keys=self.keys,
            measures=[one.name for one in self.measures],
            request=request[order],
            measure=measures[order],
            part=np.array(list(self._parts), object)[_joined([one.part for one in rows], np.int32)[order]],
            value=_joined([one.value for one in rows], np.float64)[order],
        )

    def _of_everybody(self, place: int, told: _Rows | None) -> _Rows:
        measure = self.measures[place]
        nothing = np.inf if measure.aggregate == "age" else 0.0
        value = np.full(len(self.keys), min(max(nothing, measure.low), measure.high))
        if told is not None:
            value[told.request] = told.value
        return _Rows(place, "", np.arange(len(value)), np.zeros(len(value), np.int32), value)

    def _coded(self, texts: pa.ChunkedArray) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return texts as numbers that stay, and as their places among each other; few of many texts differ."""
        coded = texts.combine_chunks().dictionary_encode()
        words = coded.dictionary.to_pylist()
        codes = np.array([self._code(one) for one in words], np.int32)
        places = np.empty(len(words), np.int64)
        places[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
        indices = _numbers(coded.indices, np.int64)
        return codes[indices], places[indices]

    def _code(self, text: str) -> int:
        return self._parts.setdefault(text, len(self._parts))


def _numbers(column: Any, dtype: Any) -> NDArray[Any]:
    """Return a column without nulls as an array."""
    return np.asarray(column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(False), dtype)


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *arrays])
