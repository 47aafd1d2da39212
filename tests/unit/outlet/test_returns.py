"""What others hear of returns: each thing once, and once more when it is no longer said."""

import msgspec

from application.outlet.follower import OutletFollower
from application.outlet.returns import ReturnMessages
from ports.messages import RETURNS, ReturnRouted
from tests.support.memory_house import MemoryHouse
from tests.support.shop import ordered, sent, sent_back
from tests.unit.outlet.test_follower import Heard


def heard_of(house: MemoryHouse) -> list[ReturnRouted]:
    heard = Heard()
    OutletFollower(house.log, house.read_models, heard, [ReturnMessages("main")]).catch_up()
    return [msgspec.json.decode(one.body, type=ReturnRouted) for one in heard.messages if one.topic == RETURNS]


def test_what_a_return_says_is_told_to_everybody_whom_it_concerns() -> None:
    """With the surrogate of whose it is and the version of the weights, and never the reason in words."""
    house = MemoryHouse()
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "waist-too-tight")])
    size, taste = heard_of(house)
    assert (size.destination, size.what, size.body_part, size.dimension) == ("size_model", "small", "waist", "girth")
    assert (taste.destination, taste.what, taste.weight) == ("taste", "item", 1.0)
    assert (size.key, size.order_id, size.product_id, size.variant_id) == ("r", "o", "coat", "coat/m")
    assert (size.customer, size.policy_version) == (house.surrogate("account", "ada"), "returns-1")
    assert not size.withdrawn
    assert len({size.message_id, taste.message_id}) == 2


def test_what_is_no_longer_said_is_withdrawn() -> None:
    """Who keeps the highest revision about the same thing knows what stands."""
    house = MemoryHouse()
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "too-small")], "batch-1")
    properties = {"return_id": "r", "order_id": "o", "line": "coat/m", "disposition": "restocked"}
    graded = sent("return_inspected", 90, properties=properties | {"graded_reason": "stained"})
    house.receive("oms", [graded], "batch-2")
    standing: dict[tuple[str, str], ReturnRouted] = {}
    for one in sorted(heard_of(house), key=lambda one: one.revision):
        standing[one.destination, one.what] = one
    assert {key: one.weight for key, one in standing.items() if not one.withdrawn} == {
        ("taste", "item"): 0.0,
        ("supplier", "stain"): 1.0,
    }
    assert standing["size_model", "small"].withdrawn


def test_the_same_log_gives_the_same_messages() -> None:
    """Under the same ids, whoever follows it."""
    house = MemoryHouse()
    house.receive("oms", [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "style")])
    follower = OutletFollower(house.log, house.read_models, Heard(), [ReturnMessages("main")], name="again")
    follower.catch_up()
    other = Heard()
    OutletFollower(house.log, house.read_models, other, [ReturnMessages("main")], name="and-again").catch_up()
    assert isinstance(follower.outlet, Heard)
    assert [one.message_id for one in other.messages] == [one.message_id for one in follower.outlet.messages]
    assert other.messages
