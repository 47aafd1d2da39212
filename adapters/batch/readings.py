"""What measures say, read from cells: a value for each request, or for each request and key. Null says nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis

from adapters.batch.cells import weight_of
from ports.measures import Measure

_HEX = "0123456789abcdef"
_DIGITS = 13
#: Hashes are whole numbers below this.
HASHES = 16.0**_DIGITS

#: (cells by request or by request and part, the columns of a measure) -> value
Reading = Callable[[Any, Sequence[str]], Any]


def as_it_is(cells: Any, columns: Sequence[str]) -> Any:
    return cells[columns[0]]


def share(cells: Any, columns: Sequence[str]) -> Any:
    """Return part over whole; 0 where the whole is 0, null where there is neither."""
    part, whole = cells[columns[0]].coalesce(0.0), cells[columns[1]].coalesce(0.0)
    said = ibis.ifelse(whole > 0.0, part / whole, 0.0)
    return ibis.ifelse(cells[columns[0]].isnull() & cells[columns[1]].isnull(), ibis.null("float64"), said)


def mean(cells: Any, columns: Sequence[str]) -> Any:
    weights, values = columns
    return cells[values] / cells[weights]


#: Aggregates that are a number of each row of cells.
PLAIN: Mapping[str, Reading] = {
    **dict.fromkeys(("decayed_sum", "count", "age"), as_it_is),
    "ratio": share,
    "mean": mean,
}


def newest(cells: Any, column: str, k: int) -> Any:
    """Return the k parts of each request with the smallest of an age."""
    taken = cells.filter(cells[column].notnull())
    return _first(taken, [taken[column], taken.part], column, k)


def largest(cells: Any, column: str, k: int) -> Any:
    """Return the k parts of each request with the largest of a sum."""
    taken = cells.filter(cells[column].notnull())
    return _first(taken, [taken[column].desc(), taken.part], column, k)


def _first(taken: Any, order: Sequence[Any], column: str, k: int) -> Any:
    ranked = taken.mutate(place=ibis.row_number().over(group_by=taken.request, order_by=order))
    return ranked.filter(ranked.place < k).select("request", "part", value=ranked[column])


def distinct(cells: Any, column: str, k: int) -> Any:
    """Return how many parts each request has, estimated from the k smallest of their hashes."""
    hashed = cells.filter(cells[column].notnull()).select("request", digits=cells.part.hexdigest("md5").left(_DIGITS))
    ranked = hashed.mutate(place=ibis.dense_rank().over(group_by=hashed.request, order_by=hashed.digits))
    smallest = ranked.filter(ranked.place < k).group_by("request")
    found = smallest.aggregate(found=lambda rows: rows.place.max() + 1, digits=lambda rows: rows.digits.max())
    counted = found.found.cast("float64")
    value = ibis.ifelse(found.found < k, counted, (k - 1) * HASHES / _number(found.digits))
    return found.select("request", value=value)


def _number(digits: Any) -> Any:
    """Return what hexadecimal digits say, float64: exact, they are 52 bits."""
    terms = [
        ibis.literal(_HEX).find(digits.substr(place, 1)).cast("float64") * 16.0 ** (_DIGITS - 1 - place)
        for place in range(_DIGITS)
    ]
    return sum(terms[1:], terms[0])


def variance(live: Any, measure: Measure) -> Any:
    """Return the weighted mean of squared distances from the mean, which is taken first: nothing cancels out."""
    split = ["request", "part"] if measure.key else ["request"]
    part = {"part": live[measure.key]} if measure.key else {}
    rows = live.select("request", **part, weight=weight_of(live, measure.weight), number=live[measure.value])
    rows = rows.filter(rows.weight.notnull(), rows.number.notnull(), *((rows.part != "",) if measure.key else ()))
    total = (rows.weight * rows.number).sum() / rows.weight.sum()
    means = rows.group_by(split).aggregate(mean=total)
    apart = rows.inner_join(means, split)
    squares = (apart.weight * (apart.number - apart["mean"]) ** 2).sum()
    return apart.group_by(split).aggregate(value=squares / apart.weight.sum())
