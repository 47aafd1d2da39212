"""Marks of touches: each threshold of dwell on both sides, and what overrides it."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from application.projections.clicks import BOUNCES, LOOKED, SLIPS, ClicksProjection, looks_of
from application.projections.rows import View
from domain.session import facts
from domain.session.facts import Fact, ProductRef
from domain.traffic.policy import NOISE
from tests.unit.traffic.visitors import House, at

COAT = ProductRef("coat", "coat/m")


def opened(seconds: float = 0, product: ProductRef = COAT, page: str | None = "page") -> facts.ProductViewed:
    return facts.ProductViewed(at(seconds), product, page_view_id=page)


def clicked(seconds: float, product: ProductRef = COAT) -> facts.ProductClicked:
    return facts.ProductClicked(at(seconds), product)


def added(seconds: float, product: ProductRef = COAT) -> facts.ProductAddedToCart:
    return facts.ProductAddedToCart(at(seconds), product, 1)


def removed(seconds: float, product: ProductRef = COAT) -> facts.ProductRemovedFromCart:
    return facts.ProductRemovedFromCart(at(seconds), product, 1)


def engaged(engaged_ms: int, seconds: float = 60, page: str = "page", scroll: int = 0) -> facts.PageEngaged:
    return facts.PageEngaged(at(seconds), page, engaged_ms, engaged_ms, scroll, 1)


def project(house: House) -> View:
    house.runner.catch_up([ClicksProjection()])
    return View(house.read_models, "clicks")


def marks(*events: Fact) -> Sequence[tuple[str, str, float]]:
    """Return action, mark and weight of every touch of a session."""
    house = House()
    house.session("0001", "visitor", events)
    project(house)
    return [(one.action, one.mark, one.weight) for one in looks_of(house.read_models, "0001")]


@pytest.mark.parametrize(
    ("engaged_ms", "mark", "weight"),
    [
        (0, "accidental", 0.0),
        (1999, "accidental", 0.0),
        (2000, "short", 0.3),
        (9999, "short", 0.3),
        (10_000, "engaged", 1.0),
        (29_999, "engaged", 1.0),
        (30_000, "long", 1.2),
    ],
)
def test_a_look_is_worth_its_dwell(engaged_ms: int, mark: str, weight: float) -> None:
    """Below 2 s it was an accident, below 10 s a glance, from 30 s on it was a long look."""
    assert marks(opened(), engaged(engaged_ms)) == [("view", mark, weight)]


def test_the_largest_snapshot_counts_in_any_order() -> None:
    """Engagement is told again and again, also before the page itself is known."""
    orders: Sequence[Sequence[Fact]] = (
        [engaged(500), opened(), engaged(12_000)],
        [engaged(12_000), engaged(500), opened()],
    )
    for events in orders:
        assert marks(*events) == [("view", "engaged", 1.0)]


def test_nothing_told_is_nothing_said() -> None:
    """A look whose dwell nobody reported keeps its weight and has no mark."""
    assert marks(opened()) == [("view", "", 1.0)]


@pytest.mark.parametrize(
    "sign",
    [
        facts.PageEngaged(at(1), "page", 700, 700, 0, 1, clicks=1),
        facts.PageEngaged(at(1), "page", 700, 700, 15, 1),
        facts.SizeSelected(at(1), COAT),
        facts.ProductMediaViewed(at(1), "zoom", COAT),
    ],
)
def test_who_does_something_was_no_accident(sign: Fact) -> None:
    """An interaction on the page makes a look of less than 2 s a short one."""
    assert marks(opened(), sign, engaged(1500)) == [("view", "short", 0.3)]


@pytest.mark.parametrize("wish", [added(30), facts.ProductAddedToWishlist(at(30), COAT)])
def test_what_was_wanted_counts_whole(wish: Fact) -> None:
    """An add to cart or wish list lifts the look before it to 1 at least; a long look stays longer."""
    assert marks(opened(), engaged(700), wish)[0] == ("view", "short", 1.0)
    assert marks(opened(), engaged(31_000), wish)[0] == ("view", "long", 1.2)


def test_a_click_is_worth_what_it_opened() -> None:
    """The click that led to an accidental look was the accident; one long before it was another one."""
    assert marks(clicked(0), opened(0.5), engaged(900)) == [("click", "accidental", 0.0), ("view", "accidental", 0.0)]
    assert marks(clicked(0), opened(61), engaged(900))[0] == ("click", "", 1.0)


@pytest.mark.parametrize(("gap", "mark"), [(0.5, "duplicate_tap"), (0.501, "")])
def test_a_tap_told_twice(gap: float, mark: str) -> None:
    """The same event within half a second is the same tap; the first one counts."""
    assert [one[1] for one in marks(clicked(0), clicked(gap))] == ["", mark]


def test_taps_on_two_products_are_two() -> None:
    """Two products, or a click and a view, at one moment are two touches."""
    assert [one[1] for one in marks(clicked(0), clicked(0.1, ProductRef("hat")), opened(0.2))] == ["", "", ""]


@pytest.mark.parametrize(("gap", "expected"), [(3.0, ("accidental_add", 0.0)), (3.1, ("", 1.0))])
def test_an_add_taken_back_at_once(gap: float, expected: tuple[str, float]) -> None:
    """Removed within three seconds, an add was a slip."""
    assert marks(added(0), removed(gap)) == [("cart", *expected)]


def test_another_variant_was_taken_back() -> None:
    """Exchanging one size for another within three seconds leaves the add of the other one alone."""
    other = ProductRef("coat", "coat/l")
    assert marks(added(0), removed(1, other)) == [("cart", "", 1.0)]


def test_a_slip_wants_nothing() -> None:
    """An add that was a slip does not lift the look before it."""
    assert marks(opened(), engaged(700), added(2), removed(3)) == [
        ("view", "accidental", 0.0),
        ("cart", "accidental_add", 0.0),
    ]


@pytest.mark.parametrize(
    ("events", "bounce"),
    [
        ([opened(), engaged(9_999)], True),
        ([opened(), engaged(10_000)], False),
        ([opened()], False),
        ([opened(), engaged(500), opened(5, page="other")], False),
        ([opened(), engaged(500, scroll=30)], False),
        ([opened(), engaged(500), facts.ProductsSearched(at(6), "coat")], False),
        ([facts.PageViewed(at(0), "page", "home", "/"), engaged(500)], True),
        ([facts.PageViewed(at(0), "page", "pdp", "/p"), opened(), engaged(500)], True),
    ],
)
def test_a_session_that_says_nothing(events: Sequence[Fact], *, bounce: bool) -> None:
    """One page, known to have been left within ten seconds, and nothing done on it; a page told twice is one."""
    house = House()
    house.session("0001", "visitor", events)
    assert (project(house).one(BOUNCES, "0001") is not None) is bounce


def test_what_weighs_nothing_is_listed() -> None:
    """The touches of weight 0 are kept apart, for those who count, and go when they turn out to weigh something."""
    house = House()
    house.session("0001", "visitor", [opened(), engaged(900)])
    slips = project(house).one(SLIPS, "0001")
    assert slips is not None
    assert [one.product for one in slips] == ["coat"]
    house.session("0001", "visitor", [engaged(15_000)])
    assert project(house).one(SLIPS, "0001") is None


def test_a_row_has_a_bound() -> None:
    """Beyond so many touches of one session no more are judged, but counted."""
    house = House(batch=500)
    every = [opened(2.0 * number, ProductRef(f"p-{number}"), f"page-{number}") for number in range(600)]
    house.session("0001", "visitor", every)
    row = project(house).one(LOOKED, "0001")
    assert row is not None
    assert (len(row.looks), row.beyond) == (NOISE.clicks.most_touches, 100)


def test_the_version_of_the_rules_is_on_the_row() -> None:
    """A mark says by which rules it was given, and another threshold gives another mark."""
    house = House()
    house.session("0001", "visitor", [opened(), engaged(2500)])
    strict = evolve(NOISE, rule_version="strict", clicks=evolve(NOISE.clicks, accidental_ms=3000))
    house.runner.catch_up([ClicksProjection(strict)])
    row = View(house.read_models, "clicks").one(LOOKED, "0001")
    assert row is not None
    assert (row.rule_version, row.looks[0].mark) == ("strict", "accidental")
