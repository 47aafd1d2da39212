"""Rows of learning: whose they are, what led to a purchase, and what counts as one instant."""

import numpy as np

from application.features.touch import Touch
from application.learning.dataset import build, knowable
from application.learning.histories import Histories
from haberdasher.testing.recommender import quiet
from ports.models import ACTIONS
from tests.support.memory_house import MemoryHouse
from tests.support.observed import observed
from tests.support.shop import ordered, sent_back, viewed

DAY = 24 * 60


def actions(house: MemoryHouse) -> list[list[str]]:
    """Return the rows of learning as the names of what was done in them."""
    data = build(observed(Histories.read(house.read_models)), quiet).interactions
    return [[ACTIONS[one] for one in row] for row in np.split(data.actions, data.sequences.offsets[1:-1])]


def test_the_lines_of_an_order_do_not_displace_each_other() -> None:
    """An order that is known a minute later keeps all its lines: nobody had to know one of them at the other."""
    coat, hat = (Touch(5.0, 65.0, "purchase", product) for product in ("coat", "hat"))
    view = Touch(1.0, 1.0, "view", "coat")
    assert knowable([hat, view, coat]) == [view, coat, hat]


def test_of_one_instant_only_what_was_known_in_time_stays() -> None:
    """A line known too late for the next touch goes, also if another of its instant was known in time."""
    late, known = Touch(5.0, 65.0, "view", "coat"), Touch(5.0, 5.0, "view", "hat")
    after = Touch(6.0, 6.0, "view", "scarf")
    assert knowable([after, late, known]) == [known, after]


def test_an_order_of_several_lines_is_learned_whole() -> None:
    """Through the door too, from a source whose word comes a minute late, every line is a purchase of its visit."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, user_id="ada"), viewed("hat", 1, user_id="ada")])
    house.receive("oms", [ordered("o-1", 20, "coat/m", "hat/s")], "orders")
    assert actions(house) == [["view", "view", "purchase", "purchase"]]


def test_a_return_does_not_hide_the_visit_from_the_next_order() -> None:
    """Two orders of one visit join it, even if the first one was sent back long after."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, user_id="ada"), viewed("hat", 1, user_id="ada")])
    orders = [ordered("o-1", 20, "coat/m"), ordered("o-2", 25, "hat/s")]
    house.receive("oms", [*orders, sent_back("r-1", "o-1", 3 * DAY, "coat/m", "too-small")], "orders")
    assert actions(house) == [["view", "view", "purchase", "purchase", "return"]]


def test_an_order_long_after_a_visit_stands_alone() -> None:
    """More than a day after the last look, a purchase is a row of its own, still in its customer's history."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, user_id="ada")])
    house.receive("oms", [ordered("o-1", 2 * DAY, "coat/m")], "orders")
    assert actions(house) == [["view"], ["purchase"]]
    histories = Histories.read(house.read_models)
    assert [touch.action for touch in histories.of(histories.rows[1].subject)] == ["view", "purchase"]


def test_guests_have_no_history_in_common() -> None:
    """Orders that name nobody are rows, but no other guest's features are made of them."""
    house = MemoryHouse()
    guests = [ordered(f"o-{day}", day * DAY, "coat/m").replace(b', "user_id": "ada"', b"") for day in range(3)]
    house.receive("oms", guests, "orders")
    histories = Histories.read(house.read_models)
    assert [row.subject for row in histories.rows] == ["", "", ""]
    assert not histories.of("")
    features = build(observed(histories), quiet).interactions.user_features
    assert (features == features[0]).all()
