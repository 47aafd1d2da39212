"""What the door does with an event before it is stored: name it, redact it, seal it, answer for it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from application.intake.deposit import seal_context
from application.intake.door import Answer
from domain.session.facts import ProductViewed
from domain.taxonomy.quarantine import EventQuarantined
from tests.support.memory_house import NOW, MemoryHouse

WHEN = "2026-11-24T11:00:00Z"


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


def view(**changes: Any) -> bytes:
    event = {"event": "product_viewed", "anonymous_id": "c", "properties": {"product_id": "p"}} | changes
    return json.dumps({name: value for name, value in event.items() if value is not None}).encode()


def receive(house: MemoryHouse, *bodies: bytes, source: str = "live", batch_id: str = "b") -> list[Answer]:
    return list(house.door.receive(source, bodies, batch_id=batch_id))


def stored(house: MemoryHouse, position: int) -> tuple[str, bytes]:
    """Return the key id and the opened body at a position of the intake log."""
    (record,) = house.intake.follow(after=position - 1, limit=1)
    arrival = record.arrival
    context = seal_context("main", arrival.source, arrival.source_event_id)
    (body,) = house.keyring.unseal([arrival.key_id], [arrival.sealed], [context])
    assert body is not None
    return arrival.key_id, body


def redacted(house: MemoryHouse, **changes: Any) -> Any:
    (answer,) = receive(house, view(event_id="e", **changes))
    return json.loads(stored(house, answer.position)[1])


def test_an_event_is_known_by_the_id_it_brings(house: MemoryHouse) -> None:
    """The producer's id is kept as sent, trimmed, a number as text, whatever else the batch is called."""
    told = receive(house, view(event_id=" e-1 "), view(event_id=7))
    assert [one.source_event_id for one in told] == ["e-1", "7"]
    assert [one.outcome for one in receive(house, view(event_id="e-1"), batch_id="another")] == ["quarantined"]
    assert [one.outcome for one in receive(house, view(event_id=7), batch_id="another")] == ["duplicate"]


def test_without_an_id_it_is_known_by_what_it_says_and_when(house: MemoryHouse) -> None:
    """Equal content at an equal time is the same event, however it is spelt in JSON; from another source it is not."""
    first, again = view(timestamp=WHEN), json.dumps(json.loads(view(timestamp=WHEN)), indent=2, sort_keys=True).encode()
    later = view(timestamp="2026-11-24T11:00:01Z")
    told = [*receive(house, first), *receive(house, later, batch_id="x"), *receive(house, again, batch_id="y")]
    assert len({one.source_event_id for one in told}) == 2
    assert told[2].source_event_id == told[0].source_event_id
    assert receive(house, first, source="web")[0].source_event_id != told[0].source_event_id


def test_without_id_and_time_it_is_known_by_its_batch_and_place(house: MemoryHouse) -> None:
    """A genuine repeat is not swallowed; a resent batch is recognised."""
    assert [one.outcome for one in receive(house, view(), view())] == ["accepted", "accepted"]
    assert [one.outcome for one in receive(house, view(), view())] == ["duplicate", "duplicate"]
    assert [one.outcome for one in receive(house, view(), batch_id="another")] == ["accepted"]


def test_it_does_not_matter_how_a_long_batch_is_cut(house: MemoryHouse) -> None:
    """A file is recognised also when it is read again in pieces of another size."""
    bodies = [view(), b"not json", view(), b"nor this"]
    receive(house, *bodies)
    for start, stop in ((0, 1), (1, 4)):
        again = house.door.receive("live", bodies[start:stop], batch_id="b", first=start)
        assert {one.outcome for one in again} == {"duplicate"}


@pytest.mark.parametrize("bad", ["", "  ", "x" * 201, {"a": 1}, [], True, 1.5])
def test_an_id_that_is_none_is_refused_under_its_place(house: MemoryHouse, bad: Any) -> None:
    """The event is kept and quarantined, at the door and behind it alike."""
    (told,) = receive(house, view(event_id=bad))
    assert (told.source_event_id, told.outcome, told.field) == ("b:0", "quarantined", "event_id")
    house.canonicaliser.catch_up()
    assert [one.reason for one in house.events(EventQuarantined)] == [told.reason]


def test_every_other_body_under_a_known_id_is_kept_once(house: MemoryHouse) -> None:
    """First body wins, in a batch too; each different one is a conflict with its own bytes, then a duplicate."""
    bodies = [view(event_id="e", properties={"product_id": name}) for name in ("a", "b", "a", "c", "b")]
    told = receive(house, *bodies)
    assert [one.outcome for one in told] == ["accepted", "quarantined", "duplicate", "quarantined", "duplicate"]
    assert {one.reason for one in told if one.outcome == "quarantined"} == {"duplicate_conflict"}
    house.canonicaliser.catch_up()
    assert [one.product.product_id for one in house.events(ProductViewed)] == ["a"]
    assert [(one.reason, one.intake_position) for one in house.events(EventQuarantined)] == [
        ("duplicate_conflict", told[1].position),
        ("duplicate_conflict", told[3].position),
    ]


def test_what_identifies_too_well_is_taken_out_and_said(house: MemoryHouse) -> None:
    """Addresses are cut to a network, coordinates go without a grant, click ids become a yes."""
    kept = redacted(
        house,
        context={"ip": "203.0.113.77", "geo": {"lat": 48.1}, "gclid": "abc", "locale": "de-DE"},
        properties={"product_id": "p", "fbclid": "def"},
    )
    assert kept["context"] == {"ip": "203.0.113.0", "locale": "de-DE", "paid_click": True}
    assert kept["properties"] == {"product_id": "p", "paid_click": True}
    assert sorted(kept["redactions"]) == ["context.click_id", "context.geo", "context.ip", "properties.click_id"]


def test_granted_coordinates_and_clean_events_stay_as_sent(house: MemoryHouse) -> None:
    """What need not change is stored byte for byte."""
    body = view(event_id="e", context={"geo": {"country": "DE"}, "ip": "2001:db8::"}, consent={"geo": "granted"})
    (told,) = receive(house, body)
    assert stored(house, told.position)[1] == body


def test_a_refused_event_is_redacted_too(house: MemoryHouse) -> None:
    """Quarantine is no way around privacy, whatever the event is refused for."""
    refused: tuple[dict[str, Any], ...] = ({"event": "warp_drive"}, {"email": ["not", "text"]}, {"event_id": {}})
    for changes in refused:
        (told,) = receive(house, view(context={"ip": "203.0.113.77"}, **changes), batch_id=str(changes))
        assert told.outcome == "quarantined"
        assert b"203.0.113.77" not in stored(house, told.position)[1]


def test_redaction_may_not_make_a_body_too_large(house: MemoryHouse) -> None:
    """The answer is for the bytes that are stored: those behind the door read the same ones."""
    body = view(event_id="e", context={"ip": "x"}, pad="")
    body = body.replace(b'"pad": ""', b'"pad": "' + b"a" * (64 * 1024 - len(body)) + b'"')
    (told,) = receive(house, body)
    assert (len(body), told.outcome, told.reason) == (64 * 1024, "quarantined", "oversize")
    house.canonicaliser.catch_up()
    assert [one.reason for one in house.events(EventQuarantined)] == ["oversize"]


def test_a_body_is_sealed_under_whom_it_says_most_of(house: MemoryHouse) -> None:
    """Account before e-mail before cookie, and the key of the day; bytes about nobody have that of the day alone."""
    told = receive(
        house,
        view(event_id="a", user_id="ada", email="ada@example.org"),
        view(event_id="b", email=" Ada@Example.org "),
        view(event_id="c"),
        view(event_id="d", user_id="null"),
        b"not json",
        view(event_id="e", anonymous_id="undefined"),
    )
    assert [stored(house, one.position)[0] for one in told] == [
        house.surrogate("account", "ada") + "+day:2026-11-24",
        house.surrogate("email", "ada@example.org") + "+day:2026-11-24",
        house.surrogate("anonymous", "c") + "+day:2026-11-24",
        house.surrogate("anonymous", "c") + "+day:2026-11-24",
        "epoch:2026-11-24",
        "epoch:2026-11-24",
    ]
    assert [one.outcome for one in told] == [*["accepted"] * 4, *["quarantined"] * 2]


def test_the_key_of_the_day_follows_the_clock_of_the_door(house: MemoryHouse) -> None:
    """Bytes without a subject can be forgotten day by day."""
    house.clock.at = NOW + timedelta(days=1)
    (told,) = receive(house, b"not json")
    assert stored(house, told.position)[0] == "epoch:2026-11-25"


def test_what_was_erased_is_passed_over(house: MemoryHouse) -> None:
    """A destroyed key stops nobody: the events of others become facts, the erased ones are counted as such."""
    receive(house, view(event_id="a", user_id="ada"), view(event_id="b", anonymous_id="d"), b"not json")
    house.keyring.destroy([house.surrogate("account", "ada"), "epoch:2026-11-24"])
    house.canonicaliser.catch_up()
    assert len(house.events(ProductViewed)) == 1
    assert [one.reason for one in house.events(EventQuarantined)] == ["subject_erased"] * 2
    assert house.log.position("canonicaliser") == house.intake.head() == 3
    assert house.intake.verify() is None
