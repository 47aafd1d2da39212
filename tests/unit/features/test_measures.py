"""What a declaration has to say, and that every declaration of this house says it."""

from math import inf, nan
from typing import Any

import pytest
from attrs import evolve

from application.features.columns import COLUMNS
from application.features.measures import MEASURES, measures_of
from application.features.touch import ACTION_OF, Observation
from ports.measures import AGGREGATES, CATEGORIES, ENTITIES, InvalidMeasure, Measure

#: What a touch can be: what sessions do, and what searches, quizzes, orders and returns add.
ACTIONS = {*ACTION_OF.values(), "search", "state", "purchase", "return"}
TOUCHED = Observation(
    id="1", position=1, at=0.0, known=0.0, action="purchase", product="p", category="c", customer="a", price=1
)
SUM = Measure("x", "customer", "affinity", "it", "views", "policy", "decayed_sum", {"view": 1.0}, half_life_days=1)
BARE = {"half_life_days": 0.0}


def test_all_six_categories_and_five_entities_are_there() -> None:
    """Nothing of the field's table is missing, and customers have features of every category."""
    assert {one.category for one in MEASURES} == set(CATEGORIES)
    assert {one.entity for one in MEASURES} == set(ENTITIES)
    assert {one.category for one in measures_of("customer")} == set(CATEGORIES)
    assert [one for entity in ENTITIES for one in measures_of(entity)] == list(MEASURES)


def test_every_aggregate_is_declared_at_least_once() -> None:
    """No engine computes what nobody asks for."""
    assert {one.aggregate for one in MEASURES} == set(AGGREGATES)


def test_names_are_unique() -> None:
    """A name means one feature, whatever it is a feature of: stores and slates keep it."""
    names = [one.name for one in MEASURES]
    assert sorted(set(names)) == sorted(names)
    assert not any("." in name for name in names), "a point is for extensions"


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_a_declaration_explains_itself(measure: Measure) -> None:
    """It says what it is, in which unit and range, and where the idea is from; in words of its own."""
    for said in (measure.doc, measure.unit, measure.source):
        assert said.strip() == said
        assert len(said) > 4
    assert measure.doc not in [one.doc for one in MEASURES if one.entity == measure.entity and one != measure]
    assert measure.low < measure.high


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_a_declaration_names_what_there_is(measure: Measure) -> None:
    """Its actions happen; entity and key are texts of an observation, the value a number, and each has a column."""
    assert measure.weight.keys() | measure.per.keys() <= ACTIONS
    assert isinstance(getattr(TOUCHED, measure.entity), str)
    assert COLUMNS[measure.entity] == "text"
    if measure.key:
        assert isinstance(getattr(TOUCHED, measure.key), str)
        assert COLUMNS[measure.key] == "text"
        assert measure.key != measure.entity
    if measure.value:
        assert isinstance(getattr(TOUCHED, measure.value), bool if measure.aggregate == "ratio" else float)
        assert COLUMNS[measure.value] == ("truth" if measure.aggregate == "ratio" else "real")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_a_range_that_is_said_holds_what_can_come_out(measure: Measure) -> None:
    """Clipping is for rounding, not for hiding: sums that are taken from again, and levels, have no lower bound."""
    if min(measure.weight.values()) < 0 or measure.aggregate == "standing":
        assert measure.low == -inf
    if measure.aggregate in ("age", "last", "decayed_sum", "top", "count", "distinct"):
        assert measure.high == inf


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "My Feature"}, "name: expected small letters"),
        ({"name": "acme_shop.a.b"}, "name: expected small letters"),
        ({"entity": "shop"}, "entity: expected one of customer, session"),
        ({"category": "taste"}, "category: expected one of affinity"),
        ({"aggregate": "median"}, "aggregate: expected one of decayed_sum"),
        ({"key": "product", "facet": "fabric"}, "facet: expected one of silhouette"),
        ({"half_life_days": 0.0}, "half_life_days: expected something: decayed_sum needs it, not 0.0"),
        ({"half_life_days": -1.0}, "half_life_days: expected days above 0, not -1.0"),
        ({"half_life_days": nan}, "half_life_days: expected days above 0, not nan"),
        ({"half_life_days": inf}, "half_life_days: expected days above 0, not inf"),
        ({"window_days": 7}, "window_days: expected nothing: decayed_sum has no use for it, not 7"),
        ({"aggregate": "count"}, "half_life_days: expected nothing: count has no use for it"),
        ({"aggregate": "count", **BARE, "window_days": 0.3}, "window_days: expected whole hours"),
        ({"aggregate": "count", **BARE, "window_days": 1, "weight": {"view": -1.0}}, "counted in a window"),
        ({"k": 5}, "k: expected nothing: decayed_sum has no use for it, not 5"),
        ({"aggregate": "top", "key": "brand"}, "k: expected something: top needs it, not 0"),
        ({"aggregate": "last", **BARE, "key": "brand", "k": -1}, "k: expected 1 or more"),
        ({"aggregate": "last", **BARE, "k": 3}, "key: expected something: last needs it"),
        ({"aggregate": "distinct", **BARE, "key": "brand", "k": 2}, "k: expected 3 or more, not 2"),
        ({"aggregate": "pool", "key": "brand"}, "key: expected product, not 'brand'"),
        ({"aggregate": "standing", **BARE, "key": "brand", "value": "log_price"}, "key: expected category"),
        ({"key": "brand", "facet": "pattern"}, "key: expected product, not 'brand'"),
        ({"facet": "pattern"}, "key: expected product, not ''"),
        ({"aggregate": "mean", **BARE}, "value: expected something: mean needs it"),
        ({"value": "amount"}, "value: expected nothing: decayed_sum has no use for it"),
        ({"aggregate": "mean", **BARE, "value": "amount", "weight": {"return": -1.0}}, "weight: expected numbers"),
        ({"per": {"view": 1.0}}, "per: expected nothing"),
        ({"aggregate": "ratio", **BARE, "per": {"view": 0.0}}, "per: expected numbers above 0"),
        ({"weight": {}}, "weight: expected an action at least"),
        ({"weight": {"view": 0.0}}, "weight: expected numbers other than 0"),
        ({"weight": {"view": nan}}, "weight: expected numbers other than 0"),
        ({"low": 1.0, "high": 1.0}, "low: expected less than high, which is 1.0, not 1.0"),
        ({"low": nan}, "low: expected less than high"),
    ],
)
def test_what_cannot_be_computed_is_refused_when_it_is_declared(changes: dict[str, Any], said: str) -> None:
    """The message names the measure, the field, what is expected there, and what was given."""
    with pytest.raises(InvalidMeasure) as refused:
        evolve(SUM, **changes)
    assert str(refused.value).startswith(f"{changes.get('name', 'x')}: ")
    assert said in str(refused.value)


def test_an_extension_s_name_has_a_point() -> None:
    """Its own name before, so that it never meets one of ours."""
    assert evolve(SUM, name="acme_shop.wished_brands").name == "acme_shop.wished_brands"


@pytest.mark.parametrize(
    ("field", "given"),
    [("weight", {"view": "1"}), ("weight", ["view"]), ("half_life_days", "7"), ("k", 2.5), ("k", True), ("low", None)],
)
def test_what_is_of_another_kind_is_refused_by_its_field(field: str, given: object) -> None:
    """A text for a number, a list for weights: one line that names the field, before anything is computed with it."""
    about = {"aggregate": "last", "weight": {"view": 1.0}, "key": "brand", "k": 2} | {field: given}
    with pytest.raises(InvalidMeasure, match=f"shop_x: {field}: expected"):
        Measure("shop_x", "customer", "affinity", "doc", "unit", "source", **about)  # type: ignore[arg-type]
