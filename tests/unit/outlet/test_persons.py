"""What others are told of persons: who became one, who is two again, and nothing that names anybody."""

import json
from collections.abc import Sequence

from application.identity.correcting import Correcting
from application.intake.canonicaliser import FOLLOWER
from application.outlet.follower import OutletFollower
from application.outlet.persons import PersonMessages
from domain.identity.link import link_id
from domain.kernel import tenant_namespace
from ports.messages import IDENTITY, Message
from tests.support.broker_document import Reader
from tests.support.memory_house import MemoryHouse
from tests.support.shop import viewed


class Heard:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    def publish(self, messages: Sequence[Message]) -> None:
        self.messages += messages


def test_a_merge_and_its_end_are_told_once_each() -> None:
    """A login makes a cookie and an account one person; taken back, they are two: valid messages without a value."""
    house, heard = MemoryHouse(), Heard()
    house.receive("web", [viewed("coat", 0), viewed("coat", 5, user_id="ada")])
    cookie, account = house.surrogate("anonymous", "cookie-1"), house.surrogate("account", "ada")
    made = link_id(tenant_namespace("main"), cookie, account, "login")
    assert Correcting(house.log, "main", house.clock, house.ids, FOLLOWER).retract(made, "not her")
    house.project()
    house.project()
    OutletFollower(house.log, house.read_models, heard, (PersonMessages("main"),)).catch_up()
    merged, split = [json.loads(one.body) for one in heard.messages]
    assert (merged["type"], merged["survivor"], merged["absorbed"]) == ("persons_merged", cookie, account)
    assert merged["identifiers"] == [cookie, account]
    assert (split["type"], split["person"], split["part"]) == ("person_split", cookie, account)
    assert split["identifiers"] == [account]
    assert merged["revision"] < split["revision"]
    assert {one.key for one in heard.messages} == {cookie}
    assert [fault for one in heard.messages for fault in Reader().faults(IDENTITY, one.body)] == []
    assert not any(value in one.body for one in heard.messages for value in (b"cookie-1", b'"ada"'))


def test_the_document_refuses_what_is_neither() -> None:
    """A reader by the document alone tells a whole message of either kind from a torn one."""
    torn = json.dumps({"type": "person_split", "message_id": "m", "tenant": "main"}).encode()
    assert Reader().faults(IDENTITY, torn)
