"""What one batch decides: in the order of decision, all of it or nothing."""

from collections.abc import Sequence

import pytest

from adapters.event_log import MemoryEventLog
from adapters.ids import Uuid7Ids
from application.pending import Pending
from domain.session import session
from domain.session.facts import Fact, LoggedOut
from haberdasher.names import stored_names
from ports.event_log import Commit, Metadata, Snapshot
from tests.support.memory_house import NOW

AT = Metadata("cause", NOW, NOW, 7)


class CountingLog(MemoryEventLog):
    """Counts how often a stream is read."""

    __slots__ = ("reads",)

    def __init__(self) -> None:
        super().__init__(stored_names())
        self.reads = 0

    def read(self, stream: str, *, after: int = 0) -> Sequence:  # type: ignore[type-arg]
        self.reads += 1
        return super().read(stream, after=after)


@pytest.fixture
def log() -> CountingLog:
    return CountingLog()


def pending(log: MemoryEventLog, **limits: int) -> Pending:
    return Pending(log, Uuid7Ids(), "main", **limits)


def begin(given: Pending, key: str, *, new: bool = True) -> None:
    events = session.start(session.Session(), session_id=key, visitor="v", channel="web", started_at=NOW)
    given.take(session.DECIDER, key, events, AT, new=new)


def note(given: Pending, key: str, fact: Fact | None = None) -> None:
    given.take(session.DECIDER, key, (fact or LoggedOut(NOW),), AT)


def test_consecutive_facts_of_a_stream_are_one_run_and_the_order_of_decision_is_kept(log: CountingLog) -> None:
    """A cause stands before what it caused, also when a stream comes back after another."""
    batch = pending(log)
    for key in ("a", "a2"):
        begin(batch, key)
    note(batch, "a2")
    note(batch, "a")
    assert [(run.stream, run.expected_version, len(run.facts)) for run in batch.appends()] == [
        ("main/session-a", 0, 1),
        ("main/session-a2", 0, 2),
        ("main/session-a", 1, 1),
    ]
    log.commit(Commit(batch.appends()))
    assert [(one.stream, one.version) for one in log.follow(after=0, limit=10)] == [
        ("main/session-a", 1),
        ("main/session-a2", 1),
        ("main/session-a2", 2),
        ("main/session-a", 2),
    ]


def test_every_fact_gets_an_id_of_its_own_and_the_times_and_place_of_its_cause(log: CountingLog) -> None:
    """The arrival that an event came from is known of each."""
    batch = pending(log)
    begin(batch, "a")
    note(batch, "a")
    stored = [fact.metadata for run in batch.appends() for fact in run.facts]
    assert len({one.event_id for one in stored} - {"cause"}) == 2
    assert {(one.occurred_at, one.known_at, one.intake_position) for one in stored} == {(NOW, NOW, 7)}


def test_nothing_decided_is_nothing_stored(log: CountingLog) -> None:
    """An empty decision opens no run and reads no stream."""
    batch = pending(log)
    batch.take(session.DECIDER, "a", (), AT)
    assert (batch.appends(), log.reads) == ([], 0)


def test_a_handler_that_failed_is_taken_back_to_where_the_last_one_ended(log: CountingLog) -> None:
    """What was kept stays, in runs that the failed handler had lengthened too; states are as they were."""
    batch = pending(log)
    begin(batch, "a")
    note(batch, "a")
    batch.keep()
    kept = [(run.stream, len(run.facts)) for run in batch.appends()]
    note(batch, "a")
    begin(batch, "b")
    note(batch, "a")
    note(batch, "a")
    batch.undo()
    assert [(run.stream, len(run.facts)) for run in batch.appends()] == kept
    assert batch.state(session.DECIDER, "a").facts == 1
    assert batch.state(session.DECIDER, "b") == session.Session()
    begin(batch, "b")
    note(batch, "a")
    log.commit(Commit(batch.appends()))
    assert [one.version for one in log.read("main/session-a")] == [1, 2, 3]
    assert [one.version for one in log.read("main/session-b")] == [1]


def test_a_state_is_loaded_once_from_its_snapshot_and_survives_the_batch(log: CountingLog) -> None:
    """The next batch decides on what this one left, without reading again."""
    batch = pending(log)
    begin(batch, "a")
    log.commit(Commit(batch.appends()))
    log.save_snapshot("main/session-a", Snapshot(1, session.Session("a", "v", facts=40)))
    reader = pending(log)
    assert reader.state(session.DECIDER, "a").facts == 40
    note(reader, "a")
    log.commit(Commit(reader.appends()))
    reader.settled()
    note(reader, "a")
    assert (reader.state(session.DECIDER, "a").facts, log.reads) == (42, 1)
    assert [run.expected_version for run in reader.appends()] == [2]


def test_forgetting_drops_the_batch_and_reads_what_another_worker_wrote(log: CountingLog) -> None:
    """After a conflict nothing that was remembered is trusted."""
    slower, faster = pending(log), pending(log)
    begin(slower, "a")
    begin(faster, "a")
    note(faster, "a")
    log.commit(Commit(faster.appends()))
    slower.forget()
    assert slower.appends() == []
    assert slower.state(session.DECIDER, "a").facts == 1


def test_states_are_dropped_between_batches_only(log: CountingLog) -> None:
    """The cache may grow over its limit within a batch: an uncommitted state cannot be read back."""
    batch = pending(log, cache_limit=1)
    for key in ("a", "b", "c"):
        begin(batch, key)
    assert batch.state(session.DECIDER, "a").visitor == "v"
    log.commit(Commit(batch.appends()))
    batch.settled()
    assert (batch.state(session.DECIDER, "a").visitor, log.reads) == ("v", 1)
