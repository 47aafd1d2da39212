"""Whoever hears of merges and splits, and of nothing else, knows the persons of the house."""

from collections.abc import Sequence
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from application.outlet.follower import OutletFollower
from application.outlet.persons import PersonMessages
from application.projections.identity import IDENTIFIERS
from application.projections.rows import View
from ports.messages import IDENTITY, Message
from tests.properties.test_identity_projection import STEPS, World
from tests.support.broker_document import Reader


class Listener:
    """A consumer that has read docs/reference/messages.md: for each identifier it keeps the highest revision."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def publish(self, messages: Sequence[Message]) -> None:
        self.messages += messages

    def persons(self, seed: int) -> dict[str, str]:
        """Return whose each identifier is, from the messages in any order, some of them twice."""
        dice = Random(seed)
        heard = [*self.messages, *self.messages[::2]]
        dice.shuffle(heard)
        newest: dict[str, tuple[int, str]] = {}
        for message in heard:
            said = msgspec.json.decode(message.body)
            whose = said["survivor"] if said["type"] == "persons_merged" else said["part"]
            for one in said["identifiers"]:
                if newest.get(one, (0, ""))[0] < said["revision"]:
                    newest[one] = (said["revision"], whose)
        return {one: whose for one, (_, whose) in newest.items()}


@settings(max_examples=120, deadline=None)
@given(batches=st.lists(STEPS, min_size=1, max_size=4), seed=st.integers(0, 99))
def test_the_highest_revision_of_each_identifier_is_its_person(
    batches: Sequence[Sequence[tuple[str, str, str, str, int]]], seed: int
) -> None:
    """In whatever order messages come, and however often; who is in no message, or blocked, is a person of its own."""
    world, listener = World(), Listener()
    for steps in batches:
        for step in steps:
            world.take(step)
        world.store()
    OutletFollower(world.log, world.read_models, listener, (PersonMessages("main"),), batch=3).catch_up()
    told = listener.persons(seed)
    known = dict(View(world.read_models, "identity").all(IDENTIFIERS))
    assert {one: told.get(one, one) for one in known} == {one: row.person or one for one, row in known.items()}
    assert len({message.message_id for message in listener.messages}) == len(listener.messages)
    reader = Reader()
    assert [fault for message in listener.messages for fault in reader.faults(IDENTITY, message.body)] == []
