"""A collector in a thread, as the command runs it, to be watched and stopped; and what the house has stored."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from attrs import define, evolve, field

from adapters.broker import Handing, Tally
from application.intake.deposit import Deposited, Unsealed, seal_context, sealed_id
from application.intake.door import Door
from haberdasher.bootstrap import App
from haberdasher.bus import collect
from tests.support.broker import PATIENCE_S, Served, until

#: The second half of a door, as a test may put its own in front of it.
Deposit = Callable[[Sequence[Unsealed]], Sequence[Deposited]]


@define(eq=False)
class Collector:
    """Runs until it is stopped; `troubles` are the errors that it was told of."""

    served: Served
    handing: Handing
    batch: int
    tally: Tally = field(factory=Tally)
    troubles: list[Exception] = field(factory=list)
    failure: BaseException | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _stopping: asyncio.Event | None = None
    _thread: threading.Thread = field(init=False)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        if self._loop is not None and self._stopping is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the collector did not stop"
        self.handing.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._collect())
        except BaseException as error:  # noqa: BLE001 - raised by whoever stops it
            self.failure = error

    async def _collect(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.tally = await collect(
            self.served.bus(),
            self.handing,
            topic=self.served.topic,
            batch=self.batch,
            failed=lambda _, error: self.troubles.append(error),
            stopping=self._stopping,
            tally=self.tally,
        )


@contextmanager
def collecting(
    served: Served, door: Door, batch: int = 100, pause: Callable[[float], None] = lambda _: None
) -> Iterator[Collector]:
    """Collect while the block runs; what the collector failed of is raised at its end."""
    collector = Collector(served, Handing(door, "web", pause), batch)
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()
    if collector.failure is not None:
        raise collector.failure


def until_drained(collector: Collector, settled: int) -> None:
    """Wait until so many deliveries are settled, and nothing waits."""
    until(lambda: collector.tally.settled >= settled, "everything is settled")
    until(lambda: collector.served.waiting() == 0, "everything is acknowledged")


def with_deposit(door: Door, wrap: Callable[[Deposit], Deposit]) -> Door:
    """Return the door with something of the test's in front of its store."""
    return evolve(door, deposit=wrap(door.deposit))


def prepare(served: Served) -> None:
    """Make the topic as a collector does, so that there is one to send to."""

    async def connected() -> None:
        bus = served.bus()
        await bus.connect([served.topic, f"{served.topic}.dead"])
        await bus.close()

    asyncio.run(connected())


def stored(app: App) -> list[tuple[str, bytes]]:
    """Return (event id, body) of everything in the intake log, opened."""
    arrivals = [record.arrival for record in app.intake.follow(after=0, limit=1_000_000)]
    contexts = [seal_context(app.settings.tenant, one.source, sealed_id(one)) for one in arrivals]
    opened = app.keyring.unseal([one.key_id for one in arrivals], [one.sealed for one in arrivals], contexts)
    assert None not in opened
    return [(one.source_event_id, body or b"") for one, body in zip(arrivals, opened, strict=True)]
