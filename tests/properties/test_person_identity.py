"""What is announced of persons follows the partition, once."""

from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.identity.person import DECIDER, Event, Person, PersonMergedInto, PersonSplit, reorganise, settle

TENANT = UUID(int=7)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = [f"anonymous:{number}" for number in range(7)]


@st.composite
def partitions(draw: st.DrawFn) -> dict[str, str]:
    """A random partition of some identifiers; a person is named by its smallest member."""
    cells: dict[int, list[str]] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        cells.setdefault(draw(st.integers(0, 3)), []).append(name)
    return {name: min(cell) for cell in cells.values() for name in cell}


def announce(people: dict[str, Person], old: dict[str, str], new: dict[str, str], cause: str) -> list[Event]:
    told: list[Event] = []
    news = reorganise(old, new, tenant=TENANT, cause=cause, policy_version="1", decided_at=NOON)
    for person, events in news.items():
        fresh = settle(people.get(person, Person()), events)
        people[person] = DECIDER.fold(fresh, people.get(person))
        told.extend(fresh)
    return told


@given(st.lists(partitions(), min_size=2, max_size=6))
@settings(max_examples=300, deadline=None)
def test_announcing_again_says_nothing(history: list[dict[str, str]]) -> None:
    """A retry after a crash, with some or all streams written, appends nothing twice."""
    people: dict[str, Person] = {}
    for number, (old, new) in enumerate(pairwise(history)):
        announce(people, old, new, f"link-{number}")
        assert announce(people, old, new, f"link-{number}") == []


@given(partitions(), partitions())
@settings(max_examples=300, deadline=None)
def test_every_moved_identifier_is_announced(old: dict[str, str], new: dict[str, str]) -> None:
    """Following the merges and splits from the old partition leads to the new one."""
    believed = dict(old)
    told = announce({}, old, new, "link")
    for event in told:
        if isinstance(event, PersonSplit):
            believed.update(dict.fromkeys(event.identifiers, event.part))
    merged = {event.absorbed: event.survivor for event in told if isinstance(event, PersonMergedInto)}
    moved = {name for event in told if isinstance(event, PersonSplit) for name in event.identifiers}
    for name, person in believed.items():
        followed = person if name in moved else merged.get(person, person)
        assert followed == new.get(name, name)


@given(partitions())
@settings(max_examples=50, deadline=None)
def test_an_unchanged_partition_is_no_news(partition: dict[str, str]) -> None:
    """Recomputing what did not change announces nothing."""
    assert announce({}, partition, partition, "link") == []
