"""What a broker hands over and what it is given, in words that are the same for every broker."""

from collections.abc import Mapping

from attrs import Factory, frozen


@frozen
class Delivery:
    """One message that came in.

    `place`: where it lies in the broker; the same however often it is delivered, and no other message's. `origin`:
    the same in parts (topic, partition, offset), for dead letters. `body` is None where there was none to find.
    """

    place: str
    body: bytes | None
    headers: Mapping[str, str] = Factory(dict)
    origin: Mapping[str, str] = Factory(dict)


@frozen
class Letter:
    """One message that goes out. `message_id` is the same when it is sent again; `key` says what keeps its order."""

    topic: str
    message_id: str
    key: str
    body: bytes
    headers: Mapping[str, str] = Factory(dict)


class PublishFailed(Exception):
    """The broker did not confirm everything; some of it may be there. The same letters may be sent again."""


class BrokerUnusable(Exception):
    """The broker cannot be reached, or lacks what only its operator can make. The message has the remedy."""


def text(value: object) -> str:
    """Return a header as text, whatever bytes a producer put there."""
    return value.decode(errors="replace") if isinstance(value, bytes | bytearray) else str(value)


def dead_topic(topic: str) -> str:
    """Return where messages of a topic go that can be handed to nobody."""
    return f"{topic}.dead"
