import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from application.intake.group_commit import Closed, GroupCommit

CALLERS = 50


class Store:
    """Remembers every commit, and holds each one back until its gate is open."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.durable: set[int] = set()
        self.gate = threading.Event()

    def append(self, items: Sequence[int]) -> Sequence[int]:
        self.commits.append(list(items))
        assert self.gate.wait(10)
        if any(item < 0 for item in items):
            raise OSError("the disk is full")
        self.durable.update(items)
        return [-item for item in items]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def first_under_way(store: Store, group: GroupCommit[int, int], pool: ThreadPoolExecutor) -> Future[Sequence[int]]:
    """Bring a first batch into a commit that cannot end before the gate opens."""
    first = pool.submit(group.submit, [0])
    until(lambda: bool(store.commits))
    return first


def test_fifty_callers_share_a_commit() -> None:
    """Callers that come while a commit is under way go into the next one together; each gets its own answers."""
    store = Store()
    group = GroupCommit(store.append)
    with ThreadPoolExecutor(CALLERS + 1) as pool:
        first = first_under_way(store, group, pool)
        calls = [pool.submit(group.submit, [n * 10, n * 10 + 1]) for n in range(1, CALLERS + 1)]
        until(lambda: group._pending == 2 * CALLERS)
        store.gate.set()
        assert [call.result(10) for call in calls] == [[-n * 10, -n * 10 - 1] for n in range(1, CALLERS + 1)]
        assert list(first.result(10)) == [0]
    group.close()
    assert [len(commit) for commit in store.commits] == [1, 2 * CALLERS]


def test_nobody_is_answered_before_the_commit() -> None:
    """No call returns while its commit is under way; when it does, its items are durable."""
    store = Store()
    group = GroupCommit(store.append)
    with ThreadPoolExecutor(CALLERS + 1) as pool:

        def call(n: int) -> bool:
            group.submit([n])
            return n in store.durable

        calls = [pool.submit(call, n) for n in range(CALLERS)]
        until(lambda: bool(store.commits))
        assert not any(call.done() for call in calls)
        store.gate.set()
        assert all(call.result(10) for call in calls)
    group.close()


def test_an_error_reaches_its_own_callers() -> None:
    """An exception of one commit is raised in every call of that commit, and in no other."""
    store = Store()
    group = GroupCommit(store.append, max_batch=4)
    with ThreadPoolExecutor(CALLERS) as pool:
        first = first_under_way(store, group, pool)
        calls = {}
        for pending, item in enumerate([1, 2, -3, 4, 5, 6, 7, 8], start=1):
            calls[item] = pool.submit(group.submit, [item])
            until(lambda pending=pending: group._pending == pending)  # type: ignore[misc] # bound in this turn
        store.gate.set()
        failed = {item for item, call in calls.items() if isinstance(call.exception(10), OSError)}
        assert list(first.result(10)) == [0]
    assert failed == {1, 2, -3, 4}
    assert list(group.submit([9])) == [-9]
    group.close()


def test_a_store_that_answers_too_few_is_an_error() -> None:
    """Answers that cannot be assigned are an error for the callers, never somebody else's answer."""
    group: GroupCommit[int, int] = GroupCommit(lambda items: [1] * (len(items) - 1))
    with pytest.raises(ValueError, match="2 items, 1 result"):
        group.submit([1, 2])
    group.close()


def test_a_batch_of_any_size_goes_whole() -> None:
    """A batch above `max_batch` and `max_pending` is one commit of its own; an empty one answers nothing."""
    store = Store()
    store.gate.set()
    group = GroupCommit(store.append, max_batch=3, max_pending=5)
    assert len(group.submit(range(20))) == 20
    assert list(group.submit([])) == []
    group.close()
    assert [len(commit) for commit in store.commits if commit] == [20]


def test_a_full_queue_holds_callers_back() -> None:
    """A caller whose batch does not fit waits until there is room, and is then served."""
    store = Store()
    group = GroupCommit(store.append, max_pending=3)
    with ThreadPoolExecutor(8) as pool:
        first = first_under_way(store, group, pool)
        waiting = pool.submit(group.submit, [1, 2])
        until(lambda: group._pending == 2)
        held = pool.submit(group.submit, [3, 4])
        time.sleep(0.05)
        assert group._pending == 2
        store.gate.set()
        assert [list(call.result(10)) for call in (first, waiting, held)] == [[0], [-1, -2], [-3, -4]]
    group.close()
    assert store.commits[1:] == [[1, 2], [3, 4]]


def test_closing_drains() -> None:
    """`close` commits what waits before it returns; afterwards, and for who is held back, there is `Closed`."""
    store = Store()
    group = GroupCommit(store.append, max_pending=2)
    with ThreadPoolExecutor(8) as pool:
        first = first_under_way(store, group, pool)
        waiting = pool.submit(group.submit, [1, 2])
        until(lambda: group._pending == 2)
        held = pool.submit(group.submit, [3])
        closing = pool.submit(group.close)
        assert isinstance(held.exception(10), Closed)
        assert not closing.done()
        store.gate.set()
        closing.result(10)
        assert store.durable == {0, 1, 2}
        assert [list(call.result(10)) for call in (first, waiting)] == [[0], [-1, -2]]
    with pytest.raises(Closed):
        group.submit([4])
    group.close()
