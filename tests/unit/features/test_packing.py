"""Packed values: what comes out is what went in, under the declarations that it was computed under, or nothing."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from application.features.measures import MEASURES, measures_of
from application.features.packing import Packing, single
from ports.measures import ENTITIES, Aggregate, Entity, Measure, Value

PRODUCT = Packing(measures_of("product"))
SESSION = Packing(measures_of("session"))
NUMBERS = st.floats(allow_nan=False)


def declared(aggregate: Aggregate, **said: Any) -> Measure:
    """A measure of products of which the test says what matters."""
    weight = {"view": 1.0, "cart": 2.0}
    return Measure("m", "product", "recency", "doc", "unit", "source", aggregate, **{"weight": weight, **said})


FADING = declared("decayed_sum", half_life_days=7)
BY_FACET = declared("decayed_sum", half_life_days=7, key="product", facet="silhouette")
#: A change of each attribute that changes values, or how they are read.
CHANGES: Mapping[str, tuple[Measure, Measure]] = {
    "name": (FADING, evolve(FADING, name="n")),
    "entity": (FADING, evolve(FADING, entity="brand")),
    "weight": (FADING, evolve(FADING, weight={"view": 1.0, "cart": 3.0})),
    "half_life_days": (FADING, evolve(FADING, half_life_days=8)),
    "low": (FADING, evolve(FADING, low=-1.0)),
    "high": (FADING, evolve(FADING, high=9.0)),
    "aggregate": (declared("mean", value="amount"), declared("variance", value="amount")),
    "value": (declared("mean", value="amount"), declared("mean", value="log_price")),
    "window_days": (declared("count", window_days=7), declared("count", window_days=8)),
    "per": (declared("ratio", per={"view": 1.0}), declared("ratio", per={"view": 2.0})),
    "k": (declared("distinct", key="product", k=64), declared("distinct", key="product", k=65)),
    "key": (declared("count", key="device"), declared("count", key="query")),
    "facet": (BY_FACET, evolve(BY_FACET, facet="pattern")),
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
def test_other_declarations_read_nothing(attribute: str) -> None:
    """Whatever is changed in one measure, values from before are absent; what is only told about it changes nothing."""
    before, after = CHANGES[attribute]
    packed = Packing([before]).pack(zeros((before,)))
    assert Packing([after]).unpack(packed) is None
    if Packing([after]).flat:
        assert not Packing([after]).matrix([packed])[1].any()
    retold = evolve(before, doc="said better", source="somebody", unit="pieces", category="style")
    assert Packing([retold]).unpack(packed) == zeros((before,))


def test_every_attribute_is_told_or_changes_what_is_read() -> None:
    """An attribute that measures get later has to be put on one of both lists."""
    assert set(CHANGES) | {"doc", "unit", "source", "category"} == {one.name for one in fields(Measure)}


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
