"""Kafka: one consumer group, offsets committed by hand, partition by partition, for what is stored and nothing beyond.

FastStream's own acknowledgement commits whatever was polled last, also what was given back a moment ago.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from faststream import AckPolicy
from faststream.confluent import KafkaBroker

from adapters.broker.bus import GRACE_S, GROUP, PATIENCE_S, as_it_came, undecoded
from adapters.broker.delivery import BrokerUnusable, Delivery, Letter, PublishFailed, text
from adapters.broker.logs import broker_log
from adapters.broker.settling import Settling

_POLL_S = 0.1
_LOOK_AGAIN_S = 0.2
#: A topic and one of its partitions.
Partition = tuple[str, int]


@define(eq=False)
class KafkaBus:
    """`session_timeout`: seconds after which the partitions of a dead collector go to a living one."""

    _servers: str
    _session_timeout: float = 10.0
    _broker: KafkaBroker = field(init=False)
    _producer: Producer = field(init=False)
    _subscriber: Any = field(init=False, default=None)
    _broken: str | None = field(init=False, default=None)
    _closed: bool = field(init=False, default=False)

    async def connect(self, topics: Sequence[str]) -> None:
        # Idempotent: a retry inside the client neither doubles nor reorders; `acks` is then `all`.
        settings: dict[str, Any] = {"bootstrap.servers": self._servers, "enable.idempotence": True, "linger.ms": 5}
        self._producer = Producer(settings, logger=broker_log)
        for topic in topics:
            await self._require(topic)

    async def _require(self, topic: str) -> None:
        """Topics are made by whoever decides on partitions and replicas; some clusters make them when asked."""
        for _ in range(int(PATIENCE_S / _LOOK_AGAIN_S)):
            try:
                found = await asyncio.to_thread(self._producer.list_topics, topic, PATIENCE_S)
            except KafkaException as error:
                raise BrokerUnusable(f"Kafka: {error.args[0].str()}") from error
            if found.topics[topic].error is None:
                return
            await asyncio.sleep(_LOOK_AGAIN_S)
        raise BrokerUnusable(
            f"Kafka has no topic {topic}: make it, for instance with kafka-topics.sh --create --topic {topic}"
            " --partitions 6 --replication-factor 3 --config min.insync.replicas=2"
        )

    async def publish(self, letters: Sequence[Letter]) -> None:
        await asyncio.to_thread(self._publish, letters)

    def _publish(self, letters: Sequence[Letter]) -> None:
        failed: list[KafkaError] = []
        confirmed = 0

        def reported(error: KafkaError | None, _: Message) -> None:
            nonlocal confirmed
            if error is None:
                confirmed += 1
            else:
                failed.append(error)

        try:
            for letter in letters:
                headers: list[Any] = [(name, value.encode()) for name, value in letter.headers.items()]
                named = [*headers, ("message_id", letter.message_id.encode())]
                self._producer.produce(letter.topic, letter.body, letter.key, headers=named, on_delivery=reported)
            self._producer.flush(PATIENCE_S)
        except (KafkaException, BufferError) as error:
            raise PublishFailed(f"Kafka: {error}") from error
        if confirmed < len(letters):
            said = failed[0].str() if failed else "no answer in time"
            raise PublishFailed(f"Kafka confirmed {confirmed} of {len(letters)}: {said}")

    async def collect(self, topic: str, settling: Settling, batch: int) -> None:
        self._broker = KafkaBroker(
            self._servers,
            allow_auto_create_topics=False,
            graceful_timeout=GRACE_S,
            apply_types=False,
            logger=broker_log,
        )
        self._subscriber = self._broker.subscriber(
            topic,
            group_id=GROUP,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self._session_timeout * 1000),
            heartbeat_interval_ms=int(self._session_timeout * 300),
            polling_interval=_POLL_S,
            batch=True,
            max_records=batch,
            ack_policy=AckPolicy.MANUAL,
            parser=as_it_came,
            decoder=undecoded,
            no_reply=True,
        )

        async def handle(messages: Sequence[Message]) -> None:
            if self._broken is None:
                settled = await settling([_delivery(message) for message in messages])
                await asyncio.to_thread(self._move, self._subscriber.consumer.consumer, messages, settled)

        self._subscriber(handle)
        await self._broker.start()

    def _move(self, consumer: Consumer, messages: Sequence[Message], settled: Sequence[bool]) -> None:
        """Commit what is settled, and go back to what is not. Whatever another collector has now, it begins anew."""
        done, back = offsets(messages, settled)
        try:
            if done:
                consumer.commit(offsets=_named(done), asynchronous=False)
        except KafkaException as error:
            broker_log.warning("an offset was not committed, its events are delivered again: %s", error)
        for place in _named(back):
            try:
                consumer.seek(place)
            except KafkaException as error:
                if any((one.topic, one.partition) == (place.topic, place.partition) for one in consumer.assignment()):
                    # Read on, and the next commit would pass over what was not stored.
                    self._broken = f"Kafka does not go back to {place.topic}/{place.partition}/{place.offset}: {error}"

    def broken(self) -> str | None:
        return self._broken

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._subscriber is not None:
            await self._broker.stop()
        await asyncio.to_thread(self._producer.flush, PATIENCE_S)

    async def doubts(self, topics: Sequence[str]) -> Sequence[str]:
        found = await asyncio.to_thread(self._producer.list_topics, None, PATIENCE_S)
        return [
            f"Kafka topic {topic} has one replica: it is lost with its disk; use 3, and min.insync.replicas=2"
            for topic in topics
            if any(len(one.replicas) < 2 for one in found.topics[topic].partitions.values())
        ]


def offsets(
    messages: Sequence[Message], settled: Sequence[bool]
) -> tuple[Mapping[Partition, int], Mapping[Partition, int]]:
    """Return the offset to commit and the offset to go back to, for each partition that has one.

    A partition is settled up to its first message that is not; messages of a partition come in order.
    """
    done: dict[Partition, int] = {}
    back: dict[Partition, int] = {}
    for message, yes in zip(messages, settled, strict=True):
        at, offset = (message.topic() or "", message.partition() or 0), message.offset() or 0
        if at in back:
            continue
        if yes:
            done[at] = offset + 1
        else:
            back[at] = offset
    return done, back


def _named(found: Mapping[Partition, int]) -> list[TopicPartition]:
    return [TopicPartition(topic, partition, offset) for (topic, partition), offset in found.items()]


def _delivery(message: Message) -> Delivery:
    topic, partition, offset = message.topic() or "", message.partition(), message.offset()
    _, stored_at = message.timestamp()
    headers = {name.lower(): text(value) for name, value in _pairs(message) if value is not None}
    origin = {"origin-topic": topic, "origin-partition": str(partition), "origin-offset": str(offset)}
    return Delivery(f"kafka:{topic}/{partition}/{offset}@{stored_at}", message.value(), headers, origin)


def _pairs(message: Message) -> Sequence[tuple[str, Any]]:
    found: Any = message.headers() or ()
    return list(found.items()) if isinstance(found, dict) else list(found)
