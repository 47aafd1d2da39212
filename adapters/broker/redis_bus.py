"""Redis Streams: a consumer group per topic; what a dead collector had taken is claimed by a living one."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from attrs import define, field
from faststream import AckPolicy
from faststream.redis import BinaryMessageFormatV1, RedisBroker, StreamSub
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from adapters.broker.bus import GRACE_S, GROUP, PATIENCE_S, as_it_came, undecoded
from adapters.broker.delivery import BrokerUnusable, Delivery, Letter, PublishFailed, text
from adapters.broker.logs import broker_log
from adapters.broker.settling import Settling

#: An entry that somebody took this long ago and did not settle is taken from them.
_CLAIM_AFTER_S = 30.0
#: A consumer without entries that was not seen for this long is forgotten.
_FORGET_AFTER_S = 86_400.0
_POLL_MS = 200
#: The field of an entry that holds the event; all others are headers. FastStream's producers use `__data__`.
BODY, _WRAPPED = b"data", b"__data__"
_TROUBLE = (RedisError, TimeoutError, OSError)
_numbers = count(1)

Entry = tuple[bytes, Mapping[bytes, bytes] | None]


@define(eq=False)
class RedisBus:
    """`claim_after`: seconds after which what another collector holds is taken to be left behind."""

    _url: str
    _claim_after: float = _CLAIM_AFTER_S
    _broker: RedisBroker = field(init=False)
    _client: Redis = field(init=False)
    _consumer: str = field(init=False)
    _subscriber: Any = field(init=False, default=None)
    _claiming: "asyncio.Task[None] | None" = field(init=False, default=None)
    #: Entries that are being handled here, and so are not left behind, however long that takes.
    _in_hand: set[bytes] = field(init=False, factory=set)
    _closed: bool = field(init=False, default=False)

    async def connect(self, topics: Sequence[str]) -> None:
        self._broker = RedisBroker(self._url, graceful_timeout=GRACE_S, apply_types=False, logger=broker_log)
        try:
            async with asyncio.timeout(PATIENCE_S):
                self._client = await self._broker.connect()
                number = await self._client.client_id()
        except _TROUBLE as error:
            raise BrokerUnusable(f"Redis: {error}") from error
        self._consumer = f"{socket.gethostname()}-{number}-{next(_numbers)}"
        del topics  # a stream is made by what is first put in it

    async def publish(self, letters: Sequence[Letter]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S), self._client.pipeline(transaction=False) as pipeline:
                for letter in letters:
                    fields: dict[Any, Any] = {**letter.headers, "message_id": letter.message_id, BODY: letter.body}
                    pipeline.xadd(letter.topic, fields)
                await pipeline.execute()
        except _TROUBLE as error:
            raise PublishFailed(f"Redis: {type(error).__name__} {error}") from error

    async def collect(self, topic: str, settling: Settling, batch: int) -> None:
        try:
            # From the beginning: FastStream would begin at the end, and pass over what was sent before the first start.
            await self._client.xgroup_create(topic, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        handle = self._handler(topic, settling)
        self._subscriber = self._broker.subscriber(
            stream=StreamSub(
                topic,
                group=GROUP,
                consumer=self._consumer,
                batch=True,
                max_records=batch,
                polling_interval=_POLL_MS,
                last_id=">",
            ),
            ack_policy=AckPolicy.MANUAL,
            parser=as_it_came,
            decoder=undecoded,
            no_reply=True,
        )

        async def handle_batch(message: Mapping[str, Any]) -> None:
            await handle(list(zip(message["message_ids"], message["data"], strict=True)))

        self._subscriber(handle_batch)
        await self._broker.start()
        self._claiming = asyncio.create_task(self._claim_for_ever(topic, handle, batch))

    def _handler(self, topic: str, settling: Settling) -> Callable[[Sequence[Entry]], Coroutine[Any, Any, None]]:
        async def acknowledge(done: Sequence[Delivery]) -> None:
            ids = [one.origin["origin-offset"] for one in done]
            await self._insist(lambda: self._client.xack(topic, GROUP, *ids))

        async def handle(entries: Sequence[Entry]) -> None:
            ids = {entry_id for entry_id, _ in entries}
            self._in_hand |= ids
            try:
                deliveries = [_delivery(topic, entry_id, fields) for entry_id, fields in entries]
                await settling.until_settled(deliveries, acknowledge)
            finally:
                self._in_hand -= ids

        return handle

    async def _insist(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Repeat what the server did not answer; if it is in vain, the entries are claimed and stored twice: once."""
        for pause in (0.1, 0.5, 1.0, 2.0):
            with suppress(*_TROUBLE):
                await call()
                return
            await asyncio.sleep(pause)

    async def _claim_for_ever(
        self, topic: str, handle: Callable[[Sequence[Entry]], Awaitable[None]], batch: int
    ) -> None:
        while True:
            try:
                await self._claim(topic, handle, batch)
                await self._forget_consumers(topic)
            except _TROUBLE as error:
                broker_log.warning("claiming what others left behind: %s", error)
            await asyncio.sleep(self._claim_after / 2)

    async def _claim(self, topic: str, handle: Callable[[Sequence[Entry]], Awaitable[None]], batch: int) -> None:
        start: bytes = b"0-0"
        while True:
            idle = int(self._claim_after * 1000)
            claimed = await self._client.xautoclaim(topic, GROUP, self._consumer, idle, start_id=start, count=batch)
            if left_behind := [entry for entry in claimed[1] if entry[0] not in self._in_hand]:
                await handle(left_behind)
            start = claimed[0]
            if start == b"0-0":
                return

    async def _forget_consumers(self, topic: str) -> None:
        for one in await self._client.xinfo_consumers(topic, GROUP):
            if not one["pending"] and one["idle"] > _FORGET_AFTER_S * 1000:
                await self._client.xgroup_delconsumer(topic, GROUP, one["name"])

    def broken(self) -> str | None:
        gone = self._subscriber is not None and not self._subscriber.running and not self._closed
        return "the consumer group is gone: was the stream deleted?" if gone else None

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._claiming is not None:
            # What it has in hand is finished: a stop has been called for, so it does not wait.
            self._claiming.cancel()
            with suppress(asyncio.CancelledError):
                await self._claiming
        await self._broker.stop()

    async def doubts(self, topics: Sequence[str]) -> Sequence[str]:
        del topics  # these are settings of the whole server
        try:
            found = await self._client.config_get("appendonly", "appendfsync", "maxmemory-policy")
        except ResponseError as error:
            return [f"Redis does not let its settings be read ({error}): see that appendonly is on"]
        return _doubts_about({text(name): text(value) for name, value in found.items()})


def _delivery(topic: str, entry_id: bytes, fields: Mapping[bytes, bytes] | None) -> Delivery:
    offset = entry_id.decode()
    origin = {"origin-topic": topic, "origin-partition": "", "origin-offset": offset}
    place = f"redis:{topic}/{offset}"
    if fields is None:  # deleted while it was pending
        return Delivery(place, None, {}, origin)
    if (wrapped := fields.get(_WRAPPED)) is not None:
        body, headers = BinaryMessageFormatV1.parse(wrapped)
        return Delivery(place, body, {name.lower(): text(value) for name, value in headers.items()}, origin)
    headers = {text(name).lower(): text(value) for name, value in fields.items() if name != BODY}
    return Delivery(place, fields.get(BODY), headers, origin)


def _doubts_about(settings: Mapping[str, str]) -> Sequence[str]:
    doubts = []
    if settings.get("appendonly") != "yes":
        doubts.append("Redis has appendonly off: a restart loses what it confirmed since the last dump; turn it on")
    elif settings.get("appendfsync") != "always":
        doubts.append("Redis syncs once a second: losing power loses up to a second; set appendfsync always")
    if settings.get("maxmemory-policy", "").startswith("allkeys"):
        doubts.append("Redis may evict streams when its memory is full; set maxmemory-policy noeviction")
    return doubts
