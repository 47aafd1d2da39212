"""The outlet over any broker: the application publishes from its thread, the connection lives in a loop of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from attrs import define, field

from adapters.broker.bus import GRACE_S, PATIENCE_S, Bus
from adapters.broker.delivery import Letter, PublishFailed
from ports.messages import Message, OutletUnavailable

T = TypeVar("T")


@define(eq=False)
class BusOutlet:
    """`make` is called in the loop. Errors of making one: `BrokerUnusable`."""

    _make: Callable[[], Bus]
    _topics: Sequence[str]
    _loop: asyncio.AbstractEventLoop = field(init=False, factory=asyncio.new_event_loop)
    _thread: threading.Thread = field(init=False)
    _bus: Bus | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever, name="outlet", daemon=True)
        self._thread.start()
        try:
            self._bus = self._await(self._connect(), 2 * PATIENCE_S)
        except BaseException:
            self._end()
            raise

    async def _connect(self) -> Bus:
        bus = self._make()
        await bus.connect(self._topics)
        return bus

    def publish(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        assert self._bus is not None, "publish after close"
        try:
            self._await(self._bus.publish([_letter(one) for one in messages]), 2 * PATIENCE_S)
        except (PublishFailed, TimeoutError) as error:
            raise OutletUnavailable(str(error) or "the broker does not answer") from error

    def close(self) -> None:
        """Disconnect. Idempotent."""
        if self._bus is not None:
            bus, self._bus = self._bus, None
            self._await(bus.close(), GRACE_S)
        self._end()

    def _await(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def _end(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


def _letter(message: Message) -> Letter:
    headers = {"type": message.type, "content-type": "application/json"}
    return Letter(message.topic, message.message_id, message.key, message.body, headers)
