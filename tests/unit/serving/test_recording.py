"""Slates are stored before they are shown: all of a commit or none."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from adapters.event_log import MemoryEventLog
from application.serving.recording import SlateRecorder
from domain.slate.slate import PlacesInvalid, SlateServed, Slot, Versions
from ports.event_log import Commit, StreamConflict
from tests.support.memory_house import NOW, MemoryHouse

SLOTS = (Slot(1, 1, 1, "coat", "coat/m", 1.0), Slot(2, 1, 2, "hat", None, 0.05))


def slate(slate_id: str) -> SlateServed:
    return SlateServed(slate_id, "request-1", "home", NOW, SLOTS, Versions("policy-1"))


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


@pytest.fixture
def record(house: MemoryHouse) -> SlateRecorder:
    return SlateRecorder(house.log, house.ids, "main")


def test_many_slates_are_one_commit(house: MemoryHouse, record: SlateRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty cost what one costs, and each has a position of its own, in order."""
    commits: list[Commit] = []
    commit = MemoryEventLog.commit

    def counting(log: MemoryEventLog, one: Commit) -> Sequence[int]:
        commits.append(one)
        return commit(log, one)

    monkeypatch.setattr(MemoryEventLog, "commit", counting)
    slates = [slate(f"s-{n}") for n in range(50)]
    positions = record(slates)
    assert len(commits) == 1
    assert list(positions) == list(range(1, 51))
    assert house.events(SlateServed) == slates


def test_a_slate_is_recorded_as_of_when_it_was_served(house: MemoryHouse, record: SlateRecorder) -> None:
    """It happened, and was known, when it was served."""
    record([slate("s-1")])
    (recorded,) = house.log.follow(after=0, limit=10)
    assert (recorded.stream, recorded.metadata.occurred_at, recorded.metadata.known_at) == ("main/slate-s-1", NOW, NOW)


def test_the_same_id_twice_is_a_conflict(house: MemoryHouse, record: SlateRecorder) -> None:
    """The second is refused, and with it every slate of its commit: none of them was shown."""
    record([slate("s-1")])
    with pytest.raises(StreamConflict):
        record([slate("s-2"), slate("s-1")])
    assert house.events(SlateServed) == [slate("s-1")]


def test_impossible_places_are_not_recorded(house: MemoryHouse, record: SlateRecorder) -> None:
    """The rules of a slate hold at the last door, too."""
    with pytest.raises(PlacesInvalid):
        record([slate("s-1"), evolve(slate("s-2"), slots=SLOTS[1:])])
    assert house.events(SlateServed) == []
