"""The event log: streams of facts, one order over all of them, and the commit that is the unit of everything."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen

from domain.taxonomy.envelope import Envelope


class StreamConflict(Exception):
    """Another writer was faster: the stream is not at the version the decision was taken on. Reload and retry."""


class PositionConflict(Exception):
    """Another worker has already moved this follower on: what this commit carries is done. Reload the position."""


@frozen
class Metadata:
    """What is true of every event. `known_at` is when the system could have used it (see `domain.md` §1.2).

    `envelope`: what came with it from outside, on the facts that an arrival became; decisions taken on them have none.
    """

    event_id: str
    occurred_at: datetime
    known_at: datetime
    intake_position: int | None = None
    envelope: Envelope | None = None


@frozen
class Fact:
    """A domain event with its metadata, not yet stored."""

    event: Any
    metadata: Metadata


@frozen
class Append:
    """Facts for the end of one stream, which must hold exactly `expected_version` events (0: it is new)."""

    stream: str
    expected_version: int
    facts: Sequence[Fact]


@frozen
class Advance:
    """Move a follower's position: the commit holds only if it stands at `expected`; it then stands at `to`."""

    follower: str
    expected: int
    to: int


@frozen
class RowChange:
    """One row of a read model, `None` for deleted. `model` is a follower's name with its generation."""

    model: str
    collection: str
    key: str
    value: bytes | None


@frozen
class Commit:
    """One transaction: facts, the rows derived with them, and the positions of the log they were derived from.

    Followers that stand together move together: one commit costs one fsync, however many they are.
    """

    appends: Sequence[Append] = ()
    rows: Sequence[RowChange] = ()
    advances: Sequence[Advance] = ()


@frozen
class Recorded:
    """A stored event. `position` orders all streams of the tenant; `version` counts from 1 within the stream."""

    position: int
    stream: str
    version: int
    event: Any
    metadata: Metadata


@frozen
class Snapshot:
    """The state of a stream after its first `version` events."""

    version: int
    state: Any


def stream_name(tenant: str, category: str, key: str) -> str:
    """Return `tenant/category-key`, e.g. `main/session-0193...`: two tenants never share a stream."""
    return f"{tenant}/{category}-{key}"


class EventLog(Protocol):
    """An append-only log of one tenant.

    Order: positions grow in commit order, and a reader that has seen position p will never see a smaller one
    appear later; they may have gaps. Versions of a stream are 1, 2, 3, ... without gaps.
    """

    def commit(self, commit: Commit) -> Sequence[int]:
        """Store everything in `commit` or nothing; return the positions of its facts, in the order given.

        Durable on return. Errors: `StreamConflict` (a stream is not at its expected version),
        `PositionConflict` (a follower is not at its expected position). Not idempotent by itself: `advances` and
        expected versions make a retry fail instead of doubling.
        """
        ...

    def read(self, stream: str, *, after: int = 0) -> Sequence[Recorded]:
        """Return the events of one stream with a version above `after`, in order; empty if there are none."""
        ...

    def follow(self, *, after: int, limit: int) -> Sequence[Recorded]:
        """Return at most `limit` events of all streams with a position above `after`, in position order."""
        ...

    def head(self) -> int:
        """Return the largest position, 0 for an empty log."""
        ...

    def position(self, follower: str) -> int:
        """Return how far a follower has come, 0 if it never committed."""
        ...

    def snapshot(self, stream: str) -> Snapshot | None:
        """Return the newest usable snapshot; one whose schema is not the current one is not usable."""
        ...

    def save_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        """Keep a snapshot. Saving the same version again changes nothing. Never needed for correctness."""
        ...


class ReadModels(Protocol):
    """Rows that followers derive. They change only through `EventLog.commit`, together with the position.

    A model has generations `name#1`, `name#2`, ...: readers see the live one, a rebuild fills the next beside it.
    """

    def get(self, model: str, collection: str, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the rows that exist among `keys`; absent keys are absent from the answer."""
        ...

    def scan(self, model: str, collection: str, *, after: str = "", limit: int = 1000) -> Sequence[tuple[str, bytes]]:
        """Return at most `limit` rows with a key above `after`, ordered by key (byte order of its UTF-8)."""
        ...

    def count(self, model: str, collection: str) -> int:
        """Return the number of rows."""
        ...

    def live(self, name: str) -> int:
        """Return the live generation of a model, 1 if none was ever promoted."""
        ...

    def promote(self, name: str, generation: int) -> None:
        """Make `generation` the live one, atomically, and drop the rows of all others. Idempotent."""
        ...
