"""Typed rows over a read model: read once, changed together, never half remembered."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from application.projections.rows import Collection, Rows, View
from haberdasher.names import stored_names
from ports.event_log import Commit


class Row(msgspec.Struct, omit_defaults=True):
    """A row as projections declare them."""

    count: int = 0
    names: list[str] = msgspec.field(default_factory=list)


ROWS: Collection[Row] = Collection("rows", Row)
NUMBERS: Collection[int] = Collection("numbers", int)


class Reading(MemoryReadModels):
    """Remembers which keys were asked for."""

    __slots__ = ("asked",)

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.asked: list[Sequence[str]] = []

    def get(self, model: str, collection: str, keys: Sequence[str]) -> Mapping[str, bytes]:
        self.asked.append(keys)
        return super().get(model, collection, keys)


@pytest.fixture
def log() -> MemoryEventLog:
    return MemoryEventLog(stored_names(), MemoryStore())


@pytest.fixture
def reading(log: MemoryEventLog) -> Reading:
    return Reading(log._store)


def commit(log: MemoryEventLog, rows: Rows) -> None:
    log.commit(Commit(rows=rows.changes()))
    rows.settled()


def test_a_row_is_read_once_also_when_it_is_absent(log: MemoryEventLog, reading: Reading) -> None:
    """Rows and their absence are remembered from batch to batch."""
    rows = Rows(reading, "m#1")
    rows.put(ROWS, "a", Row(1))
    commit(log, rows)
    again = Rows(reading, "m#1")
    again.prefetch(ROWS, ["a", "b", "a"])
    assert (again.get(ROWS, "a"), again.get(ROWS, "b")) == (Row(1), None)
    again.prefetch(ROWS, ["b", "a"])
    assert reading.asked == [["a", "b"]]


def test_a_change_is_seen_at_once_and_stored_once(log: MemoryEventLog, reading: Reading) -> None:
    """The last of several changes of a row is the one that is committed; a deleted row is gone."""
    rows = Rows(reading, "m#1")
    for number in (1, 2, 3):
        rows.put(NUMBERS, "a", number)
        assert rows.get(NUMBERS, "a") == number
    rows.put(NUMBERS, "b", 0)
    rows.delete(NUMBERS, "b")
    assert rows.get(NUMBERS, "b") is None
    assert [(one.key, one.value) for one in rows.changes()] == [("a", b"3"), ("b", None)]
    commit(log, rows)
    assert rows.changes() == ()
    assert dict(View(reading, "m").all(NUMBERS)) == {"a": 3}


def test_falsy_values_are_values(log: MemoryEventLog, reading: Reading) -> None:
    """Zero is not absence."""
    rows = Rows(reading, "m#1")
    rows.put(NUMBERS, "a", 0)
    commit(log, rows)
    assert Rows(reading, "m#1").get(NUMBERS, "a") == 0
    assert View(reading, "m").one(NUMBERS, "a") == 0


def test_a_row_s_defaults_are_not_shared(reading: Reading) -> None:
    """Two rows that were never stored do not grow together."""
    rows = Rows(reading, "m#1")
    for key in ("a", "b"):
        row = rows.get(ROWS, key) or Row()
        row.names.append(key)
        rows.put(ROWS, key, row)
    assert [rows.get(ROWS, key) for key in ("a", "b")] == [Row(0, ["a"]), Row(0, ["b"])]


def test_a_full_cache_is_emptied_between_batches_only(log: MemoryEventLog, reading: Reading) -> None:
    """No change that is not stored yet is ever forgotten."""
    rows = Rows(reading, "m#1", cache_limit=1)
    for number in range(5):
        rows.put(NUMBERS, str(number), number)
    assert [rows.get(NUMBERS, str(number)) for number in range(5)] == list(range(5))
    assert reading.asked == []
    commit(log, rows)
    assert rows.get(NUMBERS, "4") == 4
    assert reading.asked == [["4"]]


def test_a_view_pages_through_the_live_generation(log: MemoryEventLog, reading: Reading) -> None:
    """Every row once, in key order, whatever the size of a page; another generation is not seen."""
    for generation, count in ((1, 5), (2, 3)):
        rows = Rows(reading, f"m#{generation}")
        for number in range(count):
            rows.put(NUMBERS, str(number), number + 10 * generation)
        commit(log, rows)
    view = View(reading, "m")
    assert [list(view.all(NUMBERS, page=page)) for page in (1, 2, 5, 9)] == [[(str(n), n + 10) for n in range(5)]] * 4
    assert (view.count(NUMBERS), view.get(NUMBERS, ["1", "7"])) == (5, {"1": 11})
    reading.promote("m", 2)
    assert [value for _, value in View(reading, "m").all(NUMBERS)] == [20, 21, 22]
