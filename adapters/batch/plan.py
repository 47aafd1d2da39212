"""Measures compiled: which tables to make of the live rows, and what to read from them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from adapters.batch import readings, references
from adapters.batch.cells import READ_FROM, Cells
from ports.measures import Measure


@frozen(eq=False)
class Answer:
    """Rows of values: `request`, if `split` a `part`, and for each of `columns` a number.

    `columns`: column -> place of the measure, and the part it is of where that is not in the row.
    """

    expression: Any
    columns: Mapping[str, tuple[int, str]]
    split: bool


#: Makes a table of an expression, called by a name, and returns that.
Keep = Callable[[str, Any], Any]
#: Returns a table of `references` by its name.
Known = Callable[[str], Any]


def answers(measures: Sequence[Measure], live: Any, known: Known, keep: Keep) -> Iterator[Answer]:
    """Yield what to read for all measures. `live`: the rows of `versions.live_of`."""
    by_key: dict[str, list[int]] = {}
    for place, measure in enumerate(measures):
        if measure.aggregate in READ_FROM:
            by_key.setdefault(measure.key, []).append(place)
        else:
            yield _single(place, measure, readings.variance(live, measure), known)
    for key, places in by_key.items():
        cells = Cells(live, key)
        columns = {place: cells.of(measures[place]) for place in places}
        table = cells.table()
        apart = sum(not _is_plain(measures[place]) for place in places)
        if apart + (apart < len(places)) > 1:  # it is read more than once
            table = keep(f"cells_{key}", table)
        yield from _read(measures, columns, table, known)


def _is_plain(measure: Measure) -> bool:
    return measure.aggregate in readings.PLAIN and not measure.facet


def _read(
    measures: Sequence[Measure], columns: Mapping[int, Sequence[str]], cells: Any, known: Known
) -> Iterator[Answer]:
    """Read all measures of one key: what is a number of each row in one go, the others one by one."""
    plain: dict[str, Any] = {}
    of: dict[str, tuple[int, str]] = {}
    for place, names in columns.items():
        measure = measures[place]
        if _is_plain(measure):
            plain[f"value_{place}"] = readings.PLAIN[measure.aggregate](cells, names)
            of[f"value_{place}"] = (place, "")
        else:
            yield _other(place, measure, cells, names, known)
    if plain:
        split = "part" in cells.columns
        yield Answer(cells.select("request", *(["part"] if split else []), **plain), of, split)


def _other(place: int, measure: Measure, cells: Any, names: Sequence[str], known: Known) -> Answer:
    match measure.aggregate:
        case "pool":
            expression, places = references.pooled(cells, known("vectors"), names[0])
            return Answer(expression, {one: (place, str(number)) for number, one in enumerate(places)}, split=False)
        case "standing":
            return _single(place, measure, references.standing(cells, known("levels"), *names), known)
        case "distinct":
            return _single(place, measure, readings.distinct(cells, names[0], measure.k), known)
        case "last":
            return _single(place, measure, readings.newest(cells, names[0], measure.k), known)
        case "top":
            return _single(place, measure, readings.largest(cells, names[0], measure.k), known)
        case aggregate:
            value = readings.PLAIN[aggregate](cells, names)
            return _single(place, measure, cells.select("request", "part", value=value), known)


def _single(place: int, measure: Measure, values: Any, known: Known) -> Answer:
    if measure.facet:
        values = references.by_facet(values, known("facets"), measure.facet)
    return Answer(values, {"value": (place, "")}, split="part" in values.columns)
