import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest

from adapters.clock import SystemClock
from adapters.ids import Uuid7Ids


def test_the_clock_is_utc_and_right() -> None:
    """The clock answers with an aware UTC time between two readings of the machine's."""
    before, now, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.utcoffset() == timedelta(0)


def test_the_clock_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the machine's clock is set back, the answer stands still until that is made up."""
    readings = iter([5_000_000, 4_000_000, 5_000_999, 6_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(readings))
    clock = SystemClock()
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    assert [(clock.now() - begin) // timedelta(microseconds=1) for _ in range(4)] == [5_000, 5_000, 5_000, 6_000]


def test_ids_are_uuid7_in_order() -> None:
    """Ids are 32 hex digits of a UUID version 7 of the present millisecond, each above the one before."""
    source = Uuid7Ids()
    before = time.time_ns() // 1_000_000
    ids = [source.new() for _ in range(20_000)]
    after = time.time_ns() // 1_000_000
    assert ids == sorted(set(ids))
    for one in (ids[0], ids[-1]):
        parsed = UUID(hex=one)
        assert (parsed.hex, parsed.version, parsed.variant) == (one, 7, RFC_4122)
        assert before <= int(one[:12], 16) <= after


def test_ids_stay_in_order_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock set back does not disturb the order."""
    readings = iter([5_000_000_000, 4_000_000_000, 5_000_000_000, 6_000_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(readings))
    source = Uuid7Ids()
    ids = [source.new() for _ in range(4)]
    assert ids == sorted(set(ids))


def test_threads_share_the_ids() -> None:
    """No id is given twice, whichever threads ask."""
    source = Uuid7Ids()
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: [source.new() for _ in range(2_000)], range(8)))
    assert len({one for row in rows for one in row}) == 16_000
    assert all(row == sorted(row) for row in rows)


#: In a process of its own: one that has imported JAX must not fork.
FORK = """
import os, time
from adapters.ids import Uuid7Ids
time.time_ns = lambda: 5_000_000_000
ids = Uuid7Ids()
ids.new()
reader, writer = os.pipe()
if (child := os.fork()) == 0:
    os.write(writer, ids.new().encode())
    os._exit(0)
os.waitpid(child, 0)
print(os.read(reader, 32).decode(), ids.new())
"""


def test_a_forked_child_gives_other_ids() -> None:
    """Parent and child that were one process a moment ago do not count on from the same place."""
    ran = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True)
    of_child, of_parent = ran.stdout.split()
    assert of_child[16:] != of_parent[16:]
