"""Every event counts once in every read model, whoever works and whatever dies."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from attrs import define

from adapters.event_log import MemoryEventLog
from application.identity.resolution import IdentityResolution
from application.pending import Pending
from application.projections.rows import Collection, Rows, View
from application.projections.runner import ProjectionRunner
from domain.identity.person import PersonAbsorbed
from ports.event_log import Commit, Recorded
from tests.support.memory_house import MemoryHouse
from tests.support.shop import ordered, sent, sent_back, viewed

SEEN: Collection[int] = Collection("seen", int)


class Counting:
    """Counts events by stream; may be told to die before a batch."""

    name = "counting"

    def __init__(self, dies_after: int = 1_000_000) -> None:
        self.dies_after = dies_after

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        for one in batch:
            if one.position > self.dies_after:
                raise KeyboardInterrupt
            rows.put(SEEN, one.stream, (rows.get(SEEN, one.stream) or 0) + 1)


class Shouting(Counting):
    """Announces every tenth event, on a stream that no handler touches."""

    name = "shouting"
    heard: int = 0

    def react(self, batch: Sequence[Recorded], rows: Rows, pending: Pending) -> None:
        self.heard += len(batch)
        self.apply(batch, rows)


@pytest.fixture
def house() -> MemoryHouse:
    """A morning with two visitors who turn out to be one, an order and a return."""
    house = MemoryHouse(batch=3)
    web = [viewed(name, minute, cookie=f"cookie-{minute % 2}") for minute, name in enumerate("abcdefgh")]
    house.door.receive("web", [*web, *logins("cookie-0", "cookie-1")], batch_id="web")
    house.door.receive("oms", [ordered("o", 9, "a/m"), sent_back("r", "o", 99, "a/m", "too-small")], batch_id="oms")
    house.canonicaliser.catch_up()
    return house


def logins(*cookies: str) -> list[bytes]:
    return [sent("login", 8, anonymous_id=cookie, user_id="ada") for cookie in cookies]


def counts(house: MemoryHouse, generation: int = 1) -> dict[str, int]:
    return {key: int(row) for (_, key), row in house.rows(f"counting#{generation}").items()}


def truth(house: MemoryHouse) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in house.log.follow(after=0, limit=10_000):
        found[one.stream] = found.get(one.stream, 0) + 1
    return found


@pytest.mark.parametrize("name", ["identity", "sessions", "purchases", "journal"])
def test_a_rebuild_equals_what_was_kept_up_to_date(house: MemoryHouse, name: str) -> None:
    """Folding the log anew, in other batches, gives the same rows; then they are the live ones."""
    house.project()
    projection, live = house.projections[name], house.rows(f"{name}#1")
    assert live
    ProjectionRunner(house.log, house.read_models, house.ids, "main", batch=1000).rebuild(projection)
    assert house.rows(f"{name}#2") == live
    assert (house.rows(f"{name}#1"), house.read_models.live(name)) == ({}, 2)


def test_readers_see_the_old_rows_until_the_new_ones_are_whole(house: MemoryHouse) -> None:
    """An interrupted rebuild changes nothing for readers, and goes on where it stopped."""
    house.runner.catch_up([Counting()])
    with pytest.raises(KeyboardInterrupt):
        house.runner.rebuild(Counting(dies_after=10))
    assert house.read_models.live("counting") == 1
    assert dict(View(house.read_models, "counting").all(SEEN)) == truth(house)
    reached = house.log.position("counting#2")
    assert 0 < reached <= 10
    house.runner.rebuild(Counting())
    assert counts(house, 2) == truth(house)


def test_a_projection_that_fails_leaves_rows_and_position_together(house: MemoryHouse) -> None:
    """What was half applied is in no row, and the next worker takes the batch again."""
    with pytest.raises(KeyboardInterrupt):
        house.runner.catch_up([Counting(dies_after=7)])
    assert sum(counts(house).values()) == house.log.position("counting#1") == 6
    house.runner.catch_up([Counting()])
    assert counts(house) == truth(house)


@define(eq=False)
class Overtaken(MemoryEventLog):
    """Lets another worker go first, before every commit but its own."""

    other: Callable[[], None] = lambda: None
    busy: bool = False

    def commit(self, commit: Commit) -> Sequence[int]:
        if not self.busy:
            self.busy = True
            self.other()
            self.busy = False
        return super().commit(commit)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_two_workers_in_turn_apply_nothing_twice(house: MemoryHouse, steps: int) -> None:
    """The slower one forgets what it computed, reads again, and goes on behind the faster one."""
    small = ProjectionRunner(house.log, house.read_models, house.ids, "main", batch=2)
    worker = small._worker(Counting(), 1, announces=True)

    def other() -> None:
        for _ in range(steps):
            worker.position = house.log.position("counting#1")
            if events := house.log.follow(after=worker.position, limit=2):
                small._step([worker], events)

    slow = Overtaken(house.log._names, house.store, other)
    ProjectionRunner(slow, house.read_models, house.ids, "main", batch=3).catch_up([Counting()])
    assert counts(house) == truth(house)
    assert house.log.position("counting#1") == house.log.head()


def test_projections_that_stand_together_move_in_one_commit(house: MemoryHouse) -> None:
    """However many they are, a batch costs one commit; where one was overtaken, none of them applies it twice."""
    commits: list[Commit] = []

    @define(eq=False)
    class Counted(MemoryEventLog):
        def commit(self, commit: Commit) -> Sequence[int]:
            commits.append(commit)
            return super().commit(commit)

    counted = Counted(house.log._names, house.store)
    early, late = Shouting(), Counting()
    ProjectionRunner(counted, house.read_models, house.ids, "main", batch=10_000).catch_up([early, late])
    assert [len(one.advances) for one in commits] == [2]
    assert counts(house) == truth(house)


def test_projections_at_different_places_catch_up_together(house: MemoryHouse) -> None:
    """One that is new reads what it missed; the other is not shown it again."""
    late, early = Counting(), Shouting()
    house.runner.catch_up([early])
    assert early.heard == house.log.head()
    house.door.receive("web", [viewed("late", 40)], batch_id="late")
    house.canonicaliser.catch_up()
    reached = house.runner.catch_up([late, early])
    assert list(reached) == [house.log.head()] * 2
    assert counts(house) == truth(house)
    assert early.heard == house.log.head()


def test_the_lag_is_what_is_left_to_apply(house: MemoryHouse) -> None:
    """Behind before, level after."""
    assert house.runner.status(Counting()).lag == house.log.head()
    house.runner.catch_up([Counting()])
    assert house.runner.status(Counting()).lag == 0


def test_an_empty_log_and_no_projections_are_no_work(house: MemoryHouse) -> None:
    """Nothing to do is done at once."""
    assert list(house.runner.catch_up([])) == []
    assert list(MemoryHouse().runner.catch_up([Counting()])) == [0]


def announced(house: MemoryHouse) -> list[Any]:
    return house.events(PersonAbsorbed)


def test_only_the_live_projection_announces(house: MemoryHouse) -> None:
    """A rebuild tells nobody again what they know."""
    house.project()
    before = house.log.head()
    assert announced(house)
    house.runner.rebuild(house.projections["identity"])
    house.project()
    assert house.log.head() == before


def test_a_rebuild_swallows_no_announcement(house: MemoryHouse) -> None:
    """What the live projection had not reached yet is announced all the same, once."""
    told = MemoryHouse(batch=3)
    told.door.receive("web", [viewed("a", 0, cookie="c"), *logins("c", "d")], batch_id="web")
    told.canonicaliser.catch_up()
    told.runner.rebuild(IdentityResolution("main"))
    told.runner.catch_up([IdentityResolution("main")])
    once = [(one.survivor, one.absorbed) for one in announced(told)]
    assert once
    assert len(once) == len(set(once))
