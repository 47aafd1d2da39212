"""Group commit: what many callers bring within a few milliseconds goes into one transaction.

One commit costs one fsync however much it carries, so the door's rate is bounded by commits, not by events. No
caller is answered before the commit that holds its batch has returned.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import monotonic
from typing import Generic, TypeVar

from attrs import define, field, frozen

Item = TypeVar("Item")
Result = TypeVar("Result")


class Closed(Exception):
    """Nothing more is taken: the process is going down."""


@frozen(eq=False)
class _Waiting(Generic[Item, Result]):
    batch: Sequence[Item]
    answer: "Future[Sequence[Result]]"


@define(eq=False)
class GroupCommit(Generic[Item, Result]):
    """`append` stores a batch durably and returns one result per item, in order; it is called by one thread only.

    `max_wait`: seconds a first batch waits for company. `max_batch`: items at which a commit waits no longer and
    above which no further batch joins it (one larger batch still goes whole). `max_pending`: items waiting at which
    `submit` blocks its caller.
    """

    _append: Callable[[Sequence[Item]], Sequence[Result]]
    _max_wait: float = 0.003
    _max_batch: int = 5_000
    _max_pending: int = 20_000
    _queue: deque[_Waiting[Item, Result]] = field(factory=deque, init=False)
    _pending: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _writer: threading.Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._writer = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._writer.start()

    def submit(self, batch: Sequence[Item]) -> Sequence[Result]:
        """Return the results of `batch` once they are durable.

        Blocks while too much is waiting. Errors: `Closed`; whatever `append` raised for the commit with this batch.
        """
        waiting = _Waiting[Item, Result](batch, Future())
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(len(batch)))
            if self._closed:
                raise Closed
            self._queue.append(waiting)
            self._pending += len(batch)
            self._changed.notify_all()
        return waiting.answer.result()

    def close(self) -> None:
        """Take nothing more, commit what waits, then return. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._writer.join()

    def _has_room(self, size: int) -> bool:
        return not self._queue or self._pending + size <= self._max_pending

    def _run(self) -> None:
        while group := self._collect():
            self._commit(group)

    def _collect(self) -> list[_Waiting[Item, Result]]:
        """Wait for a first batch, then for company; empty when closed and drained."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._queue))
            deadline = monotonic() + self._max_wait
            self._changed.wait_for(
                lambda: self._closed or self._pending >= self._max_batch, timeout=deadline - monotonic()
            )
            group: list[_Waiting[Item, Result]] = []
            size = 0
            while self._queue and (not group or size + len(self._queue[0].batch) <= self._max_batch):
                group.append(self._queue.popleft())
                size += len(group[-1].batch)
            self._pending -= size
            self._changed.notify_all()
        return group

    def _commit(self, group: Sequence[_Waiting[Item, Result]]) -> None:
        try:
            results = self._store([item for waiting in group for item in waiting.batch])
        except BaseException as error:  # noqa: BLE001 - it is not swallowed: each caller of this commit raises it
            for waiting in group:
                waiting.answer.set_exception(error)
            return
        start = 0
        for waiting in group:
            end = start + len(waiting.batch)
            waiting.answer.set_result(results[start:end])
            start = end

    def _store(self, items: Sequence[Item]) -> Sequence[Result]:
        results = self._append(items)
        if len(results) != len(items):
            raise ValueError(f"{len(items)} items, {len(results)} results: nobody can be answered")
        return results
