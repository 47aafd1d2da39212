"""Batches for a broker that has none: what comes while one batch is settled is the next batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from attrs import Factory, define, field

Item = TypeVar("Item")


@define(eq=False)
class Gathering(Generic[Item]):
    """`settle` is called with 1 to `most` items, by one task; it must not raise.

    Nothing limits what waits but the broker, which sends no more while so much is not acknowledged.
    """

    _settle: Callable[[Sequence[Item]], Awaitable[None]]
    _most: int
    _waiting: list[Item] = field(init=False, default=Factory(list))
    _running: "asyncio.Task[None] | None" = field(init=False, default=None)

    def add(self, item: Item) -> None:
        """Take an item in; returns at once. Called from the event loop."""
        self._waiting.append(item)
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def finish(self, grace: float) -> None:
        """Settle the batch in flight, within `grace` seconds, and forget what waits behind it."""
        self._waiting.clear()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=grace)

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._settle(batch)
        self._running = None
