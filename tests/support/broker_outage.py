"""One broker killed and frozen under load, in a process of its own.

Client libraries leave the sockets of connections that were lost to the garbage collector; there they trouble nobody.
"""

from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from time import sleep

from attrs import frozen

from tests.support.broker import served_at, until
from tests.support.broker_collector import collecting, prepare, stored
from tests.support.broker_load import loaded
from tests.support.broker_server import own_server
from tests.support.house import house
from tests.support.ledger import Findings, check

FROZEN_S = 5.0
#: Events between one fault and the next.
UNDER_WAY = 250
#: Kafka's mock cluster forgets everything when it ends, so it is frozen only.
KILLED = frozenset({"nats", "redis", "amqp"})


@frozen
class Outcome:
    """`sent`: events that the broker confirmed. `again`: batches that it did not confirm at the first attempt."""

    findings: Findings
    sent: int
    again: int
    waiting: int


def suffer(kind: str, folder: Path, answer: Connection) -> None:
    """Send an `Outcome`, or the text of what went wrong."""
    try:
        answer.send(_outage(kind, folder))
    except BaseException as error:  # noqa: BLE001 - the test asserts that there is none
        answer.send(f"{type(error).__name__}: {error}")


def _outage(kind: str, folder: Path) -> Outcome:
    folder.mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(own_server(kind, folder / "server"))
        app = house(folder / "home")
        stack.callback(app.close)
        broker = served_at(kind, server.url, "haberdasher.intake.v1")
        prepare(broker)
        load = stack.enter_context(loaded(broker))
        with collecting(broker, app.door) as collector:
            until(lambda: app.intake.head() >= UNDER_WAY, "events are stored")
            if kind in KILLED:
                server.kill()
                until(lambda: load.again > 0, "the producer notices")
                server.start()
                before = app.intake.head()
                until(lambda: app.intake.head() >= before + UNDER_WAY, "it goes on after the kill")
            with server.frozen():
                sleep(FROZEN_S)
            before = app.intake.head()
            until(lambda: app.intake.head() >= before + UNDER_WAY, "it goes on after the freeze")
            load.end()
            until(lambda: app.intake.head() >= load.sent, "everything is stored")
            until(lambda: broker.waiting() == 0, "everything is acknowledged")
        assert collector.tally.dead == collector.tally.quarantined == 0
        return Outcome(check(load.ledger, stored(app)), load.sent, load.again, broker.waiting())
