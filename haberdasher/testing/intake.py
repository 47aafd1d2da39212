"""What every `IntakeLog` must do. Subclass it and give a fixture `make`.

```python
class TestOurs(IntakeLogContract):
    @pytest.fixture
    def make(self) -> MakeIntakeLog: ...
```
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ports.intake import Arrival, IntakeLog, Receipt

#: Called with a tenant; all logs of one test are over one store, empty at first, as processes of one installation are.
MakeIntakeLog = Callable[[str], IntakeLog]

WRITERS = 4
_NOON = datetime(2026, 11, 23, 12, 0, 0, 123_456, tzinfo=UTC)


def arrival(event_id: str, body: str = "body", *, source: str = "shop", refusal: str = "") -> Arrival:
    """An arrival whose body can be told from its fingerprint."""
    return Arrival(
        source=source,
        source_event_id=event_id,
        received_at=_NOON + timedelta(microseconds=len(event_id)),
        key_id="email:1",
        sealed=b"\x00sealed\xff" + body.encode(),
        fingerprint=body.encode().ljust(16, b"\0"),
        refusal=refusal,
    )


class IntakeLogContract:
    @pytest.fixture
    def make(self) -> MakeIntakeLog:
        raise NotImplementedError

    @pytest.fixture
    def log(self, make: MakeIntakeLog) -> IntakeLog:
        return make("main")

    def test_a_new_log_is_empty(self, log: IntakeLog) -> None:
        """An empty log has head 0, nothing to follow and a chain that holds."""
        assert (log.head(), list(log.follow(after=0, limit=10)), log.verify()) == (0, [], None)

    def test_nothing_is_stored_for_nothing(self, log: IntakeLog) -> None:
        """An empty batch has no receipts and leaves no trace."""
        assert list(log.append([])) == []
        assert log.head() == 0

    def test_what_is_appended_is_followed(self, make: MakeIntakeLog) -> None:
        """Records hold the arrivals exactly as given, in order, for every process, with growing positions."""
        given = [arrival("a"), arrival("ä ✂ !\x01" + "x" * 200, refusal="duplicate_conflict"), arrival("c", source="b")]
        receipts = make("main").append(given)
        log = make("main")
        records = log.follow(after=0, limit=10)
        assert [record.arrival for record in records] == given
        assert [Receipt("accepted", record.position) for record in records] == list(receipts)
        assert log.head() == records[-1].position
        assert [record.position for record in records] == sorted({record.position for record in records})

    def test_times_are_instants(self, log: IntakeLog) -> None:
        """A time given in another zone comes back as the same instant."""
        there = arrival("a").received_at.astimezone(timezone(timedelta(hours=-9)))
        log.append([Arrival("shop", "a", there, "k", b"s", b"f" * 16)])
        (record,) = log.follow(after=0, limit=1)
        assert record.arrival.received_at == there

    def test_following_goes_page_by_page(self, log: IntakeLog) -> None:
        """`follow` returns at most `limit` records above `after`, in position order, so pages give everything once."""
        log.append([arrival(f"e{n}") for n in range(7)])
        after, seen = 0, []
        while page := log.follow(after=after, limit=3):
            assert len(page) <= 3
            seen += [record.arrival.source_event_id for record in page]
            after = page[-1].position
        assert seen == [f"e{n}" for n in range(7)]

    def test_the_same_again_is_a_duplicate(self, make: MakeIntakeLog) -> None:
        """The same id with the same fingerprint is answered with the position of the first and is not stored."""
        (first,) = make("main").append([arrival("a")])
        log = make("main")
        log.append([arrival(f"later-{n}") for n in range(5)])
        assert list(log.append([arrival("a")])) == [Receipt("duplicate", first.position)]
        assert log.head() == first.position + 5

    def test_another_body_is_a_conflict(self, log: IntakeLog) -> None:
        """The same id with another fingerprint is a conflict with the first, which stays as it is."""
        (first,) = log.append([arrival("a", "one")])
        assert list(log.append([arrival("a", "two"), arrival("b")])) == [
            Receipt("conflict", first.position),
            Receipt("accepted", first.position + 1),
        ]
        assert [record.arrival for record in log.follow(after=0, limit=9)] == [arrival("a", "one"), arrival("b")]

    def test_the_first_of_a_batch_wins(self, log: IntakeLog) -> None:
        """Within a batch the first one is accepted; its repetitions are duplicates, its contradictions conflicts."""
        batch = [arrival("a", "one"), arrival("b"), arrival("a", "two"), arrival("a", "one"), arrival("b")]
        receipts = log.append(batch)
        assert [receipt.outcome for receipt in receipts] == [
            "accepted",
            "accepted",
            "conflict",
            "duplicate",
            "duplicate",
        ]
        assert [receipt.position for receipt in receipts] == [1, 2, 1, 1, 2]
        assert log.head() == 2

    def test_sources_number_their_own_events(self, log: IntakeLog) -> None:
        """The same id from another source is another event."""
        receipts = log.append([arrival("a"), arrival("a", source="till"), arrival("a", source="Shop")])
        assert [receipt.outcome for receipt in receipts] == ["accepted"] * 3

    def test_tenants_are_apart(self, make: MakeIntakeLog) -> None:
        """Each tenant has its own ids, records, positions and chain."""
        main, other = make("main"), make("other")
        main.append([arrival("a"), arrival("b")])
        assert [receipt.outcome for receipt in other.append([arrival("a")])] == ["accepted"]
        assert [record.arrival.source_event_id for record in other.follow(after=0, limit=9)] == ["a"]
        assert (main.verify(), other.verify()) == (None, None)

    def test_a_large_batch_is_like_a_small_one(self, log: IntakeLog) -> None:
        """Thousands in one batch, from several sources, are stored in the order given; sent again, none is."""
        batch = [arrival(f"e{n}", source=f"s{n % 3}") for n in range(3_000)]
        receipts = log.append(batch)
        assert [record.arrival for record in log.follow(after=0, limit=5_000)] == batch
        assert list(log.append(batch)) == [Receipt("duplicate", receipt.position) for receipt in receipts]
        assert log.head() == 3_000

    def test_the_chain_links_every_record(self, log: IntakeLog) -> None:
        """The chain holds over all commits; each digest is of 32 bytes and of its own place: equal bodies differ."""
        for n in range(4):
            log.append([arrival(f"{n}-{m}") for m in range(n)])
        assert log.verify() is None
        digests = {record.digest for record in log.follow(after=0, limit=9)}
        assert [len(digest) for digest in digests] == [32] * 6

    def test_racing_writers_store_once(self, make: MakeIntakeLog) -> None:
        """Writers that send the same events at once: one is told `accepted`, and order and chain hold."""
        logs = [make("main") for _ in range(WRITERS)]
        batches = [[arrival(f"e{n}") for n in range(start, start + 5)] for start in range(0, 100, 5)]

        def send(log: IntakeLog) -> list[Receipt]:
            return [receipt for batch in batches for receipt in log.append(batch)]

        with ThreadPoolExecutor(WRITERS) as pool:
            answers = list(pool.map(send, logs))
        for receipts in zip(*answers, strict=True):
            assert sorted(receipt.outcome for receipt in receipts) == ["accepted"] + ["duplicate"] * (WRITERS - 1)
            assert len({receipt.position for receipt in receipts}) == 1
        assert [record.position for record in logs[0].follow(after=0, limit=200)] == list(range(1, 101))
        assert logs[0].verify() is None
