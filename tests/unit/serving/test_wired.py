"""The house as it is wired, in a folder: stock, a ranker of the caller's choice, and a catalogue that comes later."""

import random
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from application.serving.asked import Asked, Surface
from domain.slate.slate import SlateServed
from tests.support.http import PRODUCTS, full
from tests.unit.serving.small_house import SmallHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SmallHouse]:
    house = SmallHouse(tmp_path)
    yield house
    house.app.close()


def ask(house: SmallHouse, surface: Surface = "home", product_id: str | None = None, k: int = PRODUCTS) -> SlateServed:
    asked = Asked(surface=surface, request_id="request-1", product_id=product_id, k=k)
    return house.app.recommending.answer(asked)


@pytest.mark.parametrize("released", [False, True])
def test_only_what_is_in_stock_is_shown(house: SmallHouse, *, released: bool) -> None:
    """Whatever was counted last, a slate shows of it what is there; on home, all of it where nothing explored."""
    house.open()
    if released:
        house.publish()
        house.app.live.round()
    dice = random.Random(3)
    for _ in range(12):
        left = {f"p-{n}" for n in dice.sample(range(PRODUCTS), dice.randint(1, PRODUCTS - 1))}
        house.count({one: int(one.split("/")[0] in left) for one in full()})
        house.app.live.round()
        slate = ask(house)
        assert {slot.product_id for slot in slate.slots} == left
        assert slate.degraded == (() if released else ("no_release",))
        subject = f"p-{dice.randrange(PRODUCTS)}"
        assert {slot.product_id for slot in ask(house, "similar", subject).slots} <= left - {subject}


def test_a_slate_is_no_longer_than_the_shop(house: SmallHouse) -> None:
    """Asked for more than there is, everything is shown once, and every place is certain."""
    house.open()
    house.publish()
    house.app.live.round()
    slate = ask(house, k=100)
    assert sorted(slot.product_id for slot in slate.slots) == sorted(f"p-{n}" for n in range(PRODUCTS))
    assert {slot.propensity for slot in slate.slots} == {1.0}
    assert slate.versions.ranker == "weighted_sum"


def test_a_catalogue_that_comes_later_is_served_without_a_release(house: SmallHouse) -> None:
    """New listings that came between two looks for releases are not forgotten by the next look."""
    live = house.app.live
    live.round()
    assert ask(house).slots == ()
    live.look_for_releases = 3600.0
    house.list_all()
    house.count(full())
    live.round()  # too early for a look, and the only round in which the shelf changes
    assert ask(house).slots == ()
    live.look_for_releases = 0.05
    sleep(0.06)
    live.round()
    assert len(ask(house).slots) == PRODUCTS


def test_a_wait_of_no_time_only_asks(house: SmallHouse) -> None:
    """It says whether the arrival is projected already."""
    position = house.list_all()
    assert not house.app.live.wait_for(position, timeout=0)
    house.app.live.round()
    assert house.app.live.wait_for(position, timeout=0)
