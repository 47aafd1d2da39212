"""Events from a broker: once each, whatever is sent twice, is poison, or meets trouble of ours."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy.exc import OperationalError

from adapters.broker import MAX_TRIES, Delivery, Handing
from adapters.broker.handing import Again, Dead
from adapters.database import DatabaseBusy
from application.intake.deposit import Deposited, Unsealed
from application.intake.door import Answer
from domain.taxonomy.quarantine import EventQuarantined
from haberdasher.bootstrap import App
from tests.support.broker import BROKERS, PATIENCE_S, Sent, Served, served, until
from tests.support.broker_collector import Collector, Deposit, collecting, prepare, stored, until_drained, with_deposit
from tests.support.house import house
from tests.support.ledger import Findings, Ledger, check
from tests.support.shop import viewed

EVENTS = 600
every_broker = pytest.mark.parametrize("kind", BROKERS)

#: Each is refused by the door for a reason of its own.
POISON = [
    b"{bad json",
    b"\xff\xfe\x00",
    b'{"event":"product_viewed","properties":{"price":NaN}}',
    b'{"event":"product_viewed","anonymous_id":"a\\u0000b","properties":{"product_id":"p"}}',
    b'{"event":"product_viewed","anonymous_id":"\\ud800","properties":{"product_id":"p"}}',
    b'{"event":"product_viewed","anonymous_id":"c","properties":{"product_id":"p","price":' + b"9" * 5000 + b"}}",
    b'{"event":"product_viewed","anonymous_id":"c","x":"' + b"x" * 70_000 + b'"}',
    b"[" * 200 + b"]" * 200,
    b'{"event":"never_heard_of","event_id":"poison-1","anonymous_id":"c","timestamp":"2026-03-02T09:00:00Z"}',
    b"[]",
    b"7",
    b"{}",
]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    found = house(tmp_path)
    yield found
    found.close()


@pytest.fixture
def broker(kind: str) -> Iterator[Served]:
    with served(kind) as found:
        prepare(found)
        yield found


def views(count: int, source: str = "web") -> list[Sent]:
    return [Sent(viewed(f"p-{n % 50}", n % 60, cookie=f"c-{n % 40}"), {"source": source}) for n in range(count)]


def ids(messages: Sequence[Sent]) -> dict[str, bytes]:
    return {json.loads(one.body)["event_id"]: one.body for one in messages}


@every_broker
def test_each_event_is_stored_once(broker: Served, app: App) -> None:
    """Duplicates count once, poison is quarantined with its reason, the undeliverable lie dead, and nothing waits."""
    good = views(EVENTS)
    ledger = Ledger()
    ledger.record("all", ids(good))
    ledger.acknowledge("all")
    poison = [Sent(body, {"source": "web"}) for body in POISON]
    stranger = Sent(good[0].body, {"source": "web", "tenant": "somebody_else"})
    unsigned = Sent(viewed("p-1", event_id="unsigned"), {})
    unknown = Sent(viewed("p-1", event_id="unknown"), {"source": "nobody"})
    broker.send([*good[:300], *poison, stranger, *good, unsigned, unknown])
    with collecting(broker, app.door) as collector:
        total = 300 + len(POISON) + 1 + EVENTS + 2
        until_drained(collector, total)
    tally = collector.tally
    assert (tally.accepted, tally.duplicate) == (EVENTS + 1, 300)
    assert (tally.quarantined, tally.dead, tally.delayed) == (len(POISON) + 1, 1, 0)
    assert broker.waiting() == 0

    found = stored(app)
    assert len(found) == EVENTS + 1 + len(POISON) + 1
    assert check(ledger, [one for one in found if one[0] in ledger.sent["all"]]) == Findings()
    (dead,) = broker.lying(f"{broker.topic}.dead")
    assert dead.body == stranger.body
    assert dead.headers["reason"] == "tenant_unknown"
    assert dead.headers["origin-topic"] == broker.topic
    assert dead.headers["origin-offset"]

    app.canonicaliser.catch_up()
    log = app.log.follow(after=0, limit=100_000)
    refused = [one.event for one in log if isinstance(one.event, EventQuarantined)]
    assert len(refused) == len(POISON) + 1
    assert all(one.reason for one in refused)
    assert len({one.reason for one in refused}) >= 5


@every_broker
def test_what_nobody_foresaw_is_tried_a_few_times_and_then_lies_dead(broker: Served, app: App) -> None:
    """An event that breaks the handler is tried five times, kept with the reason, and holds up nothing."""
    tried: Counter[str] = Counter()
    bad = {"bad-0", "bad-1"}

    def breaking(deposit: Deposit) -> Deposit:
        def at(items: Sequence[Unsealed]) -> Sequence[Deposited]:
            found = {one.source_event_id for one in items} & bad
            tried.update(found)
            if found:
                raise RuntimeError("PASSWORD")
            return deposit(items)

        return at

    broken = [Sent(viewed("p-1", event_id=one), {"source": "web"}) for one in sorted(bad)]
    broker.send([*views(50), broken[0], *views(50), broken[1]])
    with collecting(broker, with_deposit(app.door, breaking)) as collector:
        until_drained(collector, 102)
    assert (collector.tally.accepted, collector.tally.quarantined) == (100, 0)
    lying = broker.lying(f"{broker.topic}.dead")
    if collector.tally.settled == 102:
        assert tried == dict.fromkeys(bad, MAX_TRIES)
        assert sorted(one.body for one in lying) == sorted(one.body for one in broken)
    else:  # a broker whose patience of a second ended on a slow machine sent a bad one again: once more to the dead
        assert 2 <= collector.tally.dead <= collector.tally.settled - 100
        assert {one.body for one in lying} == {one.body for one in broken}
    assert {one.headers["reason"] for one in lying} == {"handler_failed: RuntimeError"}
    assert not any("PASSWORD" in str(one.headers) for one in lying)
    assert broker.waiting() == 0


@every_broker
def test_trouble_of_ours_is_never_poison(broker: Served, app: App) -> None:
    """R7, short: the database is down and busy for a while; nothing is quarantined, buried, acknowledged or lost."""
    down = OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error"))
    troubles = [down, DatabaseBusy("busy"), TimeoutError()]
    lock = Lock()

    def failing(deposit: Deposit) -> Deposit:
        def at(items: Sequence[Unsealed]) -> Sequence[Deposited]:
            with lock:
                trouble = troubles.pop() if troubles else None
            if trouble is not None:
                raise trouble
            return deposit(items)

        return at

    messages = views(300)
    broker.send(messages)
    with collecting(broker, with_deposit(app.door, failing), batch=300) as collector:
        until(lambda: app.intake.head() >= 300, "everything is stored after all")
        until_drained(collector, 300)
    assert (collector.tally.quarantined, collector.tally.dead) == (0, 0)
    assert collector.tally.delayed > 0
    assert {type(one) for one in collector.troubles} == {OperationalError, DatabaseBusy, TimeoutError}
    assert broker.waiting() == 0
    assert sorted(name for name, _ in stored(app)) == sorted(ids(messages))


ANONYMOUS = b'{"event":"product_viewed","anonymous_id":"c-%d","properties":{"product_id":"p"}}'


@pytest.mark.parametrize("kind", ["nats", "redis", "amqp"])
def test_a_message_keeps_its_place_when_another_collector_gets_it(broker: Served, app: App) -> None:
    """An event without an id and a time is known by where its message lies, so a second delivery is a duplicate."""
    broker.send([Sent(ANONYMOUS % n, {"source": "live"}) for n in range(20)])
    with collecting(broker, with_deposit(app.door, partial(forgetting, 1_000)), batch=20) as collector:
        until(lambda: app.intake.head() > 0, "a batch is stored")
    before = app.intake.head()
    assert collector.tally.settled == 0
    with collecting(broker, app.door) as collector:
        until_drained(collector, 20)
    assert collector.tally.accepted == 20 - before
    assert collector.tally.duplicate >= before
    assert len(stored(app)) == 20
    assert broker.waiting() == 0


@pytest.mark.parametrize("kind", ["kafka"])
def test_a_message_keeps_its_place_when_the_collector_goes_back(broker: Served, app: App) -> None:
    """The same, in the one broker that is read again from an offset, on all partitions."""
    broker.send([Sent(ANONYMOUS % n, {"source": "live"}) for n in range(20)])
    with collecting(broker, with_deposit(app.door, partial(forgetting, 2)), batch=20) as collector:
        until_drained(collector, 20)
    assert collector.tally.delayed > 0
    assert collector.tally.accepted + collector.tally.duplicate == 20
    assert collector.tally.duplicate > 0
    assert len(stored(app)) == 20
    assert broker.waiting() == 0


def forgetting(times: int, deposit: Deposit) -> Deposit:
    """Store, but let whoever asked not hear of it, so many times."""
    left = [times]

    def at(items: Sequence[Unsealed]) -> Sequence[Deposited]:
        found = deposit(items)
        if left[0] > 0:
            left[0] -= 1
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("connection lost"))
        return found

    return at


def all_settled(collector: Collector, count: int) -> bool:
    return collector.tally.settled >= count


def test_the_same_ids_through_every_broker_are_stored_once(app: App) -> None:
    """R8: each event goes through all brokers at the same time, in another order each; every one is stored once."""
    messages = views(400)
    with ExitStack() as stack:
        brokers = [stack.enter_context(served(kind)) for kind in BROKERS]
        collectors = []
        for n, broker in enumerate(brokers):
            prepare(broker)
            broker.send([*messages[n * 100 :], *messages[: n * 100]])
            collectors.append(stack.enter_context(collecting(broker, app.door, batch=50)))
        for kind, one in zip(BROKERS, collectors, strict=True):
            until(partial(all_settled, one, 400), f"all 400 from {kind} are settled", 2 * PATIENCE_S)
    assert sum(one.tally.accepted for one in collectors) == 400
    assert sum(one.tally.duplicate for one in collectors) == 3 * 400
    assert sorted(name for name, _ in stored(app)) == sorted(ids(messages))


def test_another_body_under_a_known_id_is_kept_beside(app: App) -> None:
    """R8: it is quarantined as a conflict, and the first one is never overwritten."""
    handing = Handing(app.door, "web")
    first, other = viewed("p-1", event_id="same"), viewed("p-2", event_id="same")
    answers = handing.take([Delivery("a/1", first), Delivery("a/2", other), Delivery("a/3", first)])
    handing.close()
    assert [(one.outcome, one.reason) for one in answers if isinstance(one, Answer)] == [
        ("accepted", ""),
        ("quarantined", "duplicate_conflict"),
        ("duplicate", ""),
    ]
    assert [body for _, body in stored(app)] == [first, other]


def test_outcomes_come_in_the_order_of_the_deliveries(app: App) -> None:
    """Sources and the undeliverable may be mixed as they like; each message gets the answer that is its own."""
    handing = Handing(app.door, "web")
    deliveries = [
        Delivery("a/1", viewed("p-1", event_id="one"), {"source": "web"}),
        Delivery("a/2", None),
        Delivery("a/3", b"{", {"source": "live"}),
        Delivery("a/4", viewed("p-1", event_id="two")),
        Delivery("a/5", b"{", {"tenant": "other"}),
    ]
    found = handing.take(deliveries)
    handing.close()
    said = [one.outcome if isinstance(one, Answer) else one for one in found]
    assert said == ["accepted", Dead("body_missing"), "quarantined", "accepted", Dead("tenant_unknown")]
    assert sorted(name for name, _ in stored(app)) == ["a/3", "one", "two"]
    assert not any(isinstance(one, Again) for one in found)
