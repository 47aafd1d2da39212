"""Segment's worked example of identity resolution: Jane Doe, two phones, two apps, one person."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from application.identity.attribution import Owner, owner_of
from application.projections.rows import View
from application.serving.customer_features import touches_of
from domain.identity.person import PersonMergedInto
from domain.taxonomy.quarantine import EventQuarantined
from domain.taxonomy.source import Declaration
from tests.support.memory_house import NOW, MemoryHouse

DATA = os.environ.get("HABERDASHER_DATA", "")
STORY = "event_schemas/segment_identity_ecommerce-example.md"
JANE = ("account", "abc123def")
FIRST = [("anonymous", "anon_123"), ("device", "ios_abc123")]
LATER = [("anonymous", "anon_456"), ("device", "and_1a2b3c4d")]
LAST = ("anonymous", "anon_789")
MAIL = ("email", "janedoe@example.com")


@frozen
class Told:
    """The house as it listens to the story, message by message."""

    house: MemoryHouse

    def hear(self, number: int, message: dict[str, Any]) -> None:
        at = (NOW - timedelta(days=9) + timedelta(hours=number)).isoformat()
        sent = message | {"messageId": f"story-{number}", "timestamp": at}
        self.house.receive("segment", [json.dumps(sent).encode()], batch_id=str(number))

    def owner(self, kind: str, value: str) -> Owner:
        found = owner_of(View(self.house.read_models, "identity"), self.house.surrogate(kind, value))
        assert found is not None
        return found


def _messages() -> list[dict[str, Any]]:
    """Read the messages of the page; they are JavaScript, which allows a comma after the last field."""
    blocks = re.findall(r"```\s*js\n(.*?)```", (Path(DATA) / STORY).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [json.loads(re.sub(r",(\s*})", r"\1", block)) for block in blocks]


@pytest.mark.skipif(not DATA, reason="HABERDASHER_DATA is not set")
def test_jane_is_one_person_from_the_first_tap_to_the_second_app() -> None:
    """Each chapter adds identifiers to the same person, whose id is that of the first sight of her."""
    sources = {"segment": Declaration(name="segment", clock="backfill", dialect="segment")}
    told = Told(MemoryHouse(sources=sources))
    opened, tapped, registers, second_phone, second_app = _messages()
    told.hear(0, opened)
    told.hear(1, tapped)
    looked = {"type": "track", "event": "Product Clicked", "properties": {"product_id": "ShoeC"}}
    told.hear(2, opened | looked)
    anonymous = told.owner(*FIRST[0])
    assert anonymous == told.owner(*FIRST[1])
    told.hear(3, registers | {"traits": {"email": MAIL[1]}})
    assert told.owner(*JANE) == told.owner(*MAIL) == told.owner(*FIRST[0])
    assert told.owner(*JANE).person == anonymous.person
    told.hear(4, opened | looked | {"anonymousId": "anon_456", "context": second_phone["context"]})
    stranger = told.owner(*LATER[0])
    assert stranger.person != anonymous.person
    told.hear(5, second_phone)
    assert {told.owner(*one).person for one in (*FIRST, *LATER, JANE, MAIL)} == {anonymous.person}
    told.hear(6, second_app)
    jane = told.owner(*LAST)
    every = {told.house.surrogate(*one) for one in (*FIRST, *LATER, LAST, JANE, MAIL)}
    assert (jane.person, set(jane.subjects)) == (anonymous.person, every)

    assert {one.absorbed for one in told.house.events(PersonMergedInto)} >= {stranger.person}
    assert [touch.product for touch in touches_of(told.house.read_models, told.house.surrogate(*JANE))] == ["ShoeC"] * 2
    assert [one.reason for one in told.house.events(EventQuarantined)] == ["unknown_event_name"]  # "ShoeA Clicked"
