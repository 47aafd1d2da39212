"""Real brokers for tests, asked through their plain client libraries: what is sent, what waits, what lies dead."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
import nats
import redis
from attrs import Factory, define, frozen
from confluent_kafka import Consumer, Producer, TopicPartition
from nats.js.api import StreamConfig

from adapters.broker import Bus
from adapters.broker.bus import GROUP
from adapters.broker.kafka_bus import KafkaBus
from adapters.broker.nats_bus import NatsBus, stream_of
from adapters.broker.rabbit_bus import RabbitBus
from adapters.broker.redis_bus import RedisBus
from tests.support.services import absent

BROKERS = ("nats", "redis", "amqp", "kafka")
URLS = {
    "nats": os.environ.get("HABERDASHER_TEST_NATS", "nats://127.0.0.1:4222"),
    "redis": os.environ.get("HABERDASHER_TEST_REDIS", "redis://127.0.0.1:6379"),
    "amqp": os.environ.get("HABERDASHER_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672/"),
}
PATIENCE_S = 30.0
T = TypeVar("T")


@frozen
class Sent:
    """A message as a foreign producer sends it."""

    body: bytes
    headers: dict[str, str] = Factory(dict)


class Served(Protocol):
    """A broker that runs, and one topic in it."""

    url: str
    topic: str

    def bus(self) -> Bus: ...

    def send(self, messages: Sequence[Sent]) -> None:
        """Send as a foreign producer does, all confirmed on return."""
        ...

    def waiting(self) -> int:
        """Return how many messages of the topic are not acknowledged, delivered or not."""
        ...

    def lying(self, topic: str) -> list[Sent]:
        """Return everything that is in a topic."""
        ...

    def remove(self, *topics: str) -> None: ...


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def until(holds: Callable[[], bool], what: str, patience: float = PATIENCE_S) -> None:
    """Wait for something to become true, and fail with its name if it does not."""
    deadline = monotonic() + patience
    while not holds():
        assert monotonic() < deadline, f"in vain: {what}"
        sleep(0.05)


@define
class NatsServed:
    topic: str
    url: str

    def bus(self) -> Bus:
        return NatsBus(self.url, ack_wait=1.0)

    def _ask(self, work: Callable[[Any, Any], Coroutine[Any, Any, T]]) -> T:
        async def asked() -> T:
            async with asyncio.timeout(5):
                client = await nats.connect(self.url, connect_timeout=2, max_reconnect_attempts=1)
            try:
                async with asyncio.timeout(5):
                    return await work(client, client.jetstream())
            finally:
                await client.close()

        return run(asked())

    def send(self, messages: Sequence[Sent]) -> None:
        async def work(_: Any, stream: Any) -> None:
            await stream.add_stream(StreamConfig(name=stream_of(self.topic), subjects=[self.topic]))
            for start in range(0, len(messages), 500):
                chunk = messages[start : start + 500]
                await asyncio.gather(
                    *(stream.publish(self.topic, one.body, headers=one.headers or None) for one in chunk)
                )

        self._ask(work)

    def waiting(self) -> int:
        async def work(_: Any, stream: Any) -> int:
            info = await stream.consumer_info(stream_of(self.topic), GROUP)
            return int(info.num_pending + info.num_ack_pending)

        return self._ask(work)

    def lying(self, topic: str) -> list[Sent]:
        async def work(_: Any, stream: Any) -> list[Sent]:
            info = await stream.stream_info(stream_of(topic))
            found = [await stream.get_msg(stream_of(topic), n + 1) for n in range(info.state.messages)]
            return [Sent(one.data, {k.lower(): v for k, v in (one.headers or {}).items()}) for one in found]

        return self._ask(work)

    def remove(self, *topics: str) -> None:
        async def work(_: Any, stream: Any) -> None:
            for topic in topics:
                try:
                    await stream.delete_stream(stream_of(topic))
                except nats.js.errors.NotFoundError:
                    continue

        self._ask(work)


@define
class RedisServed:
    topic: str
    url: str

    def bus(self) -> Bus:
        return RedisBus(self.url, claim_after=1.0)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        client = redis.Redis.from_url(self.url)
        try:
            yield client
        finally:
            client.close()

    def send(self, messages: Sequence[Sent]) -> None:
        with self._client() as client, client.pipeline(transaction=False) as pipeline:
            for one in messages:
                pipeline.xadd(self.topic, {"data": one.body, **one.headers})
            pipeline.execute()

    def waiting(self) -> int:
        with self._client() as client:
            (group,) = client.xinfo_groups(self.topic)
            after = client.xrange(self.topic, min=b"(" + group["last-delivered-id"])
            return len(after) + int(group["pending"])

    def lying(self, topic: str) -> list[Sent]:
        with self._client() as client:
            return [
                Sent(fields[b"data"], {k.decode(): v.decode() for k, v in fields.items() if k != b"data"})
                for _, fields in client.xrange(topic)
            ]

    def remove(self, *topics: str) -> None:
        with self._client() as client:
            client.delete(*topics)


@define
class RabbitServed:
    topic: str
    url: str

    def bus(self) -> Bus:
        return RabbitBus(self.url)

    def _ask(self, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        async def asked() -> T:
            async with await aio_pika.connect(self.url, timeout=5) as connection:
                return await work(await connection.channel())

        return run(asked())

    def send(self, messages: Sequence[Sent]) -> None:
        async def work(channel: Any) -> None:
            exchange = channel.default_exchange
            await asyncio.gather(
                *(
                    exchange.publish(
                        aio_pika.Message(
                            one.body,
                            headers={k: v for k, v in one.headers.items() if k != "message_id"},
                            message_id=one.headers.get("message_id"),
                            delivery_mode=2,
                        ),
                        self.topic,
                    )
                    for one in messages
                )
            )

        self._ask(work)

    def waiting(self) -> int:
        """Ready ones are all that AMQP tells while somebody consumes: ask when nobody does."""

        async def work(channel: Any) -> int:
            return int((await channel.declare_queue(self.topic, passive=True)).declaration_result.message_count)

        return self._ask(work)

    def lying(self, topic: str) -> list[Sent]:
        async def work(channel: Any) -> list[Sent]:
            queue = await channel.declare_queue(topic, passive=True)
            found = []
            while (one := await queue.get(no_ack=True, fail=False)) is not None:
                found.append(Sent(one.body, {**one.headers, "message_id": one.message_id}))
            return found

        return self._ask(work)

    def remove(self, *topics: str) -> None:
        async def work(channel: Any) -> None:
            for topic in topics:
                await channel.queue_delete(topic)
                await channel.exchange_delete(topic)

        self._ask(work)


@define
class KafkaServed:
    topic: str
    url: str

    def bus(self) -> Bus:
        return KafkaBus(self._servers, session_timeout=6.0)

    @property
    def _servers(self) -> str:
        return self.url.removeprefix("kafka://")

    def send(self, messages: Sequence[Sent]) -> None:
        producer, failed = Producer({"bootstrap.servers": self._servers}), list[Any]()
        for one in messages:
            headers: Any = list(one.headers.items())
            producer.produce(
                self.topic,
                one.body,
                key=str(hash(one.body)),
                headers=headers,
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
        assert producer.flush(20) == 0
        assert not failed

    @contextmanager
    def _consumer(self, group: str) -> Iterator[Consumer]:
        settings: Any = {"bootstrap.servers": self._servers, "group.id": group, "enable.auto.commit": False}
        consumer = Consumer(settings)
        try:
            yield consumer
        finally:
            consumer.close()

    def _partitions(self, consumer: Consumer, topic: str) -> list[TopicPartition]:
        found = consumer.list_topics(topic, 10).topics[topic].partitions
        return [TopicPartition(topic, number) for number in found]

    def waiting(self) -> int:
        with self._consumer(GROUP) as consumer:
            committed = consumer.committed(self._partitions(consumer, self.topic), 10)
            ends = [consumer.get_watermark_offsets(one, 10)[1] for one in committed]
            return sum(end - max(one.offset, 0) for one, end in zip(committed, ends, strict=True))

    def lying(self, topic: str) -> list[Sent]:
        with self._consumer(uuid4().hex) as consumer:
            partitions = self._partitions(consumer, topic)
            total = sum(consumer.get_watermark_offsets(one, 10)[1] for one in partitions)
            consumer.assign([TopicPartition(one.topic, one.partition, 0) for one in partitions])
            found: list[Sent] = []
            until(lambda: self._read(consumer, found) >= total, f"{total} messages in {topic}")
            return found

    def _read(self, consumer: Consumer, found: list[Sent]) -> int:
        for one in consumer.consume(1000, 0.1):
            assert one.error() is None, one.error()
            headers: Any = one.headers() or []
            found.append(Sent(one.value() or b"", {name: value.decode() for name, value in headers}))
        return len(found)

    def remove(self, *topics: str) -> None:
        """The cluster is in memory and ends with its process."""


@contextmanager
def kafka_cluster() -> Iterator[str]:
    """A Kafka of librdkafka's own, in this process; yields its URL."""
    settings: Any = {"bootstrap.servers": "x:1", "test.mock.num.brokers": 1}
    cluster = Producer(settings)
    (broker,) = cluster.list_topics(timeout=10).brokers.values()
    yield f"kafka://{broker.host}:{broker.port}"
    del cluster


def _answers(served: Served) -> None:
    try:
        served.remove("test.nothing")
    except Exception as error:  # noqa: BLE001 - whatever it is, there is no broker to test with
        parts = urlsplit(served.url)
        absent(f"{parts.scheme} at {parts.hostname}:{parts.port}: {error}")


def served_at(kind: str, url: str, topic: str) -> Served:
    """Return a topic of the broker at `url`."""
    makers: dict[str, Callable[[str, str], Served]] = {
        "nats": NatsServed,
        "redis": RedisServed,
        "amqp": RabbitServed,
        "kafka": KafkaServed,
    }
    return makers[kind](topic, url)


@contextmanager
def served(kind: str) -> Iterator[Served]:
    """A topic of its own in a broker that runs, removed afterwards with its dead letters."""
    with kafka_cluster() if kind == "kafka" else nullcontext(URLS.get(kind, "")) as url:
        found = served_at(kind, url, f"test.{uuid4().hex}.v1")
        _answers(found)
        try:
            yield found
        finally:
            found.remove(found.topic, f"{found.topic}.dead")
