"""What learning makes of the marks: who is left out, which touches, which orders, and what a label is still worth."""

from typing import Any

import pytest

from adapters.bots import CrawlerList
from application.learning.dataset import build
from application.learning.histories import Histories
from application.learning.maturity import Maturing
from application.learning.shown_places import Seen, _label, slates_of
from application.projections.bulk import BulkProjection
from application.projections.carts import CartsProjection, LeftBehind
from application.projections.clicks import ClicksProjection
from application.projections.marks import UNMARKED, Marks, bots_orders
from application.projections.periods import PeriodsProjection
from application.projections.slates import Labelled, Place, Shown
from application.projections.traffic import TrafficProjection
from domain.traffic.policy import NOISE
from haberdasher.testing.bots import BROWSERS
from haberdasher.testing.recommender import quiet
from tests.support.feedback import clicked, shown
from tests.support.memory_house import MemoryHouse
from tests.support.popularity import counts_of
from tests.support.shop import ordered, sent, viewed

CRAWLER = {"user_agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
AGENT = {"user_agent": "Mozilla/5.0 (compatible; Google-Agent)"}
CHROME = {"user_agent": BROWSERS[0]}
SECOND = 1 / 60
HOUR = 60.0


def received(*web: bytes, orders: tuple[bytes, ...] = ()) -> MemoryHouse:
    """Return a house that got these events and has every mark."""
    house = MemoryHouse()
    marking = (
        *(TrafficProjection(CrawlerList()), ClicksProjection(), CartsProjection()),
        *(BulkProjection(), PeriodsProjection()),
    )
    house.projections = {**house.projections, **{one.name: one for one in marking}}
    house.receive("web", list(web), "web")
    if orders:
        house.receive("oms", list(orders), "orders")
    return house


def actions(house: MemoryHouse, marks: Marks | None = None) -> list[list[str]]:
    """Return the rows of learning, as actions and products."""
    rows = Histories.read(house.read_models, marks).rows
    return [[f"{touch.action} {touch.product}" for touch in row.touches] for row in rows]


def engaged(page: str, ms: int, minute: float, *, cookie: str = "cookie-1") -> bytes:
    properties = {"page_view_id": page, "engaged_ms": ms}
    return sent("page_engaged", minute, anonymous_id=cookie, properties=properties)


def opened(product: str, page: str, minute: float, *, cookie: str = "cookie-1", **changes: Any) -> bytes:
    properties = {"product_id": product, "page_view_id": page}
    return sent("product_viewed", minute, anonymous_id=cookie, properties=properties, **changes)


def test_robots_teach_nothing() -> None:
    """A crawler's session is in no row and makes nothing popular; with a browser's name it would be."""
    house = received(viewed("coat", 0, context=CHROME), viewed("hat", 1, cookie="bot", context=CRAWLER))
    assert actions(house) == [["view coat"]]
    assert actions(house, UNMARKED) == [["view coat"], ["view hat"]]
    assert counts_of(house.read_models) == {"coat": 1}


def test_an_agents_order_is_real() -> None:
    """What an agent looked at is nobody's taste; what it bought was bought."""
    looks = viewed("hat", 0, cookie="aid", context=AGENT), sent("login", 0.5, anonymous_id="aid", user_id="ada")
    house = received(*looks, viewed("coat", 1, cookie="aid", context=AGENT), orders=(ordered("o-1", 5, "coat/m"),))
    assert actions(house) == [["purchase coat"]]
    assert counts_of(house.read_models) == {"coat": 1}
    histories = Histories.read(house.read_models)
    assert [one.action for one in histories.of(house.surrogate("account", "ada"))] == ["purchase"]


def test_a_robots_order_counts_nothing() -> None:
    """An order that a robot's session led to is left out; one that the person placed later is not."""
    robot = [
        viewed("hat", 0, cookie="bot", user_id="ada", context=CRAWLER),
        viewed("coat", 3 * 24 * HOUR, user_id="ada", context=CHROME),
    ]
    orders = ordered("o-1", 5, "hat/m"), ordered("o-2", 3 * 24 * HOUR + 5, "coat/m")
    house = received(*robot, orders=orders)
    assert bots_orders(house.read_models) == {"o-1"}
    assert actions(house) == [["view coat", "purchase coat"]]
    assert counts_of(house.read_models) == {"coat": 2}


def test_slips_are_left_out() -> None:
    """Accidental looks with the clicks that led to them, taps told twice, adds taken back: none is learned from."""
    add = {"product_id": "belt", "variant_id": "belt/m", "quantity": 1}
    house = received(
        clicked(0, "coat", 1),
        opened("coat", "page-1", 2 * SECOND),
        engaged("page-1", 900, 3 * SECOND),
        opened("hat", "page-2", 10 * SECOND),
        engaged("page-2", 20_000, 31 * SECOND),
        clicked(1, "scarf", 2),
        clicked(1 + 0.2 * SECOND, "scarf", 2),
        sent("add_to_cart", 2, anonymous_id="cookie-1", properties=add),
        sent("product_removed_from_cart", 2 + 2 * SECOND, anonymous_id="cookie-1", properties=add),
    )
    assert actions(house) == [["view hat", "click scarf"]]
    assert len(actions(house, UNMARKED)[0]) == 6
    assert counts_of(house.read_models) == {"hat": 1, "scarf": 1}


def test_a_tap_told_twice_at_one_instant_is_one() -> None:
    """Of two equal touches the slip goes, and the other one stays."""
    house = received(clicked(0, "coat", 1), clicked(0, "coat", 1), viewed("hat", 1))
    assert actions(house) == [["click coat", "view hat"]]
    assert counts_of(house.read_models) == {"coat": 1, "hat": 1}


def test_bulk_orders_are_nobodys_taste() -> None:
    """Ten pieces of one variant are in no history and make nothing popular."""
    many = ordered("o-1", 5, *["coat/m"] * 10)
    house = received(viewed("hat", 0, user_id="ada"), orders=(many,))
    assert actions(house) == [["view hat"]]
    assert counts_of(house.read_models) == {"hat": 1}


def test_a_bounce_is_no_row_and_still_a_look() -> None:
    """A single glance trains no sequence; in the history of its customer it is what it was."""
    house = received(
        opened("coat", "page-1", 0, user_id="ada"),
        engaged("page-1", 4000, 5 * SECOND),
        viewed("hat", 300, user_id="ada"),
    )
    assert actions(house) == [["view hat"]]
    histories = Histories.read(house.read_models)
    assert [touch.product for touch in histories.of(house.surrogate("account", "ada"))] == ["coat", "hat"]
    assert counts_of(house.read_models) == {"coat": 1, "hat": 1}


def test_suspects_are_kept() -> None:
    """A quarter of a sequence cannot be learned: what weighs more than nothing is kept whole."""
    views = [viewed("coat", hour * HOUR) for hour in range(20)]
    house = received(*views)
    marks = Marks.read(house.read_models)
    (mark,) = marks.visitors.values()
    assert (mark.verdict, mark.rules, mark.weight.behaviour) == ("suspect", ("B5",), 0.25)
    assert sum(map(len, actions(house))) == 20


def test_nobody_ignored_what_a_robot_was_shown() -> None:
    """A slate in a robot's session teaches nothing; in a person's it does."""
    shop = received(shown(0, 1500, 1500, 0, context=CHROME), clicked(0.1, "coat", 1))
    assert len(slates_of(shop.read_models, Histories.read(shop.read_models))) == 1
    crawled = received(shown(0, 1500, 1500, 0, context=CRAWLER), clicked(0.1, "coat", 1))
    assert slates_of(crawled.read_models, Histories.read(crawled.read_models)) == []
    assert len(slates_of(crawled.read_models, Histories.read(crawled.read_models, UNMARKED))) == 1


def test_a_click_by_mistake_says_that_the_place_was_seen() -> None:
    """Its label is that of what was ignored; another click on the same product makes it one that was meant."""
    house = received(
        shown(0, 1500, 1500, 0),
        clicked(0.1, "coat", 1),
        opened("coat", "page-1", 0.12),
        engaged("page-1", 700, 0.15),
    )
    (seen,) = slates_of(house.read_models, Histories.read(house.read_models))
    assert seen.mistaken == {"coat"}
    assert _label(seen.shown.places[1], float("inf"), seen, Maturing()) == 0.0
    (raw,) = slates_of(house.read_models, Histories.read(house.read_models, UNMARKED))
    assert _label(raw.shown.places[1], float("inf"), raw, Maturing()) == 0.2


@pytest.mark.parametrize(("known_at", "label"), [(50.0, 0.4), (100.0, 0.5), (150.0, 0.5)])
def test_a_cart_left_behind_is_a_weak_yes(known_at: float, label: float) -> None:
    """From when it is known to be abandoned, its products' label is 0.4, never that of something ignored."""
    place = Place("coat", labels=[Labelled(10.0, "cart", 0.5)])
    seen = Seen("s", Shown(0.0), "ada", "mobile", left_behind={"coat": known_at})
    assert _label(place, 100.0, seen, Maturing()) == label


def test_marks_are_read_as_one() -> None:
    """Everything that learning asks is in one value, and empty where no projection of marks has run."""
    assert Marks.read(MemoryHouse().read_models) == UNMARKED
    left = Marks(carts={"s": LeftBehind("s", ("coat",), "soft", 0.0, 0.4, NOISE.rule_version)})
    assert left.carts["s"].weight == 0.4


def test_the_training_set_is_a_function_of_log_and_rules() -> None:
    """Two houses with the same events under the same rules have the same data set."""
    bodies = [
        viewed("coat", 0, context=CHROME),
        viewed("hat", 3, context=CHROME),
        viewed("hat", 1, cookie="bot", context=CRAWLER),
    ]
    one, other = (build(Histories.read(received(*bodies).read_models), quiet) for _ in range(2))
    assert one.vocabulary == other.vocabulary == ("coat", "hat")
    assert one.interactions.times.tolist() == other.interactions.times.tolist()
