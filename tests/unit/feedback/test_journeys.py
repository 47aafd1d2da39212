"""Late facts join and divide sessions; what was touched in them goes along to whose it then is."""

import pytest

from application.feedback.journeys import JOURNEYS
from application.projections.rows import View
from domain.session.session import SessionCut, SessionsBridged
from tests.support.feedback import DAY, carted, clicked, outcomes, serve
from tests.support.memory_house import MemoryHouse
from tests.support.shop import ordered, sent, viewed


@pytest.fixture
def house() -> MemoryHouse:
    """A house that has served `s-1`: coat, hat, scarf."""
    house = MemoryHouse()
    serve(house)
    return house


def test_a_visit_that_turns_out_to_be_part_of_a_known_one_is_that_account_s(house: MemoryHouse) -> None:
    """The click came 40 minutes after the login; a late view between them says that it was one visit."""
    house.receive("web", [viewed("scarf", 0, user_id="ada"), clicked(40, "coat", 1)])
    house.receive("web", [viewed("scarf", 20)], "late")
    house.receive("oms", [ordered("o-1", 60, "coat/m")], "orders")
    assert house.events(SessionsBridged)
    assert outcomes(house) == {1: ("purchase", 1.0)}


def test_a_cart_add_finds_the_click_of_the_visit_that_it_was_joined_to(house: MemoryHouse) -> None:
    """After the bridge there is one visit, whichever session recorded what."""
    house.receive("web", [viewed("scarf", 0), clicked(40, "coat", 1)])
    house.receive("web", [viewed("scarf", 20)], "late")
    house.receive("web", [carted(50, "coat")], "cart")
    assert outcomes(house) == {1: ("cart", 0.5)}


def test_what_is_cut_off_takes_its_click_along(house: MemoryHouse) -> None:
    """Another account on the same device begins another visit; the click behind it is of that one."""
    house.receive("web", [viewed("scarf", 0, user_id="ada"), clicked(20, "coat", 1)])
    house.receive("web", [viewed("scarf", 10, user_id="bob")], "late")
    assert house.events(SessionCut)
    journeys = [(one.account, sorted(one.touched)) for _, one in View(house.read_models, "attribution").all(JOURNEYS)]
    ada, bob = house.surrogate("account", "ada"), house.surrogate("account", "bob")
    assert sorted(journeys) == sorted([(ada, []), (bob, ["coat"])])
    house.receive("oms", [ordered("o-1", 60, "coat/m", user="ada")], "of ada")
    assert outcomes(house) == {1: ("click", 0.2)}
    house.receive("oms", [ordered("o-2", 61, "coat/m", user="bob")], "of bob")
    assert outcomes(house) == {1: ("purchase", 1.0)}


def test_a_login_alone_tells_whose_browser_it_is(house: MemoryHouse) -> None:
    """Trackers that name the account only when somebody logs in: the order of the account finds the click before it."""
    login = sent("login", 5, anonymous_id="cookie-1", user_id="ada")
    house.receive("web", [clicked(0, "coat", 1), login])
    house.receive("oms", [ordered("o-1", 60, "coat/m", user="ada")], "orders")
    assert outcomes(house) == {1: ("purchase", 1.0)}


def test_a_later_look_does_not_hide_the_click_that_was_bought_through(house: MemoryHouse) -> None:
    """The order is told after the product was clicked again elsewhere: what counts is the last click before it."""
    serve(house, "s-2", ("hat", "coat"))
    house.receive("web", [clicked(1, "coat", 1, user_id="ada")])
    again = {"product_id": "coat", "slate_id": "s-2", "position": 2}
    house.receive("web", [sent("product_clicked", 25, anonymous_id="cookie-1", properties=again)], "again")
    house.receive("oms", [ordered("o-1", 20, "coat/m", user="ada")], "orders")
    assert outcomes(house) == {1: ("purchase", 1.0)}
    assert outcomes(house, "s-2") == {2: ("click", 0.2)}


def test_a_cart_add_before_the_click_is_not_its_doing(house: MemoryHouse) -> None:
    """Told after the click, it still happened before it."""
    house.receive("web", [clicked(10, "coat", 1)])
    house.receive("web", [carted(5, "coat")], "late")
    assert outcomes(house) == {1: ("click", 0.2)}


def test_a_cart_add_says_where_it_comes_from_or_follows_the_last_click(house: MemoryHouse) -> None:
    """A place that the cart add names itself counts, whatever was clicked before."""
    serve(house, "s-2", ("hat", "coat"))
    named = {"product_id": "coat", "quantity": 1, "slate_id": "s-2", "position": 2}
    house.receive("web", [clicked(0, "coat", 1), sent("add_to_cart", 5, anonymous_id="cookie-1", properties=named)])
    assert outcomes(house) == {1: ("click", 0.2)}
    assert outcomes(house, "s-2") == {2: ("cart", 0.5)}


def test_the_visits_of_an_account_count_together(house: MemoryHouse) -> None:
    """What was clicked on the phone is bought on the laptop, days later."""
    house.receive("web", [clicked(0, "coat", 1, anonymous_id="phone", user_id="ada")])
    house.receive("web", [viewed("coat", 3 * DAY, cookie="laptop", user_id="ada")], "laptop")
    house.receive("oms", [ordered("o-1", 3 * DAY + 5, "coat/m")], "orders")
    assert outcomes(house) == {1: ("purchase", 1.0)}
