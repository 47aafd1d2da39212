"""NATS JetStream: one stream per topic on disk, a durable pull consumer, explicit acknowledgements."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import nats.errors
from attrs import define, field
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy as Acknowledged
from nats.js.api import ConsumerConfig, DiscardPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError, ServiceUnavailableError

from adapters.broker.bus import GRACE_S, GROUP, PATIENCE_S, as_it_came, undecoded
from adapters.broker.delivery import BrokerUnusable, Delivery, Letter, PublishFailed, text
from adapters.broker.logs import broker_log
from adapters.broker.settling import Settling

#: A batch that waits for its commit longer than this is delivered a second time, which the door notices.
_ACK_WAIT_S = 60.0
#: How long a batch that is not full waits for more.
_GATHER_S = 0.1
_PAUSE_S = 1.0
Fetch = Callable[..., Coroutine[Any, Any, list[Msg]]]
_TROUBLE = (nats.errors.Error, JetStreamError, TimeoutError, OSError)


def stream_of(topic: str) -> str:
    """Return the stream of a topic; names of streams have no dots."""
    return topic.replace(".", "_")


@define(eq=False)
class NatsBus:
    _url: str
    _ack_wait: float = _ACK_WAIT_S
    _broker: NatsBroker = field(init=False)
    _client: Client = field(init=False)
    _jetstream: JetStreamContext = field(init=False)
    _closed: bool = field(init=False, default=False)

    async def connect(self, topics: Sequence[str]) -> None:
        self._broker = NatsBroker(
            self._url,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            graceful_timeout=GRACE_S,
            apply_types=False,
            logger=broker_log,
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                self._client = await self._broker.connect()
                self._jetstream = self._client.jetstream(timeout=PATIENCE_S)
                for topic in topics:
                    await self._make(topic)
        except _TROUBLE as error:
            raise BrokerUnusable(f"NATS: {type(error).__name__} {error}; is JetStream on (nats-server -js)?") from error

    async def _make(self, topic: str) -> None:
        try:
            await self._jetstream.stream_info(stream_of(topic))
        except NotFoundError:
            wanted = StreamConfig(name=stream_of(topic), subjects=[topic], storage=StorageType.FILE)
            await self._jetstream.add_stream(wanted)

    async def publish(self, letters: Sequence[Letter]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.gather(*map(self._publish, letters))
        except _TROUBLE as error:
            raise PublishFailed(f"NATS: {type(error).__name__} {error}") from error

    async def _publish(self, letter: Letter) -> None:
        headers = {**letter.headers, "Nats-Msg-Id": letter.message_id}
        await self._jetstream.publish(letter.topic, letter.body, stream=stream_of(letter.topic), headers=headers)

    async def collect(self, topic: str, settling: Settling, batch: int) -> None:
        subscriber = self._broker.subscriber(
            topic,
            stream=JStream(stream_of(topic), declare=False),
            durable=GROUP,
            config=ConsumerConfig(
                ack_policy=Acknowledged.EXPLICIT,
                ack_wait=self._ack_wait,
                max_deliver=-1,
                max_ack_pending=10 * batch,
                filter_subject=topic,
            ),
            pull_sub=PullSub(batch_size=batch, timeout=_GATHER_S, batch=True),
            ack_policy=AckPolicy.MANUAL,
            parser=as_it_came,
            decoder=undecoded,
            no_reply=True,
        )
        subscriber(_handler(settling))
        await self._broker.start()
        subscription: Any = subscriber.subscription
        subscription.fetch = _as_foreseen(subscription.fetch)

    def broken(self) -> str | None:
        return "the connection to NATS is closed for good" if self._client.is_closed else None

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            try:
                await self._broker.stop()
            except _TROUBLE:  # a server that is away cannot be taken leave of
                await self._client.close()

    async def doubts(self, topics: Sequence[str]) -> Sequence[str]:
        infos = [await self._jetstream.stream_info(stream_of(topic)) for topic in topics]
        return [doubt for info in infos for doubt in _doubts_about(info)]


def _handler(settling: Settling) -> Callable[[list[Msg]], Coroutine[Any, Any, None]]:
    async def handle(messages: list[Msg]) -> None:
        settled = await settling([_delivery(message) for message in messages])
        for message, yes in zip(messages, settled, strict=True):
            await (message.ack() if yes else message.nak())

    return handle


def _as_foreseen(fetch: Fetch) -> Fetch:
    """Let a fetch fail in the ways that FastStream foresees.

    At any other error, and nats-py has two of "nothing came", FastStream drops what it has gathered so far until the
    server delivers it again, and begins anew without a pause.
    """

    async def fetch_as_foreseen(**asked: Any) -> list[Msg]:
        try:
            return await fetch(**asked)
        except TimeoutError as error:
            raise nats.errors.TimeoutError from error
        except (nats.errors.Error, OSError) as error:
            broker_log.warning("fetching from NATS: %s %s", type(error).__name__, error)
            await asyncio.sleep(_PAUSE_S)
            raise ServiceUnavailableError from error

    return fetch_as_foreseen


def _delivery(message: Msg) -> Delivery:
    lies = message.metadata
    offset = lies.sequence.stream
    origin = {"origin-topic": message.subject, "origin-partition": lies.stream, "origin-offset": str(offset)}
    headers = {name.lower(): text(value) for name, value in (message.headers or {}).items()}
    stored_at = lies.timestamp.timestamp()  # a stream that was made anew counts from 1 again
    return Delivery(f"nats:{lies.stream}/{offset}@{stored_at}", message.data, headers, origin)


def _doubts_about(info: StreamInfo) -> Sequence[str]:
    name, config = info.config.name, info.config
    doubts = []
    if config.storage != StorageType.FILE:
        doubts.append(f"NATS stream {name} is kept in memory: a restart of the server loses it; use file storage")
    if config.max_age or (
        config.discard != DiscardPolicy.NEW and (_limits(config.max_msgs) or _limits(config.max_bytes))
    ):
        doubts.append(f"NATS stream {name} drops its oldest messages at a limit, read or not; use discard=new")
    if (config.num_replicas or 1) < 2:
        doubts.append(
            f"NATS stream {name} has one replica, and the server syncs it every 2 minutes unless told otherwise:"
            " losing power loses what it confirmed; set jetstream.sync_interval: always, or use 3 replicas"
        )
    return doubts


def _limits(value: int | None) -> bool:
    return value is not None and value > 0
