"""The feature store in trouble: zombies, kills, races, and a Redis that forgets, evicts, freezes or is full."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import text

from adapters.database import connect, write
from adapters.feature_store.redis_feature_store import RedisFeatureStore
from haberdasher.bootstrap import running
from haberdasher.settings import Settings
from ports.feature_store import Entry, Fenced, Found, Key, StoreUnavailable
from tests.support.broker import until
from tests.support.broker_server import OwnServer, own_server, require_server
from tests.support.feature_stores import SHARED, opened, store_url
from tests.support.feature_worker import AT, KEYS, Put, contend, put_for_ever, round_of, sleep_and_wake
from tests.support.kills import PROCESSES, run_and_kill
from tests.support.services import DATABASES, database_url, postgresql_url

KILLS = 8
MARKER = b"CRUNCHY-ARMCHAIR"


@pytest.fixture(params=SHARED)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnServer]:
    """A Redis of our own."""
    require_server("redis")
    with own_server("redis", tmp_path / "redis") as server:
        yield server


def started(work: Any, *arguments: Any) -> tuple[Any, Any]:
    """Start a process with a pipe to it."""
    ours, theirs = PROCESSES.Pipe()
    worker = PROCESSES.Process(target=work, args=(*arguments, theirs), daemon=True)
    worker.start()
    theirs.close()
    return worker, ours


def stopped(process: int) -> bool:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_frozen_projector_cannot_overwrite_when_it_wakes(url: str) -> None:
    """R13: a process is stopped, another one takes over and puts lower versions; woken, the first is refused."""
    worker, answers = started(sleep_and_wake, url)
    process = answers.recv()
    until(lambda: stopped(process), "the process stops")
    with opened(url) as store:
        token = store.acquire("projector")
        assert store.put(round_of(2), token) == len(KEYS)
        os.kill(process, signal.SIGCONT)
        assert answers.recv() == "fenced"
        worker.join()
        assert {one.version for one in store.get(KEYS, AT) if one} == {2}
        assert store.put(round_of(3), token) == len(KEYS)
    answers.close()


def test_a_killed_projector_leaves_whole_rounds(url: str) -> None:
    """SIGKILL at random moments: all 50 entries are of one version, none older than what was acknowledged."""
    dice = random.Random(url.partition(":")[0])
    acknowledged = 0
    for _ in range(KILLS):
        done = run_and_kill(put_for_ever, (url,), dice.uniform(0, 0.15))
        acknowledged = done[-1] if done else acknowledged
        with opened(url) as store:
            found = [one for one in store.get(KEYS, AT) if one]
        if not found:
            assert acknowledged == 0
            continue
        version = found[0].version
        assert version in {acknowledged, acknowledged + 1}
        assert [(one.version, one.value) for one in found] == [(version, one.value) for one in round_of(version)]
        acknowledged = version
    assert acknowledged > 0


def test_two_processes_that_both_think_they_lead(url: str) -> None:
    """Each takes over from the other again and again: what stands is the newest of what was taken, nothing refused."""
    workers = [started(contend, url, seed) for seed in (1, 2)]
    for _, answers in workers:
        assert answers.recv() is None
    for _, answers in workers:
        answers.send("go")
    done: list[Put] = []
    fenced = 0
    for worker, answers in workers:
        mine, refused = answers.recv()
        done += mine
        fenced += refused
        worker.join()
        answers.close()
    expected: dict[str, Put] = {}
    for one in done:  # no version comes twice for a key and token from two processes, as tokens differ
        other = expected.get(one[2])
        if other is None or one[:2] >= other[:2]:
            expected[one[2]] = one
    assert fenced > 0
    with opened(url) as store:
        found = store.get([("product", key) for key in expected], AT)
    assert [(one.version, one.value) for one in found if one] == [(one[1], one[3]) for one in expected.values()]


def test_a_put_that_has_begun_ends_before_another_takes_over() -> None:
    """In PostgreSQL, where both could go on at once, who acquires waits for a put that was let in; none comes after.

    A third transaction holds an entry, so that the put stops between looking at its token and storing.
    """
    blocked = text("SELECT pid FROM pg_stat_activity WHERE :pid = ANY (pg_blocking_pids(pid))")

    with postgresql_url() as url, opened(url) as store, ThreadPoolExecutor(2) as threads:
        token = store.acquire("projector")
        store.put(round_of(1), token)
        holder, watcher = connect(url), connect(url)

        def waits_for(process: int) -> int | None:
            with watcher.connect() as connection:
                return connection.execute(blocked, {"pid": process}).scalar_one_or_none()

        with holder.connect() as connection, connection.begin():
            connection.execute(text("UPDATE feature_values SET version = version"))
            held_by: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            putting = threads.submit(store.put, round_of(2), token)
            until(lambda: waits_for(held_by) is not None, "the put stops")
            putter = waits_for(held_by)
            assert putter is not None
            acquiring = threads.submit(store.acquire, "projector")
            until(lambda: waits_for(putter) is not None, "whoever acquires waits for the put", patience=1.5)
        assert putting.result() == len(KEYS)
        assert acquiring.result().number == token.number + 1
        with pytest.raises(Fenced):
            store.put(round_of(3), token)
        for engine in (holder, watcher):
            engine.dispose()


def test_a_redis_that_forgets_fences_until_somebody_takes_over(server: OwnServer) -> None:
    """Started again over nothing, entries are absent; tokens of before are refused, and are not given out again."""
    store = RedisFeatureStore(server.url, "main")
    zombie = store.acquire("projector")
    token = store.acquire("projector")
    store.put(round_of(7), token)
    server.kill()
    with pytest.raises(StoreUnavailable, match="feature_store"):
        store.get(KEYS, AT)
    for file in server.folder.rglob("*"):
        if file.is_file():
            file.unlink()
    server.start()
    assert set(store.get(KEYS, AT)) == {None}
    for old in (token, zombie):
        with pytest.raises(Fenced):
            store.put(round_of(8), old)
    again = store.acquire("projector")
    assert again.number > token.number
    with pytest.raises(Fenced):
        store.put(round_of(8), zombie)
    assert store.put(round_of(1), again) == len(KEYS)
    store.close()


def test_a_redis_that_keeps_its_file_goes_on(server: OwnServer) -> None:
    """Killed and started over an append-only file that is synced, entries and tokens are as they were."""
    store = RedisFeatureStore(server.url, "main")
    zombie, token = store.acquire("projector"), store.acquire("projector")
    store.put(round_of(7), token)
    server.kill()
    server.start()
    assert {one.version for one in store.get(KEYS, AT) if one} == {7}
    with pytest.raises(Fenced):
        store.put(round_of(8), zombie)
    assert store.put(round_of(8), token) == len(KEYS)
    store.close()


def test_what_redis_evicts_is_absent_never_wrong(server: OwnServer) -> None:
    """With too little memory and an evicting policy each entry is whole or None, and put anew it is there."""
    with redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory", "3mb")
        client.config_set("maxmemory-policy", "allkeys-random")
    store = RedisFeatureStore(server.url, "main")
    keys: list[Key] = [("product", f"p-{n}") for n in range(2000)]
    for start in range(0, 2000, 50):
        _put_and_insist(store, [Entry("product", f"p-{n}", 1, AT, b"%d" % n * 500) for n in range(start, start + 50)])
    found = store.get(keys, AT)
    lost = [n for n, one in enumerate(found) if one is None]
    assert 0 < len(lost) < 2000
    assert all(one is None or one.value == b"%d" % n * 500 for n, one in enumerate(found))
    _put_and_insist(store, [Entry("product", f"p-{lost[0]}", 1, AT, b"again")])
    assert store.get([keys[lost[0]]], AT)[0] in {None, Found(1, AT, b"again", stale=False)}
    store.close()


def _put_and_insist(store: RedisFeatureStore, entries: list[Entry]) -> None:
    """Put as one who surely leads: if even the record of that was evicted, take over again."""
    while True:
        try:
            store.put(entries, store.acquire("projector"))
        except Fenced:
            continue
        return


def test_a_full_redis_takes_all_or_nothing(server: OwnServer) -> None:
    """Without room a put is `StoreUnavailable` with the remedy and changes nothing; with room again it is taken."""
    store = RedisFeatureStore(server.url, "main")
    token = store.acquire("projector")
    store.put(round_of(1), token)
    with redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory", "1mb")
        with pytest.raises(StoreUnavailable, match="memory"):
            store.put(round_of(2), token)
        assert {one.version for one in store.get(KEYS, AT) if one} == {1}
        client.config_set("maxmemory", "0")
    assert store.put(round_of(2), token) == len(KEYS)
    store.close()


def test_a_frozen_redis_is_noticed(server: OwnServer) -> None:
    """A server that does not answer is `StoreUnavailable` after one time-out; thawed, it is used again."""
    store = RedisFeatureStore(server.url, "main")
    token = store.acquire("projector")
    store.put(round_of(1), token)
    with server.frozen():
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.get(KEYS, AT)
        assert time.monotonic() - begun < 5
    until(lambda: _versions(store) == {1}, "the server answers again")
    assert store.put(round_of(2), token) == len(KEYS)
    store.close()


def _versions(store: RedisFeatureStore) -> set[int]:
    try:
        return {one.version for one in store.get(KEYS, AT) if one}
    except StoreUnavailable:
        return set()


def test_what_somebody_else_put_under_our_keys_is_no_entry(server: OwnServer) -> None:
    """Values of another form and keys of another type are absent to readers, and are replaced by a put."""
    store = RedisFeatureStore(server.url, "main")
    token = store.acquire("projector")
    with redis.Redis.from_url(server.url) as client:
        client.set("features:{main}:product:p-0", b"short")
        client.set("features:{main}:product:p-1", b"x" * 100)
        client.set("features:{main}:product:p-2", b"")
    assert list(store.get(KEYS[:3], AT)) == [None, None, None]
    assert store.purge(AT) == 0
    assert store.put(round_of(1), token) == len(KEYS)
    store.close()


def test_erased_bytes_leave_the_files_of_redis(server: OwnServer) -> None:
    """P1, here: what was deleted is in no file of the server once it has written them anew."""

    def remains() -> bool:
        return any(MARKER in file.read_bytes() for file in server.folder.rglob("*") if file.is_file())

    store = RedisFeatureStore(server.url, "main")
    store.put([Entry("customer", "ada", 1, AT, MARKER), *round_of(1)], store.acquire("projector"))
    assert remains()
    store.delete([("customer", "ada")])
    assert remains()
    store.sweep()
    until(lambda: not remains(), "the files are written anew")
    assert {one.version for one in store.get(KEYS, AT) if one} == {1}
    store.close()


def test_erased_bytes_leave_the_files_of_sqlite(tmp_path: Path) -> None:
    """P1, here: what was deleted is neither in the database nor in its write-ahead log."""
    with database_url("sqlite", tmp_path) as url, opened(url) as store:
        store.put([Entry("customer", "ada", 1, AT, MARKER * 400), *round_of(1)], store.acquire("projector"))
        files = [file for file in tmp_path.iterdir() if file.suffix.startswith(".db")]
        assert any(MARKER in file.read_bytes() for file in files)
        store.delete([("customer", "ada")])
        store.sweep()
        assert not any(MARKER in file.read_bytes() for file in files)
        assert store.get([("customer", "ada")], AT) == [None]


@pytest.mark.parametrize("kind", DATABASES)
def test_a_database_that_is_held_is_named(kind: str, tmp_path: Path) -> None:
    """While another process holds what a put needs it is `StoreUnavailable`, stores nothing, and is taken later."""
    with database_url(kind, tmp_path) as url, opened(url) as store:
        token = store.acquire("projector")
        other = connect(url)
        with write(other) as connection:
            connection.execute(text("UPDATE feature_writers SET token = token"))
            with pytest.raises(StoreUnavailable, match="retry"):
                store.put(round_of(1), token)
        other.dispose()
        assert set(store.get(KEYS, AT)) == {None}
        assert store.put(round_of(1), token) == len(KEYS)


def test_the_house_keeps_features_where_the_settings_say(server: OwnServer, tmp_path: Path) -> None:
    """In its database or in Redis; it starts although Redis is down, and says so when it is asked."""
    for number, address in enumerate(("", server.url)):
        with running(Settings(home=tmp_path / f"{number}", feature_store=address)) as app:
            app.feature_store.put(round_of(1), app.feature_store.acquire("projector"))
            assert {one.version for one in app.feature_store.get(KEYS, AT) if one} == {1}
            with opened(app.settings.database) as in_the_database:
                assert in_the_database.get(KEYS, AT).count(None) == (len(KEYS) if address else 0)
    server.kill()
    with running(Settings(home=tmp_path / "2", feature_store=server.url)) as app:
        with pytest.raises(StoreUnavailable, match="feature_store"):
            app.feature_store.get(KEYS, AT)
        assert app.log.head() > 0
