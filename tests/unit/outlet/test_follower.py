"""What others are told: each session and each order, whole, once per change, and again under the same id."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from attrs import evolve

from adapters.event_log import MemoryEventLog
from application.outlet.follower import OutletFollower
from application.outlet.orders import OrderMessages
from application.outlet.sessions import SessionMessages
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from domain.session.session import SessionsBridged
from ports.event_log import Commit
from ports.messages import ORDERS, Message, OrderPlaced, OutletUnavailable, SessionClosed
from ports.messages import SESSIONS as TOPIC
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent, viewed


class Heard:
    """An outlet that remembers, and fails after so many messages when it is told to."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fails_after: int | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        if self.fails_after is None:
            self.messages += messages
            return
        self.messages += messages[: self.fails_after]
        raise OutletUnavailable("away")

    def sessions(self) -> list[SessionClosed]:
        return [msgspec.json.decode(m.body, type=SessionClosed) for m in self.messages if m.topic == TOPIC]

    def orders(self) -> list[OrderPlaced]:
        return [msgspec.json.decode(m.body, type=OrderPlaced) for m in self.messages if m.topic == ORDERS]

    def standing(self) -> dict[str, SessionClosed]:
        """What a reader keeps that goes by the highest revision, and counts no absorbed session."""
        newest: dict[str, SessionClosed] = {}
        for one in self.sessions():
            if one.session_id not in newest or newest[one.session_id].revision < one.revision:
                newest[one.session_id] = one
        return {name: one for name, one in newest.items() if one.absorbed_by is None}


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


@pytest.fixture
def heard() -> Heard:
    return Heard()


def follower(house: MemoryHouse, heard: Heard, batch: int = 7) -> OutletFollower:
    translations = (SessionMessages("main"), OrderMessages("main"))
    return OutletFollower(house.log, house.read_models, heard, translations, batch=batch)


def ended(house: MemoryHouse, hours: float = 24 * 40) -> None:
    house.canonicaliser.close_idle(MONDAY + timedelta(hours=hours))


def test_a_session_that_ended_is_told_with_what_it_held(house: MemoryHouse, heard: Heard) -> None:
    """Counts by kind, first and last fact, the reason, and surrogates instead of persons."""
    house.receive("web", [viewed("coat", 0), viewed("hat", 3), sent("logged_out", 5, anonymous_id="cookie-1")])
    house.receive("web", [viewed("coat", 60, user_id="ada")])
    follower(house, heard).catch_up()
    (first,) = heard.sessions()
    assert first.counts == {"logged_out": 1, "product_viewed": 2}
    assert (first.started_at, first.ended_at) == (MONDAY, MONDAY + timedelta(minutes=5))
    assert (first.reason, first.account, first.tenant) == ("logout", None, "main")
    assert first.visitor == house.surrogate("anonymous", "cookie-1")
    ended(house)
    follower(house, heard).catch_up()
    (_, second) = heard.sessions()
    assert (second.counts, second.reason) == ({"product_viewed": 1}, "timeout")
    assert second.account == house.surrogate("account", "ada")
    assert b"cookie-1" not in b"".join(one.body for one in heard.messages)
    assert b"ada" not in b"".join(one.body for one in heard.messages)


def test_a_session_under_way_is_not_told(house: MemoryHouse, heard: Heard) -> None:
    """Only what has ended is published, and the follower stands at the head nevertheless."""
    house.receive("web", [viewed("coat", 0)])
    follower(house, heard).catch_up()
    assert heard.messages == []
    assert follower(house, heard).catch_up() == house.log.head()


def test_a_late_fact_makes_a_revision(house: MemoryHouse, heard: Heard) -> None:
    """What is told last has the highest revision and the whole truth; within the session no new end is decided."""
    house.receive("web", [viewed("coat", 0), viewed("hat", 20)])
    ended(house)
    house.receive("web", [viewed("scarf", 10)], "late")
    follower(house, heard).catch_up()
    first, second = heard.sessions()
    assert first.session_id == second.session_id
    assert first.revision < second.revision
    assert (first.counts, second.counts) == ({"product_viewed": 2}, {"product_viewed": 3})
    assert first.message_id != second.message_id


def test_a_session_that_went_on_is_told_when_it_ends_again(house: MemoryHouse, heard: Heard) -> None:
    """A fact after the end is no news until the new end is known."""
    house.receive("web", [viewed("coat", 0)])
    ended(house, 2)
    house.receive("web", [viewed("hat", 20)], "late")
    follower(house, heard).catch_up()
    assert [one.counts for one in heard.sessions()] == [{"product_viewed": 1}]
    ended(house, 2)
    follower(house, heard).catch_up()
    assert [one.counts for one in heard.sessions()] == [{"product_viewed": 1}, {"product_viewed": 2}]


def test_sessions_that_become_one_are_not_counted_twice(house: MemoryHouse, heard: Heard) -> None:
    """A late fact bridges two sessions: the absorbed one says where it went, and the other one has everything."""
    house.receive("web", [viewed("coat", 0), viewed("hat", 50)])
    ended(house)
    follower(house, heard).catch_up()
    assert len(heard.standing()) == 2
    house.receive("web", [viewed("scarf", 25)], "late")
    ended(house)
    follower(house, heard).catch_up()
    assert len(house.events(SessionsBridged)) == 1
    (one,) = heard.standing().values()
    assert one.counts == {"product_viewed": 3}
    assert (one.started_at, one.ended_at) == (MONDAY, MONDAY + timedelta(minutes=50))


def test_an_order_is_told_once(house: MemoryHouse, heard: Heard) -> None:
    """Amounts in minor units, lines, and the strongest surrogate; never the mail address."""
    house.receive("oms", [ordered("o-1", 0, "coat/m", "hat/l", user="ada")])
    house.receive("oms", [ordered("o-1", 0, "coat/m", "hat/l", user="ada")], "again")
    follower(house, heard).catch_up()
    (order,) = heard.orders()
    assert (order.order_id, order.currency, order.total_minor, order.adds_up) == ("o-1", "EUR", 8000, True)
    assert [(line.variant_id, line.quantity, line.unit_price_minor) for line in order.lines] == [
        ("coat/m", 1, 4000),
        ("hat/l", 1, 4000),
    ]
    assert order.customer == house.surrogate("account", "ada")
    assert heard.messages[0].key == "o-1"


@pytest.mark.parametrize("seed", range(8))
def test_whoever_keeps_the_last_revisions_has_what_the_house_has(seed: int, heard: Heard) -> None:
    """In whatever order facts arrive, the last messages and the sessions of the house say the same."""
    house, dice = MemoryHouse(), random.Random(seed)
    events = []
    for n in range(60):
        who: dict[str, Any] = {"user_id": dice.choice(["ada", "bob"])} if dice.random() < 0.2 else {}
        events.append(viewed(f"p-{n}", dice.randrange(600), cookie=f"c-{dice.randrange(2)}", **who))
    dice.shuffle(events)
    outlet = follower(house, heard)
    for start in range(0, 60, 12):
        house.receive("web", events[start : start + 12], f"b-{start}")
        ended(house)
        outlet.catch_up()
    house.project()
    known = {
        key: (len(one.touches) + len(one.steps), one.account or None)
        for key, one in View(house.read_models, "sessions").all(SESSIONS)
        if not one.absorbed_by
    }
    told = {key: (sum(one.counts.values()), one.account) for key, one in heard.standing().items()}
    assert told == known


class Unreliable:
    """An event log whose commits fail half of the time."""

    def __init__(self, log: MemoryEventLog, seed: int) -> None:
        self._log, self._dice = log, random.Random(seed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def commit(self, commit: Commit) -> Any:
        if self._dice.random() < 0.5:
            raise TimeoutError
        return self._log.commit(commit)


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_a_crash_repeats_the_same_messages(house: MemoryHouse, batch: int) -> None:
    """Published, and dead before the position moved: the same ids with the same bodies come again, none is lost."""
    house.receive("web", [viewed("p", n * 40) for n in range(20)])
    house.receive("oms", [ordered("o-1", 0, "coat/m")])
    undisturbed, disturbed = Heard(), Heard()
    follower(house, undisturbed, batch).catch_up()
    dying = follower(house, disturbed, batch)
    dying.log, dying.name = Unreliable(house.log, 1), "other"
    fell = 0
    while house.log.position(dying.follower) < house.log.head():
        try:
            follower_anew(dying).catch_up()
        except TimeoutError:
            fell += 1
    assert fell > 0
    assert len(disturbed.messages) > len(undisturbed.messages)
    told = {one.message_id: one for one in disturbed.messages}
    assert told == {one.message_id: one for one in undisturbed.messages}


def follower_anew(before: OutletFollower) -> OutletFollower:
    """The next process, which remembers nothing."""
    return evolve(before)


def test_nothing_moves_before_the_broker_has_confirmed(house: MemoryHouse, heard: Heard) -> None:
    """A broker that takes a part and fails gets all of it again, from the same position."""
    house.receive("web", [viewed("p", n * 40) for n in range(6)])
    heard.fails_after = 2
    outlet = follower(house, heard, batch=1000)
    for _ in range(2):
        with pytest.raises(OutletUnavailable):
            outlet.catch_up()
    assert house.log.position(outlet.follower) == 0
    heard.fails_after = None
    outlet.catch_up()
    assert len({one.message_id for one in heard.messages}) == 5
    assert len(heard.messages) == 2 + 2 + 5
    assert house.log.position(outlet.follower) == house.log.head()


def test_a_second_outlet_process_publishes_nothing_new(house: MemoryHouse, heard: Heard) -> None:
    """Two that race say the same: every id has one body, and the position moves once."""
    house.receive("web", [viewed("p", n * 40) for n in range(10)])
    one, other = follower(house, heard), follower(house, heard)
    at, behind = one.step(0), other.step(0)
    assert at == behind
    one.catch_up()
    other.catch_up()
    bodies: dict[str, set[bytes]] = {}
    for message in heard.messages:
        bodies.setdefault(message.message_id, set()).add(message.body)
    assert all(len(found) == 1 for found in bodies.values())
    assert len(bodies) == 9


def test_times_are_written_with_their_zone(house: MemoryHouse, heard: Heard) -> None:
    """A reader needs no other document to place an instant."""
    house.receive("web", [viewed("coat", 0), viewed("coat", 60)])
    follower(house, heard).catch_up()
    started = msgspec.json.decode(heard.messages[0].body)["started_at"]
    assert datetime.fromisoformat(started) == MONDAY
    assert started.endswith("Z")
