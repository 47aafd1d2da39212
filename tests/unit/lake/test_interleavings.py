"""Whatever stops it and whoever comes between, the lake holds every observation once, in order."""

from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from functools import partial
from threading import RLock
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.lake import MemoryLake
from application.features.columns import COLUMNS
from haberdasher.testing.ledger import current_names
from tests.support.lake import Crashed, Fuse, Shore, Story, expected, forget, fused, seen

DOING = ["project", "compact", "erase", "sweep", "rebuild"]
CUSTOMERS = [f"customer-{letter}" for letter in "abcd"]


def shore_over(files: dict[Any, Any], store: MemoryStore) -> Shore:
    lake = MemoryLake("main", COLUMNS, files)
    return Shore(lake, MemoryEventLog(current_names(), store), MemoryReadModels(store))


def act(shore: Shore, what: str) -> None:
    if what in {"project", "rebuild"}:
        getattr(shore, what)()
    else:
        getattr(shore.upkeep, what)()


def eventful(shore: Shore) -> None:
    """Leave the lake with something of everything: what to compact, forget, sweep, fold, and a rebuild half done."""
    story = Story(shore.log)

    def tell(events: int) -> None:
        story.tell(*[seen(CUSTOMERS[n % 4], story.told + n, n % 2) for n in range(events)])

    tell(6)
    shore.project()
    act(shore, "compact")
    tell(2)
    crash(shore, "project", 4)
    tell(4)
    shore.project()
    crash(shore, "compact", 7)
    crash(shore, "rebuild", 9)
    story.tell(forget(CUSTOMERS[0], story.told))
    shore.project()
    story.tell(*[seen(CUSTOMERS[1 + n % 3], story.told + n, n % 2) for n in range(4)])


Scene = tuple[dict[Any, Any], MemoryStore]


@pytest.fixture(scope="module")
def scene() -> Scene:
    files: dict[Any, Any] = {}
    store = MemoryStore()
    shore = shore_over(files, store)
    eventful(shore)
    sorted_, found = shore.upkeep.files(), shore.upkeep.listing()
    assert all((sorted_.dead, sorted_.leaving, found.forgetting(), found.chapters[2].parts, found.position))
    return files, store


def again(scene: Scene) -> Shore:
    files, store = scene
    copied = evolve(store, lock=RLock())
    for name in ("events", "streams", "followers", "snapshots", "rows", "live"):
        setattr(copied, name, deepcopy(getattr(store, name)))
    return shore_over(dict(files), copied)


@pytest.mark.parametrize("other", ["crash", *DOING])
@pytest.mark.parametrize("what", DOING)
def test_at_every_moment_anything_may_happen(what: str, other: str, scene: Scene) -> None:
    """Before and after every call of each action: a crash, or any other action from end to end, in another process."""
    for at in range(1, 200):
        shore = again(scene)
        fuse = Fuse(at, stop if other == "crash" else partial(act, shore, other))
        with suppress(Crashed):
            act(fused(shore, fuse), what)
        check(shore, {CUSTOMERS[0]})
        finish(shore)
        settled(shore, {CUSTOMERS[0]})
        if fuse.at > 0:
            break
    assert at > 4, "nothing was ever interrupted"


ACTIONS = st.sampled_from(["project", "project", "compact", "erase", "sweep", "rebuild"])
TELL = st.tuples(st.just("tell"), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=9))
STEPS = st.one_of(
    TELL,
    st.tuples(st.just("forget"), st.integers(0, 3)),
    st.tuples(st.just("pass"), st.integers(1, 90)),
    st.tuples(st.just("do"), ACTIONS, st.integers(1, 6)),
    st.tuples(st.just("crash"), ACTIONS, st.integers(1, 6), st.integers(1, 30)),
    st.tuples(st.just("meet"), ACTIONS, st.integers(1, 6), st.integers(1, 30), ACTIONS),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_every_observation_is_there_once_in_order(steps: list[tuple[Any, ...]]) -> None:
    """Crashes and races before and after any call: what is listed is what the events say, and nothing else is kept."""
    shore = shore_over({}, MemoryStore())
    story, forgotten = Story(shore.log), set()
    for step in steps:
        match step:
            case "tell", events:
                alive = [one for one in CUSTOMERS if one not in forgotten] or ["customer-z"]
                story.tell(*[seen(alive[who % len(alive)], story.told + n, day) for n, (who, day) in enumerate(events)])
            case "forget", who:
                forgotten.add(CUSTOMERS[who])
                story.tell(forget(CUSTOMERS[who], story.told))
            case "pass", minutes:
                shore.clock.at += timedelta(minutes=minutes)
            case "do", what, batch:
                shore.batch = batch
                act(shore, what)
            case "crash", what, batch, at:
                shore.batch = batch
                crash(shore, what, at)
            case "meet", what, batch, at, other:
                shore.batch = batch
                act(fused(shore, Fuse(at, partial(act, shore, other))), what)
            case _:
                raise AssertionError(step)
        check(shore, forgotten)
    finish(shore)
    settled(shore, forgotten)


def stop() -> None:
    raise Crashed


def crash(shore: Shore, what: str, at: int) -> None:
    with suppress(Crashed):
        act(fused(shore, Fuse(at, stop)), what)


def check(shore: Shore, forgotten: set[str]) -> None:
    """What is listed is what the events say up to where the journal stands: at any moment, for any reader."""
    position = shore.upkeep.listing().position
    past = [one for one in shore.held() if one.customer not in forgotten]
    assert past == expected(shore.log, position, frozenset(forgotten))


def settled(shore: Shore, forgotten: set[str]) -> None:
    """Everything is there once, and no file that is not listed."""
    assert shore.held() == expected(shore.log, shore.log.head(), frozenset(forgotten))
    listing = shore.upkeep.listing()
    assert not listing.forgetting()
    assert list(shore.lake.stored()) == sorted(part.name for part in listing.parts)


def finish(shore: Shore) -> None:
    shore.project()
    shore.upkeep.run()
    for _ in range(2):
        shore.clock.at += timedelta(hours=2)
        shore.upkeep.sweep()
    if shore.upkeep.listing().chapters[shore.upkeep.listing().live + 1].parts:
        shore.rebuild()  # one that was begun goes on, and its parts count then
        finish(shore)
