"""Collectors that are killed, brokers that are killed and frozen: what a broker confirmed is stored, once."""

import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.broker import BROKERS, Sent, Served, served, served_at, until
from tests.support.broker_collector import collecting, prepare, stored
from tests.support.broker_load import Load, loaded
from tests.support.broker_outage import KILLED, UNDER_WAY, Outcome, suffer
from tests.support.broker_server import own_server, require_server
from tests.support.broker_worker import work
from tests.support.house import house
from tests.support.kills import PROCESSES, run_and_kill
from tests.support.ledger import Findings, check
from tests.support.shop import viewed

#: Kafka lets nobody into a group at once, and nobody back in before the killed one has timed out.
KILLS: Mapping[str, tuple[int, float]] = {"nats": (2, 0.0), "redis": (3, 0.0), "amqp": (3, 0.0), "kafka": (1, 3.2)}


@pytest.mark.parametrize("kind", BROKERS)
def test_a_killed_collector_loses_and_doubles_nothing(kind: str, tmp_path: Path) -> None:
    """R1, short: SIGKILLs under load at random moments; what the broker confirmed is stored, once, as it was sent."""
    dice, (kills, joining) = random.Random(kind), KILLS[kind]
    house(tmp_path).close()
    with served(kind) as broker, loaded_after_preparing(broker) as load:
        for _ in range(kills):
            run_and_kill(work, (str(tmp_path), kind, broker.url, broker.topic), joining + dice.uniform(0.2, 0.8))
        load.end()
        app = house(tmp_path)
        assert app.intake.head() > 0, "nothing was stored before the kills"
        with collecting(broker, app.door):
            until(lambda: app.intake.head() >= load.sent, "everything is stored")
            until(lambda: broker.waiting() == 0, "everything is acknowledged")
        assert broker.waiting() == 0
        assert check(load.ledger, stored(app)) == Findings()
        assert app.intake.verify() is None
        app.close()


def loaded_after_preparing(broker: Served) -> AbstractContextManager[Load]:
    prepare(broker)
    return loaded(broker)


def test_a_broker_that_is_killed_and_frozen_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """R3, short: each broker is killed once and stopped for 5 s under load, on its own port with its own folder."""
    for kind in BROKERS:
        require_server(kind)
    answers = {}
    for kind in BROKERS:
        answers[kind], theirs = PROCESSES.Pipe(duplex=False)
        PROCESSES.Process(target=suffer, args=(kind, tmp_path / kind, theirs), daemon=True).start()
        theirs.close()
    found = {kind: answer.recv() for kind, answer in answers.items()}
    for answer in answers.values():
        answer.close()
    assert {kind: one for kind, one in found.items() if not isinstance(one, Outcome)} == {}
    assert {kind: one.findings for kind, one in found.items()} == dict.fromkeys(BROKERS, Findings())
    assert {kind: one.waiting for kind, one in found.items()} == dict.fromkeys(BROKERS, 0)
    assert all(found[kind].again > 0 for kind in KILLED), "no kill was noticed"
    sent = {kind: one.sent for kind, one in found.items()}
    assert all(count >= 2 * UNDER_WAY for count in sent.values()), f"there was no load: {sent}"


@pytest.mark.parametrize("kind", ["nats", "redis"])
def test_a_collector_ends_when_its_broker_is_away(kind: str, tmp_path: Path) -> None:
    """A stop does not wait for a server that does not come back, and is no failure."""
    require_server(kind)
    with own_server(kind, tmp_path / "server") as server:
        app = house(tmp_path / "home")
        broker = served_at(kind, server.url, "haberdasher.intake.v1")
        prepare(broker)
        broker.send([Sent(viewed("p"), {"source": "web"})])
        with collecting(broker, app.door):
            until(lambda: app.intake.head() == 1, "the event is stored")
            server.kill()
        app.close()
