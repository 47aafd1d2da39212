"""Who an event shows: every identifier once, and links between those that came together."""

from domain.identity.identifier import IdentifierObserved
from domain.identity.link import IdentityLinked
from tests.support.house import person_of
from tests.support.memory_house import MemoryHouse
from tests.support.shop import sent, viewed


def kinds(house: MemoryHouse) -> list[str]:
    return sorted(one.kind for one in house.events(IdentityLinked))


def test_what_came_together_is_linked_once_by_the_kind_of_evidence() -> None:
    """A login, a shared device and a loyalty card are evidence of different strength; repeats add nothing."""
    house = MemoryHouse()
    everything = {"user_id": "ada", "loyalty_id": "card", "device_id": "d", "anonymous_id": "c"}
    for minute in (2, 3, 4):
        house.receive("web", [sent("login", minute, **everything)], f"batch-{minute}")
    assert kinds(house) == ["login", "login", "login", "loyalty_scan", "loyalty_scan", "same_device"]
    assert len(house.events(IdentifierObserved)) == 4


def test_an_earlier_sight_moves_the_first_one_back() -> None:
    """When somebody was first seen does not depend on the order of arrival."""
    house = MemoryHouse()
    for minute in (9, 5, 7):
        house.receive("web", [viewed("coat", minute, cookie="c")], f"batch-{minute}")
    assert [one.first_seen.minute for one in house.events(IdentifierObserved)] == [9, 5]


def test_a_tablet_in_the_store_is_linked_to_nobody() -> None:
    """Whoever logs in there is known in that session, and nothing of the next customer becomes theirs."""
    house = MemoryHouse()
    house.receive(
        "web",
        [
            sent("login", 0, anonymous_id="tablet", user_id="ada", loyalty_id="card", context={"device_type": "kiosk"}),
            viewed("coat", 1, cookie="tablet", user_id="ada", context={"device_type": "kiosk"}),
        ],
    )
    assert kinds(house) == ["login"]
    ada, card = house.surrogate("account", "ada"), house.surrogate("loyalty", "card")
    assert person_of(house.read_models, card) == person_of(house.read_models, ada)
    tablet = house.surrogate("anonymous", "tablet")
    assert person_of(house.read_models, tablet) == tablet
