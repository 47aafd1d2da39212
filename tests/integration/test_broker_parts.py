"""The parts behind the brokers, one by one: what is committed, what one frame stands for, what is tried again."""

import asyncio
import sqlite3
from collections.abc import Sequence

import pytest
from attrs import define, field, frozen
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from adapters.broker import Delivery, Letter, PublishFailed, Settling
from adapters.broker.acknowledging import Acknowledging
from adapters.broker.gathering import Gathering
from adapters.broker.handing import Again, Dead, Outcome
from adapters.broker.kafka_bus import offsets
from adapters.broker.trouble import is_transient
from adapters.database import DatabaseBusy
from application.intake.door import Answer
from application.intake.group_commit import Closed


@frozen
class Record:
    """What of a Kafka message is asked for."""

    at: int
    number: int

    def topic(self) -> str:
        return "t"

    def partition(self) -> int:
        return self.at

    def offset(self) -> int:
        return self.number


def test_an_offset_is_committed_up_to_the_first_message_that_is_not_stored() -> None:
    """Partition by partition: nothing beyond a message that has to come again, and that is where reading goes back."""
    batch = [Record(0, 5), Record(1, 7), Record(0, 6), Record(1, 8), Record(0, 7), Record(2, 3)]
    done, back = offsets(batch, [True, False, False, True, True, True])  # type: ignore[arg-type]
    assert done == {("t", 0): 6, ("t", 2): 4}
    assert back == {("t", 1): 7, ("t", 0): 6}
    done, back = offsets(batch, [True] * 6)  # type: ignore[arg-type]
    assert (done, back) == ({("t", 0): 8, ("t", 1): 9, ("t", 2): 4}, {})


@define(eq=False)
class Frame:
    """A RabbitMQ message that writes down how it was acknowledged."""

    channel: list[tuple[int, bool]]
    delivery_tag: int

    async def ack(self, *, multiple: bool = False) -> None:
        self.channel.append((self.delivery_tag, multiple))


def acknowledged(frames: Sequence[tuple[int, bool]]) -> set[int]:
    """What a channel takes to be acknowledged."""
    found: set[int] = set()
    for tag, multiple in frames:
        found |= set(range(1, tag + 1)) if multiple else {tag}
    return found


@pytest.mark.parametrize(
    ("batches", "frames"),
    [
        ([[1, 2, 3], [4, 5]], 2),
        ([[2, 1], [3]], 2),
        ([[1, 2, 4], [3], [5, 6]], 5),
        ([[2, 3], [4]], 3),
        ([[3], [1, 2], [4, 5, 6]], 4),
    ],
)
def test_one_frame_never_stands_for_what_is_not_settled(batches: list[list[int]], frames: int) -> None:
    """Exactly what is settled is acknowledged, whatever gaps there are, and with few frames where there are none."""
    sent: list[tuple[int, bool]] = []

    async def work() -> None:
        acknowledging = Acknowledging()
        for n, batch in enumerate(batches, 1):
            await acknowledging([Frame(sent, tag) for tag in batch])
            assert acknowledged(sent) == {tag for one in batches[:n] for tag in one}

    asyncio.run(work())
    assert len(sent) == frames


def test_numbers_begin_again_on_another_channel() -> None:
    """After a connection was lost, what was left of it is not confused with what the new one delivers."""
    old, new = list[tuple[int, bool]](), list[tuple[int, bool]]()

    async def work() -> None:
        acknowledging = Acknowledging()
        await acknowledging([Frame(old, 1), Frame(old, 2)])
        await acknowledging([Frame(old, 3), Frame(new, 1)])
        await acknowledging([Frame(new, 2), Frame(new, 3)])

    asyncio.run(work())
    assert acknowledged(old) == {1, 2, 3}
    assert acknowledged(new) == {1, 2, 3}


def test_what_comes_while_a_batch_is_settled_is_the_next_batch() -> None:
    """No batch is larger than allowed; the end waits for the one in flight, and leaves what waits behind it alone."""
    begun: list[list[int]] = []
    settled: list[list[int]] = []

    async def settle(items: Sequence[int]) -> None:
        begun.append(list(items))
        await asyncio.sleep(0.01)
        settled.append(list(items))

    async def work() -> None:
        gathering = Gathering(settle, 4)
        for item in range(10):
            gathering.add(item)
        while len(settled) < 3:  # noqa: ASYNC110 - a list tells nobody
            await asyncio.sleep(0.001)
        for item in range(10, 17):
            gathering.add(item)
        while len(begun) < 4:  # noqa: ASYNC110 - nor does this one
            await asyncio.sleep(0.001)
        await gathering.finish(5.0)
        assert begun == settled == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [10, 11, 12, 13]]

    asyncio.run(work())


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), True),
        (IntegrityError("", {}, sqlite3.IntegrityError()), True),
        (DataError("", {}, sqlite3.DataError()), False),
        (DatabaseBusy("busy"), True),
        (NoConnection("QueuePool limit"), True),
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (OSError(28, "No space left on device"), True),
        (Closed(), True),
        (ValueError("of the event"), False),
        (RecursionError(), False),
        (KeyError("x"), False),
    ],
)
def test_trouble_of_ours_is_told_from_faults_of_an_event(error: Exception, passes: bool) -> None:
    """What passes is tried again for ever; what a value is to blame for is not."""
    assert is_transient(error) is passes


@define(eq=False)
class Scene:
    """A settling with outcomes of our choice, one list for each call, and a graveyard that may be closed."""

    outcomes: list[list[Outcome]]
    buried: list[Letter] = field(factory=list)
    closed: int = 0
    failed: list[str] = field(factory=list)

    def take(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        found = self.outcomes.pop(0)
        if not found:
            raise RuntimeError("the handing itself failed")
        return found[: len(deliveries)]

    async def bury(self, letters: Sequence[Letter]) -> None:
        if self.closed:
            self.closed -= 1
            raise PublishFailed("away")
        self.buried += letters

    def settling(self) -> Settling:
        return Settling("t", self.take, self.bury, lambda what, _: self.failed.append(what))


STORED, LATER, DEAD = Answer("id", "accepted", 1), Again(TimeoutError()), Dead("handler_failed: ValueError")
TWO = [Delivery("t/1", b"one", {"source": "web"}, {"origin-offset": "1"}), Delivery("t/2", b"two")]


def settle(scene: Scene) -> list[Sequence[bool]]:
    async def work() -> list[Sequence[bool]]:
        settling = scene.settling()
        return [await settling(TWO) for _ in range(len(scene.outcomes))]

    return asyncio.run(work())


def test_only_what_is_stored_or_buried_is_acknowledged() -> None:
    """A dead letter is acknowledged when it lies there, an event when it is durable, and nothing by an error."""
    scene = Scene([[STORED, LATER], [STORED, DEAD], [], [STORED, STORED]])
    assert settle(scene) == [[True, False], [True, True], [False, False], [True, True]]
    (letter,) = scene.buried
    assert (letter.topic, letter.body, letter.headers["reason"]) == ("t.dead", b"two", DEAD.reason)


def test_a_dead_letter_that_nobody_takes_is_not_acknowledged() -> None:
    """The broker refuses it for a while: the message comes again, and is buried then, with where it came from."""
    scene = Scene([[DEAD, STORED], [DEAD, STORED]], closed=1)
    assert settle(scene) == [[False, True], [True, True]]
    assert scene.failed == ["dead letters"]
    assert scene.buried[0].headers == {"source": "web", "origin-offset": "1", "reason": DEAD.reason}


def test_a_stop_leaves_unacknowledged_what_is_not_stored() -> None:
    """While trouble lasts, a stop ends the waiting at once, and nothing more than was stored is acknowledged."""
    scene = Scene([[STORED, LATER], [LATER], [LATER], [STORED]])
    done: list[str] = []

    async def work() -> None:
        settling = scene.settling()

        async def acknowledge(deliveries: Sequence[Delivery]) -> None:
            done.extend(one.place for one in deliveries)
            settling.stopping.set()

        await settling.until_settled(TWO, acknowledge)

    asyncio.run(work())
    assert done == ["t/1"]
    assert len(scene.outcomes) == 3
