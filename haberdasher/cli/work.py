"""`haberdasher work`: the roles of a distributed house that stand between a broker and the logs."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from time import monotonic

import click

from adapters.broker import BrokerUnusable, Handing, Tally, require_reachable
from haberdasher.bootstrap import running
from haberdasher.bus import CollectorBroken, bus_of, collect, doubts, follower_of, outlet_of
from haberdasher.cli.show import err, fail
from haberdasher.settings import load
from ports.messages import INTAKE, OutletUnavailable

_REPORT_EVERY_S = 10.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_broker_option = click.option(
    "--broker", "url", required=True, metavar="URL", help="nats://, redis://, amqp:// or kafka://, with host and port."
)


class Unusable(click.ClickException):
    """The broker cannot be used as it was given."""

    exit_code = 2


@click.group()
def work() -> None:
    """The roles of a house in several processes; each works until Ctrl-C or SIGTERM."""


@work.command()
@_broker_option
@click.option("--topic", default=INTAKE, show_default=True, help="Topic, subject, stream or queue to read.")
@click.option("--source", default="http", show_default=True, help="Whose events they are, where no header says it.")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Most events a commit.")
def collector(url: str, topic: str, source: str, batch: int) -> None:
    """Store what comes in. A message is acknowledged when its event is durable, and not before."""
    _require(url)
    with running(load()) as app:
        if source not in app.sources:
            raise Unusable(f"no source is called {source!r}; there are {', '.join(sorted(app.sources))}")
        for doubt in _doubts(url, topic):
            err.print(f"warning: {doubt}")
        handing = Handing(app.door, source)
        err.print(f"collecting from {topic}; Ctrl-C ends it")

        async def until_told() -> Tally:
            stopping = asyncio.Event()
            for number in _SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, stopping.set)
            return await collect(
                bus_of(url),
                handing,
                topic=topic,
                batch=batch,
                failed=_said_now_and_then(),
                stopping=stopping,
                looked=_reporting(),
            )

        try:
            tally = asyncio.run(until_told())
        except BrokerUnusable as error:
            raise Unusable(str(error)) from None
        except CollectorBroken as error:
            raise fail(f"{error}; nothing is lost, start it again") from None
        finally:
            handing.close()
        err.print(f"ended; {_summary(tally)}")


@work.command()
@_broker_option
@click.option("--name", default="outlet", show_default=True, help="Each name has a place of its own in the log.")
def outlet(url: str, name: str) -> None:
    """Publish sessions and orders from the log. The place in the log moves on when the broker has confirmed."""
    _require(url)
    stopping = threading.Event()
    for number in _SIGNALS:
        signal.signal(number, lambda *_: stopping.set())
    with running(load()) as app:
        try:
            connected = outlet_of(url)
        except BrokerUnusable as error:
            raise Unusable(str(error)) from None
        follower = follower_of(app, connected, name)
        failed = _said_now_and_then()
        err.print("publishing; Ctrl-C ends it")
        try:
            position, pause = app.log.position(follower.follower), 0.25
            while not stopping.is_set():
                before = position
                try:
                    position = follower.step(position)
                    pause = 0.25
                except (OutletUnavailable, OSError) as error:
                    failed("publishing", error)
                    pause = min(2 * pause, 5.0)
                if position == before:
                    stopping.wait(pause)
        finally:
            connected.close()
        err.print(f"ended; {follower.published:,} published, at {position:,} of {app.log.head():,}")


def _require(url: str) -> None:
    try:
        require_reachable(url)
    except BrokerUnusable as error:
        raise Unusable(str(error)) from None


def _doubts(url: str, topic: str) -> list[str]:
    try:
        return list(doubts(url, topic))
    except BrokerUnusable as error:
        raise Unusable(str(error)) from None


def _said_now_and_then() -> Callable[[str, Exception], None]:
    """Say what went wrong, the same at most every few seconds: it is tried again several times a second."""
    said: dict[str, float] = {}

    def failed(what: str, error: Exception) -> None:
        name = f"{what}: {type(error).__name__}"
        if monotonic() - said.get(name, float("-inf")) >= _REPORT_EVERY_S:
            said[name] = monotonic()
            print(f"{name}; nothing is lost, it is tried again", file=sys.stderr, flush=True)

    return failed


def _reporting() -> Callable[[Tally], None]:
    reported, said = monotonic(), 0

    def looked(tally: Tally) -> None:
        nonlocal reported, said
        if tally.settled != said and monotonic() - reported >= _REPORT_EVERY_S:
            reported, said = monotonic(), tally.settled
            err.print(_summary(tally))

    return looked


def _summary(tally: Tally) -> str:
    return (
        f"{tally.accepted:,} accepted, {tally.duplicate:,} duplicates, {tally.quarantined:,} quarantined,"
        f" {tally.dead:,} dead letters"
    )
