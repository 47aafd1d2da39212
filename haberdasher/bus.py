"""The house on the bus: what its brokers need, wired from an `App`."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from adapters.broker import BUSES, Bus, BusOutlet, Handing, Settling, Tally, dead_topic, require_reachable, scheme_of
from application.outlet.follower import OutletFollower, Translation
from application.outlet.orders import OrderMessages
from application.outlet.persons import PersonMessages
from application.outlet.returns import ReturnMessages
from application.outlet.sessions import SessionMessages
from haberdasher.bootstrap import App
from ports.messages import INTAKE, TOPICS, Outlet

#: How often a collector looks whether it is still one.
_LOOK_S = 0.5
#: Longer than a bus waits for its batch in flight.
_LEAVE_S = 40.0
#: What is told of trouble that passes: (what, error).
Failed = Callable[[str, Exception], None]


class CollectorBroken(Exception):
    """The collector cannot go on in this process. Nothing is lost: start it again."""


def bus_of(url: str) -> Bus:
    """Return the bus of a URL, not yet connected. Errors: `BrokerUnusable`."""
    return BUSES[scheme_of(url)](url)


async def collect(
    bus: Bus,
    handing: Handing,
    *,
    topic: str,
    batch: int,
    failed: Failed,
    stopping: asyncio.Event,
    tally: Tally | None = None,
    looked: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Take what comes in on `topic` until `stopping`; return what became of it. The batch in flight is finished.

    `looked` is called with what was done so far, twice a second; it is counted in `tally`. Errors: `BrokerUnusable`,
    `CollectorBroken`.
    """
    settling = Settling(topic, handing.take, bus.publish, failed, stopping, tally or Tally())
    await bus.connect([topic, dead_topic(topic)])
    try:
        await bus.collect(topic, settling, batch)
        while not stopping.is_set():
            try:
                await asyncio.wait_for(stopping.wait(), _LOOK_S)
            except TimeoutError:
                looked(settling.tally)
            if (why := bus.broken()) is not None:
                raise CollectorBroken(why)
    finally:
        stopping.set()
        with suppress(TimeoutError):  # a broker that is away cannot be taken leave of
            await asyncio.wait_for(bus.close(), _LEAVE_S)
    return settling.tally


def outlet_of(url: str) -> BusOutlet:
    """Return an outlet that is connected. Errors: `BrokerUnusable`."""
    scheme_of(url)
    return BusOutlet(partial(bus_of, url), sorted(set(TOPICS.values())))


def translations_of(tenant: str) -> Sequence[Translation]:
    return (SessionMessages(tenant), OrderMessages(tenant), ReturnMessages(tenant), PersonMessages(tenant))


def follower_of(app: App, outlet: Outlet, name: str = "outlet") -> OutletFollower:
    """Return the follower that publishes the log of the house."""
    return OutletFollower(app.log, app.read_models, outlet, translations_of(app.settings.tenant), name)


def doubts(url: str, topic: str = INTAKE) -> Sequence[str]:
    """Say which settings of the broker can lose what it has confirmed, for `doctor`. Errors: `BrokerUnusable`."""
    require_reachable(url)

    async def ask() -> Sequence[str]:
        bus = bus_of(url)
        topics = [topic, dead_topic(topic), *sorted(set(TOPICS.values()))]
        try:
            await bus.connect(topics)
            return await bus.doubts(topics)
        finally:
            await bus.close()

    return asyncio.run(ask())
