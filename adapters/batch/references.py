"""What is read against the catalogue, the vectors of items and the price levels: small tables, joined to cells."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import pyarrow as pa

from ports.measures import Facet, References

FACETS = [one for one in get_args(Facet) if one]


def _facets(references: References) -> pa.Table:
    """Return product, and a column for each facet."""
    told = references.facets
    columns = {facet: [of.get(facet) for of in told.values()] for facet in FACETS}
    return pa.table({name: pa.array(of, pa.string()) for name, of in {"product": list(told), **columns}.items()})


def _vectors(references: References) -> pa.Table:
    """Return product, v0 to v[d-1]. Errors: `ValueError` names a product whose vector has another length."""
    vectors = references.vectors
    width = len(next(iter(vectors.values()), (0.0,)))  # a column there is, also without vectors
    for product, vector in vectors.items():
        if len(vector) != width:
            raise ValueError(f"vectors: {product} has {len(vector)} numbers, others {width}")
    columns = {f"v{place}": [one[place] for one in vectors.values()] for place in range(width)}
    return _numbers("product", list(vectors), columns)


def _levels(references: References) -> pa.Table:
    """Return category, usual, deviation, where prices differ at all."""
    usable = {name: level for name, level in references.levels.items() if level[1] > 0}
    columns = {"usual": [usual for usual, _ in usable.values()], "deviation": [one for _, one in usable.values()]}
    return _numbers("category", list(usable), columns)


#: References as tables, by name.
TABLES: Mapping[str, Callable[[References], pa.Table]] = {"facets": _facets, "vectors": _vectors, "levels": _levels}


def by_facet(values: Any, facets: Any, facet: str) -> Any:
    """Sum values by product (request, part, value) up by a facet of the products."""
    joined = values.inner_join(facets, [values.part == facets["product"]])
    told = joined.filter(joined[facet] != "", joined.value.notnull())
    return told.group_by(request=told.request, part=told[facet]).aggregate(value=told.value.sum())


def pooled(cells: Any, vectors: Any, column: str) -> tuple[Any, Sequence[str]]:
    """Return the sum of vectors weighted by a cell, brought to length 1, and the names of its columns in order.

    A request that has no product with a vector has no row. A sum of length 0 stays 0.
    """
    places = [one for one in vectors.columns if one != "product"]
    joined = cells.inner_join(vectors, [cells.part == vectors["product"]]).filter(cells[column].notnull())
    sums = joined.group_by("request").aggregate(**{one: (joined[column] * joined[one]).sum() for one in places})
    length = sum((sums[one] * sums[one] for one in places[1:]), sums[places[0]] * sums[places[0]]).sqrt()
    sums = sums.mutate(length=length)
    return sums.select("request", **{one: _divided(sums[one], sums["length"]) for one in places}), places


def standing(cells: Any, levels: Any, weights: str, values: str) -> Any:
    """Return how many deviations the means by category lie above what is usual, on average by weight."""
    joined = cells.inner_join(levels, [cells.part == levels.category])
    known = joined.filter(joined[weights] > 0)
    above = (known[values] - known[weights] * known.usual) / known.deviation
    return known.group_by("request").aggregate(value=above.sum() / known[weights].sum())


def _divided(number: Any, by: Any) -> Any:
    return (number / by.nullif(0.0)).coalesce(0.0)


def _numbers(key: str, keys: list[str], columns: Mapping[str, list[float]]) -> pa.Table:
    numbers = {name: pa.array(values, pa.float64()) for name, values in columns.items()}
    return pa.table({key: pa.array(keys, pa.string()), **numbers})
