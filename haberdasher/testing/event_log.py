"""What every `EventLog` must do. Subclass it and give a fixture `make`.

```python
class TestOurs(EventLogContract):
    @pytest.fixture
    def make(self) -> MakeEventLog: ...
```
"""

from collections.abc import Callable
from datetime import datetime

import pytest

from domain.names import Names, UnknownName, UnsupportedVersion
from haberdasher.testing.ledger import (
    LEDGER,
    Balance,
    Deposited,
    DepositedV1,
    Weighed,
    append,
    current_names,
    deposits,
    fact,
    first_names,
)
from ports.event_log import (
    Advance,
    Append,
    Commit,
    EventLog,
    Fact,
    Metadata,
    PositionConflict,
    RowChange,
    Snapshot,
    StreamConflict,
)

#: Called with the names a process knows and a tenant; every log of one test is over one store, empty at first.
MakeEventLog = Callable[[Names, str], EventLog]


class EventLogContract:
    @pytest.fixture
    def make(self) -> MakeEventLog:
        raise NotImplementedError

    @pytest.fixture
    def log(self, make: MakeEventLog) -> EventLog:
        return make(current_names(), "main")

    def test_a_new_log_is_empty(self, log: EventLog) -> None:
        """An empty log has head and positions 0, and answers every question with nothing."""
        assert (log.head(), log.position("w"), log.snapshot("s")) == (0, 0, None)
        assert list(log.read("s")) == list(log.follow(after=0, limit=10)) == []

    def test_what_is_committed_is_read(self, log: EventLog) -> None:
        """Events and metadata come back equal, in the order of the stream, with versions from 1 without gaps."""
        facts = [
            *deposits(5, 6),
            fact(Weighed(0.1, None, (("sleeve \x00 ✂", 2),), deposits(1)[0].metadata.known_at), 3),
        ]
        log.commit(Commit([Append("s", 0, facts[:2])]))
        log.commit(Commit([Append("s", 2, facts[2:])]))
        read = log.read("s")
        assert [Fact(r.event, r.metadata) for r in read] == facts
        assert [(r.stream, r.version) for r in read] == [("s", 1), ("s", 2), ("s", 3)]
        assert [r.version for r in log.read("s", after=2)] == [3]
        assert list(log.read("s", after=3)) == list(log.read("another")) == []

    def test_positions_are_those_of_the_facts_in_the_order_given(self, log: EventLog) -> None:
        """A commit returns one growing position for each fact, in the order given, and the head is the last one."""
        positions = log.commit(Commit([Append("b", 0, deposits(1, 2)), Append("a", 0, deposits(3))]))
        later = log.commit(append("b", 2, 4))
        everything = [*positions, *later]
        assert everything == sorted(set(everything))
        assert [r.position for r in log.follow(after=0, limit=9)] == everything
        assert [(r.stream, r.version) for r in log.follow(after=0, limit=9)] == [("b", 1), ("b", 2), ("a", 1), ("b", 3)]
        assert log.head() == later[-1]

    def test_following_goes_page_by_page(self, log: EventLog) -> None:
        """`follow` returns at most `limit` events above `after`, in position order, so pages give everything once."""
        log.commit(Commit([Append(f"s{n}", 0, deposits(n)) for n in range(7)]))
        after, seen = 0, []
        while page := log.follow(after=after, limit=3):
            assert len(page) <= 3
            seen += [r.event.cents for r in page]
            after = page[-1].position
        assert seen == list(range(7))

    def test_a_large_commit_is_like_a_small_one(self, log: EventLog) -> None:
        """Thousands of streams in one commit are stored in the order given."""
        positions = log.commit(Commit([Append(f"s{n}", 0, deposits(n, -n)) for n in range(1000)]))
        followed = log.follow(after=0, limit=3000)
        assert [r.position for r in followed] == list(positions)
        assert [r.event.cents for r in followed] == [c for n in range(1000) for c in (n, -n)]

    @pytest.mark.parametrize("expected", [0, 1, 3, 9])
    @pytest.mark.parametrize("cents", [(), (1,)])
    def test_a_stream_at_another_version_refuses(self, log: EventLog, expected: int, cents: tuple[int, ...]) -> None:
        """An expected version too low, too high or 0 on an existing stream is a `StreamConflict`; nothing is stored."""
        log.commit(append("s", 0, 1, 2))
        with pytest.raises(StreamConflict):
            log.commit(append("s", expected, *cents))
        assert log.head() == log.read("s")[-1].position == 2

    def test_a_stream_without_events_is_new(self, log: EventLog) -> None:
        """Expecting events of a stream that has none is a `StreamConflict`."""
        with pytest.raises(StreamConflict):
            log.commit(append("s", 1, 1))

    def test_a_stream_may_come_twice_in_a_commit(self, log: EventLog) -> None:
        """The second append to a stream expects the version after the first; anything else is a conflict."""
        log.commit(Commit([Append("s", 0, deposits(1)), Append("t", 0, deposits(2)), Append("s", 1, deposits(3))]))
        assert [r.event.cents for r in log.read("s")] == [1, 3]
        for second in (1, 2, 4):
            with pytest.raises(StreamConflict):
                log.commit(Commit([Append("s", 2, deposits(1)), Append("s", second, deposits(3))]))
        assert log.head() == 3

    def test_all_or_nothing(self, log: EventLog) -> None:
        """One conflict among many parts stores none of them: no fact, no row, no position."""
        log.commit(append("s", 0, 1))
        parts = [Append("new", 0, deposits(1)), Append("s", 0, deposits(2))]
        with pytest.raises(StreamConflict):
            log.commit(Commit(parts, [RowChange("m#1", "c", "k", b"v")], [Advance("w", 0, 1)]))
        with pytest.raises(PositionConflict):
            log.commit(Commit(parts[:1], [RowChange("m#1", "c", "k", b"v")], [Advance("w", 4, 5)]))
        assert (log.head(), list(log.read("new")), log.position("w")) == (1, [], 0)

    def test_nothing_is_a_commit(self, log: EventLog) -> None:
        """An empty commit stores nothing and returns no position; one of an append without facts likewise."""
        assert list(log.commit(Commit())) == list(log.commit(Commit([Append("s", 0, [])]))) == []
        assert log.head() == 0

    def test_a_position_moves_once(self, log: EventLog) -> None:
        """A follower moves only from where it stands: repeating an advance, or starting elsewhere, conflicts."""
        with pytest.raises(PositionConflict):
            log.commit(Commit(advances=[Advance("w", 3, 5)]))
        log.commit(Commit(advances=[Advance("w", 0, 5)]))
        for stale in (Advance("w", 0, 5), Advance("w", 0, 7), Advance("w", 4, 7), Advance("w", 6, 7)):
            with pytest.raises(PositionConflict):
                log.commit(Commit(advances=[stale]))
        log.commit(Commit(advances=[Advance("w", 5, 6)]))
        assert (log.position("w"), log.position("v")) == (6, 0)

    def test_followers_move_together_or_not_at_all(self, log: EventLog) -> None:
        """Of several positions in one commit all move, or, where one is not at its place, none."""
        log.commit(Commit(advances=[Advance("v", 0, 5), Advance("w", 0, 5)]))
        with pytest.raises(PositionConflict):
            log.commit(Commit(advances=[Advance("v", 5, 9), Advance("w", 4, 9)]))
        assert (log.position("v"), log.position("w")) == (5, 5)

    def test_a_class_without_a_name_is_refused(self, log: EventLog) -> None:
        """An event of an unregistered class raises `UnknownName` and stores nothing of its commit."""
        with pytest.raises(UnknownName):
            log.commit(Commit([Append("s", 0, [*deposits(1), fact(DepositedV1(1))])]))
        assert log.head() == 0

    @pytest.mark.parametrize("grams", [float("nan"), float("inf"), float("-inf")])
    def test_a_number_that_json_cannot_hold_is_refused(self, log: EventLog, grams: float) -> None:
        """NaN and infinities raise `ValueError` on the way in, rather than being unreadable for ever."""
        with pytest.raises(ValueError, match="finite"):
            log.commit(Commit([Append("s", 0, [fact(Weighed(grams, None, (), fact(None).metadata.known_at))])]))
        assert log.head() == 0

    def test_a_time_without_zone_is_refused(self, log: EventLog) -> None:
        """A naive time raises `ValueError` on the way in."""
        naive = datetime(2026, 3, 1)  # noqa: DTZ001  that is the point
        with pytest.raises(ValueError, match="aware"):
            log.commit(Commit([Append("s", 0, [Fact(Deposited(1), Metadata("x", naive, naive))])]))

    def test_old_events_are_upcast(self, make: MakeEventLog) -> None:
        """Events of an older version are read as the current class, fields never stored having their defaults."""
        make(first_names(), "main").commit(Commit([Append("s", 0, [fact(DepositedV1(3))])]))
        log = make(current_names(), "main")
        log.commit(append("s", 1, 7))
        assert [r.event for r in log.read("s")] == [Deposited(300), Deposited(7, "n° 1")]
        assert LEDGER.fold(r.event for r in log.follow(after=0, limit=9)) == Balance(307, 2)

    def test_newer_events_are_not_guessed_at(self, make: MakeEventLog) -> None:
        """An event of a version or name not known here raises `UnsupportedVersion` or `UnknownName` when read."""
        make(current_names(), "main").commit(append("s", 0, 7))
        with pytest.raises(UnsupportedVersion):
            make(first_names(), "main").read("s")
        with pytest.raises(UnknownName):
            make(Names(), "main").follow(after=0, limit=1)

    def test_tenants_do_not_meet(self, make: MakeEventLog) -> None:
        """Two tenants may use the same stream and follower names and see nothing of each other."""
        ours, theirs = make(current_names(), "ours"), make(current_names(), "theirs")
        ours.commit(Commit(append("s", 0, 1).appends, advances=[Advance("w", 0, 1)]))
        theirs.commit(append("s", 0, 2, 3))
        assert [r.event.cents for r in ours.follow(after=0, limit=9)] == [r.event.cents for r in ours.read("s")] == [1]
        assert [r.event.cents for r in theirs.follow(after=0, limit=9)] == [2, 3]
        assert ours.head() == ours.read("s")[-1].position
        assert theirs.position("w") == 0

    def test_the_newest_snapshot_is_returned(self, log: EventLog) -> None:
        """The snapshot with the largest version is the one returned, in whatever order they were saved."""
        for version in (2, 5, 3):
            log.save_snapshot("s", Snapshot(version, Balance(version, version)))
        assert log.snapshot("s") == Snapshot(5, Balance(5, 5))
        assert log.snapshot("t") is None

    def test_a_snapshot_is_kept_once(self, log: EventLog) -> None:
        """Saving the same version again changes nothing."""
        log.save_snapshot("s", Snapshot(2, Balance(1, 2)))
        log.save_snapshot("s", Snapshot(2, Balance(9, 9)))
        assert log.snapshot("s") == Snapshot(2, Balance(1, 2))

    def test_a_snapshot_of_another_schema_is_not_usable(self, make: MakeEventLog) -> None:
        """Each release ignores the snapshots of the other's schema, newer or older, and finds its own behind them."""
        old, new = make(first_names(), "main"), make(current_names(), "main")
        old.save_snapshot("s", Snapshot(2, Balance(2, 2)))
        assert new.snapshot("s") is None
        new.save_snapshot("s", Snapshot(4, Balance(4, 4)))
        assert old.snapshot("s") == Snapshot(2, Balance(2, 2))
        assert new.snapshot("s") == Snapshot(4, Balance(4, 4))
