"""Packed values: what comes out is what went in, under the declarations that it was computed under, or nothing."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from application.features.measures import MEASURES, measures_of
from application.features.packing import Packing, single
from ports.measures import ENTITIES, Entity, Measure, Value

PRODUCT = Packing(measures_of("product"))
SESSION = Packing(measures_of("session"))
NUMBERS = st.floats(allow_nan=False)
#: A change of each kind that changes values, or how they are read.
CHANGES: Mapping[str, Any] = {
    "name": "another",
    "weight": {"view": 2.0},
    "per": {"view": 2.0},
    "half_life_days": 8.0,
    "window_days": 8.0,
    "k": 9,
    "low": -2.0,
    "high": 2.0,
    "aggregate": "ratio",
    "key": "query",
    "facet": "pattern",
    "value": "taste",
}


def values_of(entity: Entity) -> st.SearchStrategy[dict[str, Value]]:
    """Any values of an entity's measures."""
    split = st.dictionaries(st.text(max_size=8), NUMBERS, max_size=5)
    return st.fixed_dictionaries({one.name: NUMBERS if single(one) else split for one in measures_of(entity)})


def zeros(measures: tuple[Measure, ...]) -> dict[str, Value]:
    return {one.name: 0.0 if single(one) else {} for one in measures}


@given(st.sampled_from(ENTITIES).flatmap(lambda entity: st.tuples(st.just(entity), values_of(entity))))
def test_what_was_packed_comes_out(case: tuple[Entity, dict[str, Value]]) -> None:
    """Every finite or infinite number to the last bit, every key, in the order of the measures."""
    entity, values = case
    packing = Packing(measures_of(entity))
    found = packing.unpack(packing.pack(values))
    assert found == values
    assert list(found) == [one.name for one in measures_of(entity)]


def test_products_and_brands_are_flat() -> None:
    """Hundreds of them are read as one matrix; what has numbers by key is not."""
    assert [one for one in ENTITIES if Packing(measures_of(one)).flat] == ["product", "brand"]


@given(st.lists(st.none() | values_of("product"), max_size=20))
def test_a_matrix_has_a_row_for_each(rows: list[dict[str, Value] | None]) -> None:
    """Row by row it says what unpacking one at a time says; absent ones are NaN and marked."""
    matrix, known = PRODUCT.matrix([None if one is None else PRODUCT.pack(one) for one in rows])
    assert matrix.shape == (len(rows), len(PRODUCT.measures))
    assert known.tolist() == [one is not None for one in rows]
    for row, values in zip(matrix.tolist(), rows, strict=True):
        assert all(map(math.isnan, row)) if values is None else row == [values[one.name] for one in PRODUCT.measures]


@pytest.mark.parametrize("attribute", CHANGES)
@pytest.mark.parametrize("packing", [PRODUCT, SESSION], ids=["flat", "split"])
def test_other_declarations_read_nothing(packing: Packing, attribute: str) -> None:
    """Whatever is changed in one measure, values from before are absent; what is only told about it changes nothing."""
    first, *rest = packing.measures
    packed = packing.pack(zeros(tuple(packing.measures)))
    changed = Packing((evolve(first, **{attribute: CHANGES[attribute]}), *rest))
    assert changed.unpack(packed) is None
    if packing.flat and changed.flat:
        assert not changed.matrix([packed])[1].any()
    retold = Packing((evolve(first, doc="said better", source="somebody", unit="pieces", category="style"), *rest))
    assert retold.unpack(packed) == zeros(tuple(packing.measures))


def test_another_order_reads_nothing() -> None:
    """A vector means something by the order of its measures only."""
    packed = PRODUCT.pack(zeros(measures_of("product")))
    assert Packing(measures_of("product")[::-1]).unpack(packed) is None
    assert Packing(measures_of("product")[:-1]).unpack(packed) is None


def test_weights_count_whatever_their_order() -> None:
    """Declaring the same weights in another order is the same declaration."""
    first, *rest = PRODUCT.measures
    turned = evolve(first, weight=dict(list(first.weight.items())[::-1]))
    assert Packing((turned, *rest)).digest == PRODUCT.digest


@given(st.binary(max_size=80), st.booleans())
def test_damaged_bytes_are_absent(noise: bytes, signed: bool) -> None:
    """Whatever the store gives, behind the right digest too, is values of these measures or nothing, and no error."""
    for packing in (PRODUCT, SESSION):
        given_bytes = packing.digest + noise if signed else noise
        found = packing.unpack(given_bytes)
        assert found is None or [isinstance(one, float) for one in found.values()] == [
            single(one) for one in packing.measures
        ]
    matrix, known = PRODUCT.matrix([PRODUCT.digest + noise if signed else noise])
    assert matrix.shape == (1, len(PRODUCT.measures))
    assert known[0] == (signed and len(noise) == 8 * len(PRODUCT.measures))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"session_idle": math.nan}, "session_idle: not a number"),
        ({"session_categories": {"dresses": 1.0, "shoes": math.nan}}, "session_categories: not a number"),
        ({"session_idle": {"x": 1.0}}, "session_idle: expected one number"),
        ({"session_categories": 1.0}, "session_categories: expected one number per key"),
        ({"popularity": 1.0}, "popularity: none of these"),
        ({"session_views": None}, "session_views: missing"),
    ],
)
def test_what_cannot_be_packed_is_named(changed: Mapping[str, Value | None], named: str) -> None:
    """NaN, a value that is missing or of the wrong form, or no measure: refused by name before it is stored."""
    values = zeros(measures_of("session"))
    for name, value in changed.items():
        if value is None:
            del values[name]
        else:
            values[name] = value
    with pytest.raises(ValueError, match=named):
        SESSION.pack(values)


def test_a_split_entity_is_no_matrix() -> None:
    """Asking for one names the measure that has numbers by key."""
    with pytest.raises(ValueError, match="session_products"):
        SESSION.matrix([])


def test_no_rows_are_a_matrix_of_none() -> None:
    """Nothing asked is an empty matrix with all its columns."""
    matrix, known = PRODUCT.matrix([])
    assert (matrix.shape, known.shape) == ((0, len(PRODUCT.measures)), (0,))
    assert matrix.dtype == np.float64


def test_single_agrees_with_what_is_declared() -> None:
    """Estimates of how many there are and standings are one number although they look at keys."""
    by_name = {one.name: single(one) for one in MEASURES}
    assert [by_name[name] for name in ("viewers", "price_standing", "popularity", "seconds_since_last")] == [True] * 4
    assert [by_name[name] for name in ("style_vector", "top_brands", "last_queries", "session_device")] == [False] * 4
