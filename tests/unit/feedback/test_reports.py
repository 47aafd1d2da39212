"""What devices report of slates: of ours they change nothing that is on record, and say what was seen in any order."""

import pytest

from domain.session.facts import SlateViewed
from tests.support.feedback import clicked, on_screen, outcomes, serve, shown, slate
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY


@pytest.fixture
def house() -> MemoryHouse:
    house = MemoryHouse()
    serve(house)
    house.project()
    return house


def test_a_report_moves_no_slate_of_ours(house: MemoryHouse) -> None:
    """Somebody reports another's slate as seen weeks ago: when it was served, and its places, stay what they were."""
    before = slate(house)
    house.receive("web", [shown(-29 * 24 * 60, 2000, 2000, anonymous_id="mallory")])
    assert house.events(SlateViewed)
    after = slate(house)
    assert after.ours
    assert (after.at, after.subject, sorted(after.places)) == (before.at, before.subject, sorted(before.places))
    assert after.at == MONDAY.timestamp()


@pytest.mark.parametrize("first", ["impression", "click"])
def test_what_was_told_of_a_slate_is_known_in_any_order(house: MemoryHouse, first: str) -> None:
    """The click is beaconed at once and the impression batched: either may come first, the slate was told of."""
    events = [on_screen(1, 1, 2000), clicked(2, "coat", 1)]
    house.receive("web", events if first == "impression" else events[::-1])
    assert slate(house).told
    assert outcomes(house) == {1: ("click", 0.2)}


def test_a_click_alone_tells_of_nothing_else(house: MemoryHouse) -> None:
    """Without a report of what came into view, the other places may have been seen or not."""
    house.receive("web", [clicked(2, "coat", 1)])
    assert not slate(house).told
