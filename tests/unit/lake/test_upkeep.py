"""What goes when, what is named, and what a reader is spared."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from msgspec.structs import replace

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.lake import MemoryLake
from application.features.columns import COLUMNS, columns_of
from application.features.touch import Observation
from application.journal.listening import Forgotten
from application.lake.keeping import Keeper
from application.lake.listing import FORGETTING, PARTS, Name
from application.lake.reading import ATTEMPTS, Reading
from application.lake.upkeep import Upkeep
from application.projections.rows import Rows
from haberdasher.testing.ledger import current_names
from ports.lake import LakeDamaged, Part
from tests.support.lake import Shore, Story, expected, forget, held, seen

ONE = Observation(id="order-1/2", position=7, at=1.0, known=86_399.9, action="view", product="p", customer="c")


@pytest.fixture
def shore() -> Shore:
    """Ten events of two days, read by a journal into three parts of the first day and four of the second."""
    store = MemoryStore()
    found = Shore(MemoryLake("main", COLUMNS), MemoryEventLog(current_names(), store), MemoryReadModels(store))
    Story(found.log).tell(*[seen(f"c{number % 3}", number, number % 2) for number in range(10)])
    found.project()
    return found


def names(parts: Sequence[Part]) -> set[str]:
    return {part.name for part in parts}


def test_what_a_compaction_replaced_stays_for_a_grace(shore: Shore) -> None:
    """Whoever reads by the old list can go on for an hour; then its files are deleted."""
    before = shore.upkeep.listing().parts
    shore.upkeep.compact()
    assert list(shore.upkeep.sweep()) == []
    assert held(shore.lake, before) == shore.held()
    shore.clock.at += timedelta(minutes=61)
    assert set(shore.upkeep.sweep()) == names(before)
    assert len(shore.lake.stored()) == len(shore.upkeep.listing().parts) == 2


def test_the_generation_before_stays_for_a_grace(shore: Shore) -> None:
    """After a rebuild its parts go an hour after they were first seen unlisted."""
    before = shore.upkeep.listing().parts
    shore.rebuild()
    assert not names(before) & names(shore.upkeep.listing().parts)
    assert list(shore.upkeep.sweep()) == []
    assert held(shore.lake, before) == shore.held()
    shore.clock.at += timedelta(minutes=61)
    assert set(shore.upkeep.sweep()) == names(before)


def test_a_full_part_is_let_be(shore: Shore) -> None:
    """Only small parts are taken together, and only if there are enough of them."""
    few = Upkeep(shore.lake, shore.log, shore.read_models, shore.clock, least=5)
    full = evolve(few, least=2, full=1)
    assert (few.compact(), full.compact()) == (0, 0)
    assert [evolve(few, least=least).compact() for least in (4, 4, 3)] == [4, 0, 3]


def test_a_compaction_that_lost_to_an_erasure_leaves_nothing_behind(shore: Shore) -> None:
    """A file that was made of the old list, and will never be listed, goes with the next sweep, without a grace."""
    story, found = Story(shore.log, 10), shore.upkeep.listing()
    story.tell(forget("c0", 11))
    shore.project()
    shore.upkeep.erase()
    late = shore.lake.write(found.parts[0].day, str(Name(1, 1, 10, found.epoch + 1)), columns_of([ONE]))
    assert list(shore.upkeep.sweep()) == [late.name]


def test_who_reads_sees_nobody_who_is_to_be_forgotten(shore: Shore) -> None:
    """An order that the journal committed is carried out before anybody reads."""
    Story(shore.log, 10).tell(forget("c1", 11))
    shore.project()
    assert shore.upkeep.listing().forgetting() == {"customer": frozenset(["c1"])}
    read = held(shore.lake, Reading(shore.upkeep).parts().parts)
    assert read == expected(shore.log, shore.log.head(), frozenset(["c1"]))


def test_reading_begins_anew_where_the_list_changed(shore: Shore) -> None:
    """A part that vanished because the list changed is no damage; one that is still listed is, and so is any error."""
    used: list[Sequence[Part]] = []

    def use(parts: Sequence[Part]) -> list[Observation]:
        used.append(parts)
        if len(used) == 1:
            shore.upkeep.compact()
            shore.lake.remove(names(parts))
        return held(shore.lake, parts)

    assert Reading(shore.upkeep).using(use) == shore.held()
    assert len(used) == 2
    shore.lake.remove([used[1][0].name])
    with pytest.raises(LakeDamaged, match=used[1][0].name):
        Reading(shore.upkeep).using(use)
    assert len(used) == 3


def test_reading_is_not_tried_for_ever(shore: Shore) -> None:
    """Where the list changes under every attempt, the error of the last one is told."""
    attempts: list[int] = []

    def use(_: Sequence[Part]) -> None:
        attempts.append(1)
        Story(shore.log, shore.log.head()).tell(seen("c9", 50 + len(attempts)))
        shore.project()
        raise RuntimeError("engine")

    with pytest.raises(RuntimeError, match="engine"):
        Reading(shore.upkeep).using(use)
    assert len(attempts) == ATTEMPTS


@pytest.mark.parametrize("known", [float("nan"), float("inf"), -1e18, 1e18])
def test_a_time_that_is_none_is_refused_by_row(shore: Shore, known: float) -> None:
    """What cannot be filed under a day stops the journal, naming column and row; nothing is listed."""
    rows = Rows(shore.read_models, "journal#1")
    with pytest.raises(ValueError, match=r"'known'.*'order-1/2'"):
        Keeper(shore.lake).keep([replace(ONE, known=known)], rows, 0, 9)
    assert rows.changes() == ()


@pytest.mark.parametrize(("after", "to"), [(7, 9), (0, 6)])
def test_a_version_of_another_position_is_refused(shore: Shore, after: int, to: int) -> None:
    """A part holds what the positions in its name say."""
    with pytest.raises(ValueError, match=r"'position'.*'order-1/2'"):
        Keeper(shore.lake).keep([ONE], Rows(shore.read_models, "journal#1"), after, to)


def test_what_is_forgotten_is_sought_in_every_column_that_can_name_somebody(shore: Shore) -> None:
    """The journal's order names person and identifiers, sessions and observations; what is said beside it is kept."""
    rows = Rows(shore.read_models, "journal#1")
    gone = Forgotten("person", frozenset(["cookie"]), ("s-1",), ("order-2",), (replace(ONE, id="order-2/1"),))
    Keeper(shore.lake).heard([ONE], gone, rows, 6, 7)
    order: Any = rows.get(FORGETTING, f"{7:015d}")
    who = ("cookie", "person")
    assert order == {"customer": who, "visitor": who, "account": who, "session": ("s-1",), "id": ("order-2/1",)}
    part = rows.get(PARTS, f"1970-01-01/{Name(1, 7, 7)}")
    assert part is not None
    assert held(shore.lake, [part]) == [ONE]
