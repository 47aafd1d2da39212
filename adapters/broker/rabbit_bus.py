"""RabbitMQ: a fanout exchange and a durable quorum queue per topic, publisher confirms, one dead-letter exchange each.

RabbitMQ has no batches: as many messages as may be on their way are handled at once, and gathered for the store.
"""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import aio_pika
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import AMQPException, ChannelNotFoundEntity, ChannelPreconditionFailed
from attrs import define, field
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from adapters.broker.acknowledging import Acknowledging
from adapters.broker.bus import GRACE_S, PATIENCE_S, as_it_came, undecoded
from adapters.broker.delivery import BrokerUnusable, Delivery, Letter, PublishFailed, dead_topic, text
from adapters.broker.gathering import Gathering
from adapters.broker.logs import broker_log
from adapters.broker.settling import Settling

#: aio-pika raises RuntimeError for what is done on a channel that is closed.
_TROUBLE = (AMQPException, TimeoutError, OSError, RuntimeError)
_MOST_PREFETCHED = 65_535


@define(eq=False)
class RabbitBus:
    _url: str
    _broker: RabbitBroker = field(init=False)
    _connection: AbstractRobustConnection = field(init=False)
    _channel: AbstractChannel = field(init=False)
    _subscriber: Any = field(init=False, default=None)
    _gathering: Gathering[AbstractIncomingMessage] | None = field(init=False, default=None)
    _closed: bool = field(init=False, default=False)

    async def connect(self, topics: Sequence[str]) -> None:
        self._broker = RabbitBroker(
            self._url,
            reconnect_interval=1.0,
            graceful_timeout=GRACE_S,
            apply_types=False,
            logger=None,  # it would be asked twice for each message, and handlers here do not fail
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                async with await aio_pika.connect(self._url) as plain:
                    for topic in topics:
                        await _make(plain, topic, _arguments(topic, topics))
                self._connection = await self._broker.connect()
                self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        except _TROUBLE as error:
            raise BrokerUnusable(f"RabbitMQ: {type(error).__name__} {error}") from error

    async def publish(self, letters: Sequence[Letter]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.gather(*map(self._publish, letters))
        except _TROUBLE as error:
            raise PublishFailed(f"RabbitMQ: {type(error).__name__} {error}") from error

    async def _publish(self, letter: Letter) -> None:
        exchange = await self._channel.get_exchange(letter.topic, ensure=False)
        message = Message(
            letter.body,
            headers=dict(letter.headers),
            message_id=letter.message_id,
            delivery_mode=DeliveryMode.PERSISTENT,
            content_type="application/json",
        )
        await exchange.publish(message, routing_key=letter.topic, mandatory=True)

    async def collect(self, topic: str, settling: Settling, batch: int) -> None:
        acknowledging = Acknowledging()

        async def settle(messages: Sequence[AbstractIncomingMessage]) -> None:
            deliveries = [_delivery(topic, message) for message in messages]
            came_as = {id(delivery): message for delivery, message in zip(deliveries, messages, strict=True)}

            async def acknowledge(done: Sequence[Delivery]) -> None:
                try:
                    await acknowledging([came_as[id(one)] for one in done])
                except _TROUBLE as error:  # they come again on the next connection, and are known then
                    broker_log.warning("an acknowledgement did not reach RabbitMQ: %s", type(error).__name__)

            await settling.until_settled(deliveries, acknowledge)

        self._subscriber = self._broker.subscriber(
            RabbitQueue(topic, declare=False),
            channel=Channel(prefetch_count=min(2 * batch, _MOST_PREFETCHED)),
            ack_policy=AckPolicy.MANUAL,
            parser=as_it_came,
            decoder=undecoded,
            no_reply=True,
        )
        gathering = self._gathering = Gathering(settle, batch)

        async def handle(message: AbstractIncomingMessage) -> None:
            gathering.add(message)

        self._subscriber(handle)
        await self._broker.start()

    def broken(self) -> str | None:
        return "the connection to RabbitMQ is closed for good" if self._connection.is_closed else None

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._gathering is not None:
            await self._subscriber.stop()  # no more is delivered, but the connection lives: acknowledge over it
            await self._gathering.finish(GRACE_S)
        await self._broker.stop()

    async def doubts(self, topics: Sequence[str]) -> Sequence[str]:
        async with await aio_pika.connect(self._url) as plain:
            found = [await _doubt_about(plain, topic, _arguments(topic, topics)) for topic in topics]
        return [doubt for doubt in found if doubt]


def _arguments(topic: str, topics: Sequence[str]) -> Mapping[str, Any]:
    dead = {"x-dead-letter-exchange": dead_topic(topic)} if dead_topic(topic) in topics else {}
    return {"x-queue-type": "quorum", **dead}


async def _make(connection: aio_pika.abc.AbstractConnection, topic: str, arguments: Mapping[str, Any]) -> None:
    """Make exchange and queue. A queue that is there already is how its operator wants it."""
    probe = await connection.channel()
    try:
        await probe.declare_queue(topic, passive=True)
    except ChannelNotFoundEntity:
        probe = await connection.channel()
        await probe.declare_queue(topic, durable=True, arguments=dict(arguments))
    exchange = await probe.declare_exchange(topic, aio_pika.ExchangeType.FANOUT, durable=True)
    queue = await probe.get_queue(topic, ensure=False)
    await queue.bind(exchange)
    await probe.close()


async def _doubt_about(
    connection: aio_pika.abc.AbstractConnection, topic: str, arguments: Mapping[str, Any]
) -> str | None:
    """AMQP does not tell how a queue was made, but says what differs from how we would make it."""
    try:
        await (await connection.channel()).declare_queue(topic, durable=True, arguments=dict(arguments))
    except ChannelPreconditionFailed as error:
        said = str(error)
        if "'durable'" in said:
            return f"RabbitMQ queue {topic} is not durable: a restart loses it; make it anew as a quorum queue"
        if "'x-queue-type'" in said:
            return f"RabbitMQ queue {topic} is no quorum queue: it lives on one node, and is lost with its disk"
        return f"RabbitMQ queue {topic} was not made by us: {said}"
    return None


def _delivery(topic: str, message: AbstractIncomingMessage) -> Delivery:
    headers = {name.lower(): text(value) for name, value in message.headers.items()}
    known_as = message.message_id or headers.get("message_id") or sha256(message.body).hexdigest()
    origin = {"origin-topic": topic, "origin-partition": "", "origin-offset": known_as}
    return Delivery(f"amqp:{topic}/{known_as}", message.body, headers, origin)
