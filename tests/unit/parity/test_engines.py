"""Streaming states against another engine: equal in a clean house; an engine that is off by one is named by measure."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import pytest
from attrs import field, frozen

from application.features.catalogue_references import references_of
from application.features.measures import MEASURES
from application.features.touch import Observation
from application.journal.journal import Journal
from application.parity.engines import EngineParity, Lines, apart, bound_of
from application.projections.catalogue import PRODUCTS
from application.projections.rows import View
from application.streaming.states import STATES
from ports.batch import Request
from ports.measures import ENTITIES, NOTHING, Entity, Measure, References, Value
from tests.support.counter import listed, product
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, sent_back
from tests.unit.parity.fold_past import FoldPast

DAY_MINUTES = 24 * 60.0
NOW = MONDAY.timestamp() + 8 * DAY_MINUTES * 60 + 7


@pytest.fixture
def house() -> MemoryHouse:
    """A week of looks, searches, orders and returns of eight people, some of whom turn out to be one."""
    house = MemoryHouse()
    house.receive("oms", [listed(n, -600, attributes={"silhouette": f"cut {n % 3}"}) for n in range(24)], "stock")
    for day in range(8):
        looks = [looked(f"c-{n % 8}", 5 * n % 24, day * DAY_MINUTES + 37 * n) for n in range(16)]
        house.receive("web", looks, f"looks {day}")
    house.receive(
        "oms", [ordered("o-1", 300, "p-01/m", "p-20/s"), sent_back("r-1", "o-1", 5000, "p-01/m", "too-small")]
    )
    login = [looked(cookie, 3, 7 * DAY_MINUTES + 700, user_id="ada") for cookie in ("c-1", "c-2")]
    house.receive("web", login, "login")
    return house


def looked(cookie: str, n: int, minute: float, **changes: object) -> bytes:
    properties = {"product_id": product(n), "category_id": f"c-{n % 6}", "brand_id": f"b-{n % 12}", "color": "navy"}
    money = {"unit_price": f"{30 + n}.00", "list_price": "90.00", "currency": "EUR"}
    return sent("product_viewed", minute, anonymous_id=cookie, properties=properties | money, **changes)


@frozen
class Skewed:
    """An engine that reads other measures than it was asked for, or does `meanwhile` while it is asked."""

    past: FoldPast
    declared: Callable[[Measure], Measure] = field(default=lambda one: one)
    shift_s: float = 0.0
    meanwhile: Callable[[], object] = field(default=lambda: None)

    def position(self) -> int:
        return self.past.position()

    def values(
        self, measures: Sequence[Measure], requests: Sequence[Request], references: References = NOTHING
    ) -> Sequence[Mapping[str, Value]]:
        self.meanwhile()
        asked = [attrs.evolve(one, at=one.at + self.shift_s) for one in requests]
        return self.past.values([self.declared(one) for one in measures], asked, references)

    def observations(self, which: Mapping[str, frozenset[str]]) -> Sequence[Observation]:
        return self.past.observations(which)


def compared(house: MemoryHouse, past: object = None, count: int = 1000) -> Lines:
    references = references_of(dict(View(house.read_models, "catalogue").all(PRODUCTS)))
    parity = EngineParity(house.read_models, MEASURES, references, NOW)
    return parity.run({"other": past or FoldPast(house.log)}, count, lambda *_: None)  # type: ignore[dict-item]


def different(lines: Lines) -> set[str]:
    return {one.measure for one in lines.lines if not one.equal}


def test_a_clean_house_is_equal(house: MemoryHouse) -> None:
    """Every declared measure has a line, everybody of whom there is a state is in it, and all are equal to 1e-9."""
    lines = compared(house)
    assert [one.measure for one in lines.lines] == [one.name for e in ENTITIES for one in MEASURES if one.entity == e]
    keys = [key for key, _ in View(house.read_models, Journal.name).all(STATES)]
    there = {entity: sum(key.startswith(f"{entity}/") for key in keys) for entity in ENTITIES}
    assert {(one.entity, one.compared) for one in lines.lines} == set(there.items())
    assert (different(lines), lines.exact, lines.moved) == (set(), True, 0)


def test_a_window_that_is_off_by_one_is_found(house: MemoryHouse) -> None:
    """An engine whose windows are an hour longer: exactly the measures with a window that has an edge here differ."""

    def longer(one: Measure) -> Measure:
        return attrs.evolve(one, window_days=one.window_days + 1 / 24) if one.window_days else one

    house.receive("web", [looked("c-5", 2, 60.0 * n) for n in range(24)], "hours")
    lines = compared(house, Skewed(FoldPast(house.log), longer))
    assert different(lines) == {"views_7d", "product_views_7d"}
    assert not lines.exact
    assert all(one.worst for one in lines.lines if not one.equal)


@pytest.mark.parametrize("name", ["category_affinity", "brand_popularity", "hour_activity", "interest_here"])
def test_another_half_life_is_found(house: MemoryHouse, name: str) -> None:
    """A hundredth of a per cent more, in one engine: that measure alone differs."""

    def other(one: Measure) -> Measure:
        return attrs.evolve(one, half_life_days=one.half_life_days * 1.0001) if one.name == name else one

    assert different(compared(house, Skewed(FoldPast(house.log), other))) == {name}


def test_an_engine_that_asks_about_another_time_is_found(house: MemoryHouse) -> None:
    """A second later everything that decays or ages is another; means and counts of ever are not."""
    found = different(compared(house, Skewed(FoldPast(house.log), shift_s=1.0)))
    moving = {one.name for one in MEASURES if one.aggregate in {"decayed_sum", "age"}}
    assert {"category_affinity", "seconds_since_last", "popularity"} <= found & moving
    assert not found & {"seen_price", "distinct_products", "selling_price", "session_device"}


def test_what_changes_meanwhile_is_left_out(house: MemoryHouse) -> None:
    """Somebody who looks at something while the engine is asked is neither equal nor different."""
    more = iter(range(1000))

    def look() -> None:
        number = next(more)
        house.receive("web", [looked("c-6", 4, 8 * DAY_MINUTES - 5 + number / 100)], f"meanwhile {number}")

    lines = compared(house, Skewed(FoldPast(house.log), meanwhile=look))
    assert (different(lines), lines.moved > 0) == (set(), True)
    whole = {one.entity: one.compared for one in compared(house).lines}
    assert {one.entity for one in lines.lines if one.compared < whole[one.entity]} >= {"customer", "product", "brand"}


def test_a_sample_is_the_same_every_time(house: MemoryHouse) -> None:
    """At most so many of each entity, and who they are does not depend on the run."""
    keys: dict[Entity, set[tuple[str, ...]]] = {}

    class Asked(Skewed):
        def values(
            self, measures: Sequence[Measure], requests: Sequence[Request], references: References = NOTHING
        ) -> Sequence[Mapping[str, Value]]:
            keys.setdefault(measures[0].entity, set()).add(tuple(one.key for one in requests))
            return super().values(measures, requests, references)

    for _ in range(2):
        assert max(one.compared for one in compared(house, Asked(FoldPast(house.log)), 3).lines) == 3
    assert {entity: len(some) for entity, some in keys.items()} == dict.fromkeys(ENTITIES, 1)


def test_an_event_ahead_of_the_clock_is_compared_all_the_same(house: MemoryHouse) -> None:
    """A device whose clock is wrong sends touches of tomorrow: both engines are read after them."""
    house.receive("web", [looked("c-3", 5, 9 * DAY_MINUTES)], "tomorrow")
    assert different(compared(house)) == set()


@pytest.mark.parametrize(
    ("aggregate", "one", "other", "expected"),
    [
        ("decayed_sum", {"a": 1.0}, {"a": 1.0, "b": 1e-12}, float("inf")),
        ("decayed_sum", {"a": 4.0}, {"a": 5.0}, 0.2),
        ("decayed_sum", {"a": 0.25}, {"a": 0.5}, 0.25),
        ("top", {"a": 2.0, "b": 1.0}, {"a": 2.0, "c": 1.0}, 0.0),
        ("top", {"a": 2.0, "b": 1.0}, {"b": 2.0, "c": 1.0}, 0.5),
        ("top", {"a": 2.0}, {"a": 2.0, "c": 1.0}, float("inf")),
        ("age", float("inf"), float("inf"), 0.0),
        ("age", float("inf"), 5.0, float("inf")),
        ("mean", 0.0, {}, float("inf")),
    ],
)
def test_how_far_apart_values_are(aggregate: str, one: Value, other: Value, expected: float) -> None:
    """As a share of the larger, or of 1; a key that is missing is no small difference; equal ones of a top may swap."""
    measure = next(one for one in MEASURES if one.aggregate == aggregate)
    assert apart(measure, one, other) == pytest.approx(expected)


def test_only_estimates_of_products_and_brands_have_a_wider_bound() -> None:
    """Four standard errors of an estimate from k hashes; a customer's are folded again and are exact."""
    bounds = {one.name: bound_of(one) for one in MEASURES}
    assert {name for name, bound in bounds.items() if bound > 1e-9} == {"viewers"}
    assert bounds["viewers"] == pytest.approx(4 / 254**0.5)
