"""Events through each broker into the store, as ratios to a bare consumer of the same client library.

The bare one takes batches of the same size, hands them to the same door over the same kind of database, and
acknowledges them afterwards; it has no dead letters, no redelivery, no way to stop, and loses what meets trouble. Bare
and ours alternate, each over a new house and a topic of its own. Measured from the first event that comes to the store
until the last one is acknowledged; joining a group is left out.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import aio_pika
import nats
import redis
from confluent_kafka import Consumer

from adapters.broker.bus import GROUP
from adapters.broker.nats_bus import stream_of
from application.intake.deposit import Deposited, Unsealed
from haberdasher.bootstrap import App
from tests.benchmarks.row import Row
from tests.support.broker import BROKERS, Sent, Served, served
from tests.support.broker_collector import Deposit, collecting, prepare, with_deposit
from tests.support.house import house
from tests.support.shop import viewed

EVENTS = 10_000
BATCH = 500
REPETITIONS = 5
BOUND = 0.5

#: Hands bodies to the door; returns when they are durable.
Store = Callable[[Sequence[bytes]], None]


async def _bare_nats(broker: Served, store: Store) -> None:
    client = await nats.connect(broker.url)
    subscription = await client.jetstream().pull_subscribe(broker.topic, durable=GROUP, stream=stream_of(broker.topic))
    done = 0
    while done < EVENTS:
        messages = await subscription.fetch(BATCH, timeout=5)
        await asyncio.to_thread(store, [one.data for one in messages])
        for one in messages:
            await one.ack()
        done += len(messages)
    await client.drain()


async def _bare_rabbit(broker: Served, store: Store) -> None:
    async with await aio_pika.connect(broker.url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=2 * BATCH)
        queue = await channel.declare_queue(broker.topic, passive=True)
        done, waiting = 0, list[Any]()
        async with queue.iterator() as messages:
            async for message in messages:
                waiting.append(message)
                if len(waiting) == BATCH or done + len(waiting) == EVENTS:
                    await asyncio.to_thread(store, [one.body for one in waiting])
                    for one in waiting:
                        await one.ack()
                    done += len(waiting)
                    waiting.clear()
                if done == EVENTS:
                    return


async def _bare_redis(broker: Served, store: Store) -> None:
    client: Any = redis.asyncio.Redis.from_url(broker.url)
    await client.xgroup_create(broker.topic, GROUP, id="0")
    done = 0
    while done < EVENTS:
        ((_, entries),) = await client.xreadgroup(GROUP, "bare", {broker.topic: ">"}, count=BATCH, block=1000)
        await asyncio.to_thread(store, [fields[b"data"] for _, fields in entries])
        await client.xack(broker.topic, GROUP, *(name for name, _ in entries))
        done += len(entries)
    await client.aclose()


async def _bare_kafka(broker: Served, store: Store) -> None:
    settings: Any = {
        "bootstrap.servers": broker.url.removeprefix("kafka://"),
        "group.id": GROUP,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    consumer = Consumer(settings)
    consumer.subscribe([broker.topic])
    done = 0
    while done < EVENTS:
        if messages := consumer.consume(BATCH, 0.1):
            store([one.value() or b"" for one in messages])
            consumer.commit(asynchronous=False)
            done += len(messages)
    consumer.close()


_BARE: Mapping[str, Callable[[Served, Store], Any]] = {
    "nats": _bare_nats,
    "redis": _bare_redis,
    "amqp": _bare_rabbit,
    "kafka": _bare_kafka,
}


def _messages() -> list[Sent]:
    return [Sent(viewed(f"p-{n % 1000}", n % 1440, cookie=f"c-{n // 5}"), {"source": "web"}) for n in range(EVENTS)]


def _bare_rate(broker: Served, app: App) -> float:
    started: list[float] = []

    def store(bodies: Sequence[bytes]) -> None:
        started.append(perf_counter())
        app.door.receive("web", bodies, batch_id=str(len(started)))

    asyncio.run(_BARE[_kind(broker)](broker, store))
    return EVENTS / (perf_counter() - started[0])


def _our_rate(broker: Served, app: App) -> float:
    started: list[float] = []

    def timed(deposit: Deposit) -> Deposit:
        def at(items: Sequence[Unsealed]) -> Sequence[Deposited]:
            if not started:
                started.append(perf_counter())
            return deposit(items)

        return at

    with collecting(broker, with_deposit(app.door, timed), batch=BATCH) as collector:
        while collector.tally.settled < EVENTS:
            sleep(0.002)
        ended = perf_counter()
    return EVENTS / (ended - started[0])


def _kind(broker: Served) -> str:
    return broker.url.partition("://")[0]


def _measure(kind: str) -> list[Row]:
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(REPETITIONS):
        for name, rate in (("bare", _bare_rate), ("ours", _our_rate)):
            with TemporaryDirectory() as folder, served(kind) as broker:
                app = house(Path(folder))
                prepare(broker)
                broker.send(_messages())
                rates[name].append(rate(broker, app))
                assert app.intake.head() == EVENTS
                assert broker.waiting() == 0
                app.close()
    ratios = [ours / bare for ours, bare in zip(rates["ours"], rates["bare"], strict=True)]
    return [
        Row(f"{kind}: bare consumer", rates["bare"], "events/s"),
        Row(f"{kind}: collector", rates["ours"], "events/s"),
        Row(f"{kind}: collector / bare", ratios, "", BOUND),
    ]


def run() -> list[Row]:
    """Measure every broker."""
    return [row for kind in BROKERS for row in _measure(kind)]
