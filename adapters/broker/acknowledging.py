"""One frame instead of hundreds: RabbitMQ lets an acknowledgement stand for everything delivered before it."""

from collections.abc import Sequence
from typing import Any, Protocol

from attrs import define, field


class Numbered(Protocol):
    """A message as aio-pika gives it: numbered from 1 by its channel, without gaps."""

    @property
    def channel(self) -> Any: ...

    @property
    def delivery_tag(self) -> int | None: ...

    async def ack(self, *, multiple: bool = ...) -> None: ...


@define(eq=False)
class Acknowledging:
    """Acknowledges messages of one consumer; those of a lost connection cannot be, and that raises."""

    _channel: Any = field(init=False, default=None)
    #: Everything up to this number is acknowledged, and these beyond it.
    _up_to: int = field(init=False, default=0)
    _beyond: set[int] = field(init=False, factory=set)

    async def __call__(self, done: Sequence[Numbered]) -> None:
        """Acknowledge exactly `done`: in one frame if nothing else was delivered before the last of them."""
        latest = done[-1].channel
        if latest is not self._channel:
            self._channel, self._up_to, self._beyond = latest, 0, set()
        ours = sorted((one for one in done if one.channel is latest), key=_tag)
        if _tag(ours[-1]) - self._up_to == len(ours) and not self._beyond:
            await ours[-1].ack(multiple=True)
            self._up_to = _tag(ours[-1])
        else:
            for one in ours:
                await one.ack()
            self._beyond.update(map(_tag, ours))
            while self._up_to + 1 in self._beyond:
                self._up_to += 1
                self._beyond.remove(self._up_to)
        for one in done:
            if one.channel is not latest:
                await one.ack()


def _tag(message: Numbered) -> int:
    return message.delivery_tag or 0
