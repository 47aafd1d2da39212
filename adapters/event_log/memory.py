"""The event log and the read models in memory: the same contract, for tests and demonstrations."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from threading import RLock

from attrs import Factory, define, field

from adapters.event_log.codec import Codec, StoredRow
from domain.names import Names
from ports.event_log import Commit, PositionConflict, Recorded, Snapshot, StreamConflict


@define(eq=False)
class MemoryStore:
    """What a database would hold for one tenant. Share it between a log and its read models.

    Events are kept encoded, so that a test finds what would not store.
    """

    lock: RLock = field(factory=RLock, repr=False)
    events: list[StoredRow] = Factory(list)
    streams: defaultdict[str, list[StoredRow]] = Factory(lambda: defaultdict(list))
    followers: dict[str, int] = Factory(dict)
    snapshots: defaultdict[str, dict[int, tuple[str, bytes]]] = Factory(lambda: defaultdict(dict))
    rows: defaultdict[tuple[str, str], dict[str, bytes]] = Factory(lambda: defaultdict(dict))
    live: dict[str, int] = Factory(dict)


@define(eq=False)
class MemoryEventLog:
    """Thread-safe. Two logs over one store are two processes over one database."""

    _names: Names
    _store: MemoryStore = Factory(MemoryStore)
    _codec: Codec = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._codec = Codec(self._names)

    def commit(self, commit: Commit) -> Sequence[int]:
        encoded = self._codec.encode_rows("", commit.appends)
        store = self._store
        with store.lock:
            self._check(commit)
            first = len(store.events) + 1
            for _, stream, version, topic, state in encoded:
                row = (len(store.events) + 1, stream, version, topic, state)
                store.events.append(row)
                store.streams[stream].append(row)
            for change in commit.rows:
                rows = store.rows[change.model, change.collection]
                if change.value is None:
                    rows.pop(change.key, None)
                else:
                    rows[change.key] = change.value
            store.followers.update({one.follower: one.to for one in commit.advances})
            return range(first, len(store.events) + 1)

    def read(self, stream: str, *, after: int = 0) -> Sequence[Recorded]:
        with self._store.lock:
            rows = self._store.streams[stream][after:] if stream in self._store.streams else []
        return self._codec.decode_rows(rows)

    def follow(self, *, after: int, limit: int) -> Sequence[Recorded]:
        with self._store.lock:
            rows = self._store.events[after : after + limit]
        return self._codec.decode_rows(rows)

    def head(self) -> int:
        with self._store.lock:
            return len(self._store.events)

    def position(self, follower: str) -> int:
        with self._store.lock:
            return self._store.followers.get(follower, 0)

    def snapshot(self, stream: str) -> Snapshot | None:
        with self._store.lock:
            kept = sorted(self._store.snapshots.get(stream, {}).items(), reverse=True)
        decoded = (self._codec.decode_snapshot(topic, version, state) for version, (topic, state) in kept)
        return next((snapshot for snapshot in decoded if snapshot is not None), None)

    def save_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        encoded = self._codec.encode_snapshot(snapshot)
        with self._store.lock:
            self._store.snapshots[stream].setdefault(snapshot.version, encoded)

    def _check(self, commit: Commit) -> None:
        for advance in commit.advances:
            if self._store.followers.get(advance.follower, 0) != advance.expected:
                raise PositionConflict(f"{advance.follower} is no longer at {advance.expected}")
        ends: dict[str, int] = {}
        for append in commit.appends:
            end = ends.get(append.stream, len(self._store.streams.get(append.stream, ())))
            if end != append.expected_version:
                raise StreamConflict(f"{append.stream}: {end} events, expected {append.expected_version}")
            ends[append.stream] = end + len(append.facts)


@define(eq=False)
class MemoryReadModels:
    """Reads the rows that the log over the same store committed."""

    _store: MemoryStore

    def get(self, model: str, collection: str, keys: Sequence[str]) -> Mapping[str, bytes]:
        with self._store.lock:
            rows = self._store.rows.get((model, collection), {})
            return {key: rows[key] for key in keys if key in rows}

    def scan(self, model: str, collection: str, *, after: str = "", limit: int = 1000) -> Sequence[tuple[str, bytes]]:
        with self._store.lock:
            rows = self._store.rows.get((model, collection), {})
            # Code points and the bytes of their UTF-8 sort alike.
            keys = sorted(rows)
            first = bisect_right(keys, after)
            return [(key, rows[key]) for key in keys[first : first + limit]]

    def count(self, model: str, collection: str) -> int:
        with self._store.lock:
            return len(self._store.rows.get((model, collection), {}))

    def live(self, name: str) -> int:
        with self._store.lock:
            return self._store.live.get(name, 1)

    def promote(self, name: str, generation: int) -> None:
        with self._store.lock:
            self._store.live[name] = generation
            for model, collection in list(self._store.rows):
                if model.rpartition("#")[0] == name and model != f"{name}#{generation}":
                    del self._store.rows[model, collection]
