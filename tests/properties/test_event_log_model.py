"""R10: the event log against a model of it, two writers, snapshots, upcasts and replays in any order."""

from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from adapters.database import connect
from adapters.event_log import MemoryEventLog, MemoryStore, SqlEventLog, create_event_log_tables
from haberdasher.testing.ledger import LEDGER, Balance, DepositedV1, append, current_names, fact, first_names
from ports.event_log import Advance, Append, Commit, EventLog, PositionConflict, Snapshot, StreamConflict
from tests.support.services import database_url

#: tenant -> (the log as the first release sees it, and twice as the current one does)
MakeLogs = Callable[[str], tuple[EventLog, EventLog, EventLog]]
TENANTS = count()
STREAMS = st.sampled_from(["a", "b", "c"])
CENTS = st.lists(st.integers(1, 500), min_size=1, max_size=3)


class EventLogMachine(RuleBasedStateMachine):
    """One log, its model, and everything that can be done to them."""

    make: MakeLogs

    @initialize()
    def begin(self) -> None:
        self.tenant = f"t{next(TENANTS)}"
        self.old, *self.logs = self.make(self.tenant)
        self.model: dict[str, list[int]] = {}
        self.order: list[tuple[str, int]] = []
        self.position = 0

    def stream(self, name: str) -> str:
        return f"{self.tenant}/ledger-{name}"

    def note(self, name: str, cents: list[int]) -> None:
        self.model.setdefault(name, []).extend(cents)
        self.order += [(name, one) for one in cents]

    @rule(name=STREAMS, cents=CENTS, writer=st.integers(0, 1))
    def append(self, name: str, cents: list[int], writer: int) -> None:
        self.logs[writer].commit(append(self.stream(name), len(self.model.get(name, [])), *cents))
        self.note(name, cents)

    @rule(name=STREAMS, units=st.integers(1, 5))
    def append_as_the_first_release_did(self, name: str, units: int) -> None:
        old = Append(self.stream(name), len(self.model.get(name, [])), [fact(DepositedV1(units))])
        self.old.commit(Commit([old]))
        self.note(name, [100 * units])

    @rule(name=STREAMS, cents=CENTS, writer=st.integers(0, 1), off=st.integers(-3, 3).filter(bool))
    def append_on_another_version(self, name: str, cents: list[int], writer: int, off: int) -> None:
        expected = max(len(self.model.get(name, [])) + off, 0)
        if expected == len(self.model.get(name, [])):
            return
        with pytest.raises(StreamConflict):
            self.logs[writer].commit(append(self.stream(name), expected, *cents))

    @rule(one=STREAMS, other=STREAMS, writer=st.integers(0, 1), stale=st.booleans())
    def append_to_two_streams_and_advance(self, one: str, other: str, writer: int, *, stale: bool) -> None:
        if one == other:
            return
        appends = [
            *append(self.stream(one), len(self.model.get(one, [])), 1).appends,
            *append(self.stream(other), len(self.model.get(other, [])), 2).appends,
        ]
        advance = Advance("follower", self.position - 1 if stale else self.position, self.position + 1)
        if stale:
            with pytest.raises(PositionConflict):
                self.logs[writer].commit(Commit(appends, advances=[advance]))
            return
        self.logs[writer].commit(Commit(appends, advances=[advance]))
        self.position += 1
        self.note(one, [1])
        self.note(other, [2])

    @rule(name=STREAMS, writer=st.integers(0, 1))
    def snapshot(self, name: str, writer: int) -> None:
        known = self.model.get(name, [])
        if known:
            self.logs[writer].save_snapshot(self.stream(name), Snapshot(len(known), self.expected(name)))

    def expected(self, name: str) -> Balance:
        known = self.model.get(name, [])
        return Balance(sum(known), len(known))

    @invariant()
    def state_from_events_from_snapshot_and_from_replay_agree(self) -> None:
        for log in self.logs if hasattr(self, "logs") else ():
            for name in ("a", "b", "c"):
                stream = self.stream(name)
                recorded = log.read(stream)
                assert [one.version for one in recorded] == list(range(1, len(recorded) + 1))
                assert LEDGER.fold(one.event for one in recorded) == self.expected(name)
                if (kept := log.snapshot(stream)) is not None:
                    tail = (one.event for one in log.read(stream, after=kept.version))
                    assert LEDGER.fold(tail, kept.state) == self.expected(name)

    @invariant()
    def the_log_is_in_commit_order(self) -> None:
        for log in self.logs if hasattr(self, "logs") else ():
            recorded = log.follow(after=0, limit=10_000)
            assert [(one.stream.rpartition("-")[2], one.event.cents) for one in recorded] == self.order
            assert sorted({one.position for one in recorded}) == [one.position for one in recorded]
            assert log.head() == (recorded[-1].position if recorded else 0)
            assert log.position("follower") == self.position


def prove(make: MakeLogs, examples: int) -> None:
    machine = type("Machine", (EventLogMachine,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=12, deadline=None, database=None)
    )


def in_memory(_: str) -> tuple[EventLog, EventLog, EventLog]:
    store = MemoryStore()
    return (
        MemoryEventLog(first_names(), store),
        MemoryEventLog(current_names(), store),
        MemoryEventLog(current_names(), store),
    )


@pytest.mark.parametrize("examples", [300, pytest.param(10_000, marks=pytest.mark.nightly)])
def test_the_log_in_memory_behaves_like_its_model(examples: int) -> None:
    """R10 in memory: no order of appends, conflicts, upcasts, snapshots and replays tells log and model apart."""
    prove(in_memory, examples)


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 120), ("postgresql", 80)])
def test_the_log_in_a_database_behaves_like_its_model(kind: str, examples: int) -> None:
    """R10 in SQLite and PostgreSQL: a tenant for each example, two connections for the two writers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = stack.enter_context(database_url(kind, folder))
        one, other = connect(url), connect(url)
        stack.callback(one.dispose)
        stack.callback(other.dispose)
        create_event_log_tables(one)
        prove(
            lambda tenant: (
                SqlEventLog(one, first_names(), tenant),
                SqlEventLog(one, current_names(), tenant),
                SqlEventLog(other, current_names(), tenant),
            ),
            examples,
        )
