"""R5: what is bad is set aside with its reason, what is good is stored, and nothing stops the house for ever."""

import json
from collections import Counter
from typing import Any

import pytest

from application.intake.canonicaliser import Canonicaliser
from application.intake.recording import Recording
from domain.session.facts import ProductViewed
from domain.taxonomy.quarantine import EventQuarantined
from tests.support.memory_house import MemoryHouse
from tests.support.shop import sent, viewed

GOOD, EACH = 4_900, 10
DEADLY, FAULTY = "deadly-nightshade", "faulty"


def bad(number: int) -> list[tuple[bytes, str]]:
    """One of every kind, with the reason that it must be given."""
    who: dict[str, Any] = {"anonymous_id": f"c-{number}", "properties": {"product_id": "coat"}}
    good = json.loads(sent("product_viewed", number, **who))
    text, newer = json.dumps(good), good | {"schema_version": "9.0"}
    return [
        (b"{not json", "not_json"),
        (json.dumps(good | {"properties": {}}).encode(), "missing_required"),
        (json.dumps(good | {"note": "x" * 70_000}).encode(), "oversize"),
        (text.replace('"coat"', "NaN").encode(), "number_invalid"),
        (text.replace('"coat"', '"co\\u0000at"').encode(), "text_invalid"),
        (text.replace('"coat"', '"\\ud800"').encode(), "text_invalid"),
        (json.dumps(newer | {"event_id": f"s-{number}"}).encode(), "schema_version_unsupported"),
        (text.replace('"coat"', "9" * 5000).encode(), "number_invalid"),
        (json.dumps(good | {"event": "warp", "event_id": f"w-{number}"}).encode(), "unknown_event_name"),
        (sent("product_viewed", number, anonymous_id="c", properties={"product_id": FAULTY}), "handler_failed"),
    ]


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """A handler that fails on one product and ends the process on another; counts how often each was tried."""
    tried: Counter[str] = Counter()
    record = Recording.record

    def planting(self: Recording, understood: Any, *rest: Any) -> None:
        product = understood.canonical.fields.get("product_id")
        if product in {DEADLY, FAULTY}:
            tried[product] += 1
            raise Killed if product == DEADLY else ValueError("planted")
        record(self, understood, *rest)

    monkeypatch.setattr(Recording, "record", planting)
    return tried


def worked_until_done(house: MemoryHouse) -> int:
    """Start canonicalisers until one comes to the end; return how many were killed."""
    for killed in range(40):
        worker: Canonicaliser = house.another_canonicaliser()
        try:
            worker.catch_up()
        except Killed:
            continue
        worker.close()
        return killed
    raise AssertionError("it never came to the end")


def test_every_kind_of_poison_gets_its_reason_and_the_good_go_on(planted: Counter[str]) -> None:
    """100 bad among 5,000: each aside with its reason and place, each good one a fact, none tried more than 5 times."""
    house = MemoryHouse(batch=500)
    poison = [one for number in range(EACH) for one in bad(number)]
    bodies = [viewed(f"p-{number}", number, cookie=f"c-{number % 50}") for number in range(GOOD)]
    for place, (body, _) in enumerate(poison):
        bodies.insert(37 * place, body)
    answers = [
        one
        for first in range(0, len(bodies), 500)
        for one in house.door.receive("web", bodies[first : first + 500], batch_id=f"b-{first}")
    ]
    assert worked_until_done(house) == 0
    aside = {one.intake_position: one.reason for one in house.events(EventQuarantined)}
    expected = {answers[37 * place].position: reason for place, (_, reason) in enumerate(poison)}
    assert aside == expected
    assert len(house.events(ProductViewed)) == GOOD
    assert planted[FAULTY] == EACH
    answered = Counter(one.outcome for one in answers)
    assert answered["quarantined"] == len(poison) - EACH  # what a handler does is known later
    assert sum(answered.values()) == len(bodies)


@pytest.mark.parametrize("place", [0, 1, 63, 64, 65, 130, 299])
def test_an_event_that_ends_its_process_is_tried_ten_times(planted: Counter[str], place: int) -> None:
    """In a batch, in a part, eight times alone: then it is set aside, and everything around it is a fact."""
    house = MemoryHouse(batch=200)
    bodies = [viewed(f"p-{number}", number) for number in range(300)]
    bodies.insert(place, viewed(DEADLY, place))
    house.door.receive("web", bodies, batch_id="b")
    assert worked_until_done(house) == 10
    assert planted[DEADLY] == 10
    (aside,) = house.events(EventQuarantined)
    assert (aside.intake_position, aside.reason) == (place + 1, "handler_failed")
    assert len(house.events(ProductViewed)) == 300
    house.door.receive("web", [viewed("later", 400)], batch_id="c")
    assert worked_until_done(house) == 0


def test_two_deadly_events_are_set_aside_one_after_the_other(planted: Counter[str]) -> None:
    """Each costs the process at most ten ends."""
    house = MemoryHouse(batch=200)
    bodies = [viewed(f"p-{number}", number) for number in range(100)]
    bodies[10] = bodies[11] = viewed(DEADLY, 10)
    bodies[11] = renamed(bodies[11])
    bodies[90] = viewed(DEADLY, 90)
    house.door.receive("web", bodies, batch_id="b")
    assert worked_until_done(house) <= 30
    assert len(house.events(EventQuarantined)) == 3
    assert len(house.events(ProductViewed)) == 97
    assert planted[DEADLY] <= 30


def renamed(body: bytes) -> bytes:
    return json.dumps(json.loads(body) | {"event_id": "another"}).encode()


def test_after_a_good_end_nothing_is_suspected(planted: Counter[str]) -> None:
    """A start costs one commit, and batches are whole."""
    house = MemoryHouse(batch=200)
    house.door.receive("web", [viewed(f"p-{number}", number) for number in range(400)], batch_id="b")
    commits: list[int] = []
    commit = house.log.commit

    def counted(one: Any) -> Any:
        commits.append(len(one.appends))
        return commit(one)

    house.log = counting(house, counted)
    assert worked_until_done(house) == 0
    assert [bool(count) for count in commits] == [False, True, True, False]
    assert not planted


def counting(house: MemoryHouse, counted: Any) -> Any:
    class Counting:
        commit = staticmethod(counted)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    real = house.log
    return Counting()
