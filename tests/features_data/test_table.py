"""The features on public data: the published table is what the code computes, and what must hold of any data holds."""

import os
import re
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path

import pytest

from application.features.measures import MEASURES
from application.features.touch import Observation
from ports.measures import Measure, Value
from tests.features_data.plausible import REMARKS
from tests.features_data.real import DATA
from tests.features_data.table import PAGE, Folded, folded, page, why_not

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e[-+]\d+)?")
BY_NAME: Mapping[str, Measure] = {one.name: one for one in MEASURES}
needs_data = pytest.mark.skipif(not os.environ.get("HABERDASHER_DATA"), reason="HABERDASHER_DATA is not set")


@pytest.fixture(scope="module")
def everything() -> Sequence[Folded]:
    return [folded(one, Path(os.environ["HABERDASHER_DATA"])) for one in DATA]


def numbers(value: Value) -> list[float]:
    return list(value.values()) if isinstance(value, Mapping) else [value]


@needs_data
def test_the_page_is_what_the_code_computes(everything: Sequence[Folded]) -> None:
    """Word for word, numbers to one in a hundred; what is below 1e-9, such as a difference of engines, is as good."""
    now, published = page(everything), PAGE.read_text()
    assert NUMBER.sub("#", now) == NUMBER.sub("#", published)
    pairs = [[float(one.replace(",", "")) for one in NUMBER.findall(text)] for text in (now, published)]
    assert pairs[0] == pytest.approx(pairs[1], rel=0.01, abs=1e-9)


@needs_data
def test_both_engines_agree_on_real_data(everything: Sequence[Folded]) -> None:
    """Of every feature that has something to say, on every set: to 1e-9, with the same keys."""
    compared = [(row.measure.name, row.difference) for one in everything for row in one.rows if not row.why]
    assert len(compared) > 40
    assert [name for name, difference in compared if not difference <= 1e-9] == []


@needs_data
def test_every_feature_is_either_told_or_explained(everything: Sequence[Folded]) -> None:
    """On each set each declared feature has figures, or the reason why not; and each set has a remark."""
    for one in everything:
        assert [row.measure.name for row in one.rows] == [measure.name for measure in MEASURES]
        assert all(bool(row.why) != bool(row.told) for row in one.rows)
        assert REMARKS[one.data.name]


@needs_data
def test_values_are_within_what_is_declared(everything: Sequence[Folded]) -> None:
    """In their range, k at most where a k is declared, and no more distinct things than there are."""
    for one in everything:
        products = len({observation.product for observation in one.observations})
        for name, by_entity in one.values.items():
            measure = BY_NAME[name]
            assert all(
                measure.low <= number <= measure.high for value in by_entity.values() for number in numbers(value)
            )
            if measure.aggregate in ("last", "top"):
                assert max(len(numbers(value)) for value in by_entity.values()) <= measure.k
        assert (
            max(number for value in one.values["distinct_products"].values() for number in numbers(value)) <= products
        )


@needs_data
def test_nothing_is_lost_and_nothing_counted_twice(everything: Sequence[Folded]) -> None:
    """All `session_views` are all views, and each `return_share` of what was bought adds up to all returns."""
    for one in everything:
        views = sum(observation.action == "view" for observation in one.observations)
        if "session_views" in one.values:
            assert sum(number for value in one.values["session_views"].values() for number in numbers(value)) == views
        if "return_share" in one.values:
            back = sum(observation.action == "return" for observation in one.observations)
            bought: dict[str, int] = {}
            for observation in one.observations:
                bought[observation.product] = bought.get(observation.product, 0) + (observation.action == "purchase")
            shares = {name: numbers(value)[0] for name, value in one.values["return_share"].items()}
            assert sum(share * bought[name] for name, share in shares.items()) == pytest.approx(back)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("session_views", "no session"),
        ("silhouette_affinity", "no silhouette of products"),
        ("style_vector", "no vectors of products"),
        ("purchases_30d", "no purchase"),
        ("last_queries", "no search"),
        ("colour_affinity", "no colour"),
        ("seen_price", "no price"),
        ("views_7d", ""),
        ("category_affinity", ""),
    ],
)
def test_what_a_data_set_lacks_is_named(name: str, why: str) -> None:
    """The first thing that a feature needs and no row has; nothing where there is what it needs."""
    only = Observation(id="1", position=1, at=0.0, known=0.0, action="view", product="p", category="c", customer="ada")
    assert why_not(BY_NAME[name], [only]) == why


def test_the_page_is_published() -> None:
    """Its figures are figures: no infinite difference of engines, nothing that is not a number."""
    cells = [cell.strip() for line in PAGE.read_text().splitlines() for cell in line.split("|")]
    assert not {"nan", "inf", "-inf"} & set(cells)
    assert all(f"## {one.name}" in PAGE.read_text() for one in DATA)
    assert inf not in [float(cell) for cell in cells if NUMBER.fullmatch(cell) and "," not in cell]
