"""What a broker can do for us: take letters, hand over deliveries, and say what about it is unsafe."""

from collections.abc import Sequence
from typing import Any, Protocol

from faststream.message import StreamMessage

from adapters.broker.delivery import Letter
from adapters.broker.settling import Settling

#: Who reads the intake: consumer group, durable consumer, or just a name, as the broker has it.
GROUP = "haberdasher"
#: A stop waits for the batch in flight for this long.
GRACE_S = 30.0
#: How long a broker may take to confirm, or to let us in.
PATIENCE_S = 10.0


class Bus(Protocol):
    """One connection. All methods are called from the event loop that called `connect`."""

    async def connect(self, topics: Sequence[str]) -> None:
        """Connect, and make what is not there yet for `topics`. What an operator made stays as it is.

        Errors: `BrokerUnusable`.
        """
        ...

    async def publish(self, letters: Sequence[Letter]) -> None:
        """Send; confirmed by the broker on return. Errors: `PublishFailed`, and then any part may be there."""
        ...

    async def collect(self, topic: str, settling: Settling, batch: int) -> None:
        """Begin to consume: at most `batch` at once, each acknowledged only when `settling` says so. At most once."""
        ...

    def broken(self) -> str | None:
        """Say why consuming has ended for good, if it has: somebody has to start the process again."""
        ...

    async def close(self) -> None:
        """Finish the batch in flight, then disconnect. What was not settled stays with the broker. Idempotent."""
        ...

    async def doubts(self, topics: Sequence[str]) -> Sequence[str]:
        """Say which of the broker's settings, as far as they can be read, can lose what it has confirmed."""
        ...


async def as_it_came(message: Any) -> StreamMessage[Any]:
    """Parse nothing: FastStream's own parsers fail, or change bytes, where a body or a header is not as they expect."""
    return StreamMessage(message, b"")


async def undecoded(message: StreamMessage[Any]) -> Any:
    """Give the handler what the client library gave us."""
    return message.raw_message
