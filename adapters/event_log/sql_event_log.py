"""`EventLog` on SQLite or PostgreSQL: one transaction for facts, derived rows and the follower's position."""

from collections.abc import Sequence
from typing import Any

from attrs import define, field
from eventsourcing.persistence import IntegrityError, StoredEvent
from sqlalchemy import Engine, Select, bindparam, select

from adapters.database import create_tables, read, write
from adapters.database import read_models as read_model_tables
from adapters.event_log import following, tables
from adapters.event_log.appending import append_rows, head_of, lock_events
from adapters.event_log.codec import Codec
from adapters.event_log.expectations import check_expectations
from adapters.event_log.recorder import SqlSnapshotRecorder
from adapters.event_log.row_changes import apply_rows
from adapters.event_log.tables import events
from application.collection import collection_paused
from domain.names import Names
from ports.event_log import Commit, Recorded, Snapshot


def create_event_log_tables(engine: Engine) -> None:
    """Create the tables of the event log and of the read models it writes. Idempotent; processes may race."""
    create_tables(engine, tables.metadata)
    create_tables(engine, read_model_tables.metadata)


_EVENTS = select(events.c.position, events.c.stream, events.c.version, events.c.topic, events.c.state).where(
    events.c.tenant == bindparam("tenant")
)


@define(eq=False)
class SqlEventLog:
    """Bound to one tenant. The tables must exist: `create_event_log_tables`. Safe to share between threads."""

    _engine: Engine
    _names: Names
    _tenant: str
    _codec: Codec = field(init=False)
    _snapshots: SqlSnapshotRecorder = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._codec = Codec(self._names)
        self._snapshots = SqlSnapshotRecorder(self._engine, self._tenant)

    def commit(self, commit: Commit) -> Sequence[int]:
        """See `ports.event_log.EventLog`. Errors besides: `adapters.database.DatabaseBusy`, a `TimeoutError`."""
        tenant = self._tenant
        rows = self._codec.encode_rows(tenant, commit.appends)  # before the transaction: nobody waits for it
        with write(self._engine) as connection:
            for advance in sorted(commit.advances, key=lambda one: one.follower):  # one order: no deadlocks
                following.advance(connection, tenant, advance)
            apply_rows(connection, tenant, commit.rows)
            if not commit.appends:
                return ()
            lock_events(connection)  # last, because it makes all other writers wait
            check_expectations(connection, tenant, commit.appends)
            return append_rows(connection, rows)

    def read(self, stream: str, *, after: int = 0) -> Sequence[Recorded]:
        query = _EVENTS.where(events.c.stream == stream, events.c.version > after).order_by(events.c.version)
        return self._recorded(query)

    def follow(self, *, after: int, limit: int) -> Sequence[Recorded]:
        return self._recorded(_EVENTS.where(events.c.position > after).order_by(events.c.position).limit(limit))

    def head(self) -> int:
        with read(self._engine) as connection:
            return head_of(connection, self._tenant) or 0

    def position(self, follower: str) -> int:
        with read(self._engine) as connection:
            return following.position_of(connection, self._tenant, follower) or 0

    def snapshot(self, stream: str) -> Snapshot | None:
        for stored in self._snapshots.select_events(stream, desc=True):
            snapshot = self._codec.decode_snapshot(stored.topic, stored.originator_version, stored.state)
            if snapshot is not None:
                return snapshot
        return None

    def save_snapshot(self, stream: str, snapshot: Snapshot) -> None:
        topic, state = self._codec.encode_snapshot(snapshot)
        try:
            self._snapshots.insert_events([StoredEvent(stream, snapshot.version, topic, state)])
        except IntegrityError:
            return  # another worker kept it first

    def _recorded(self, query: Select[Any]) -> Sequence[Recorded]:
        with read(self._engine) as connection, collection_paused():
            # The driver's own tuples: SQLAlchemy's rows would cost as much again as the query.
            rows = connection.execute(query, {"tenant": self._tenant}).cursor.fetchall()
            return self._codec.decode_rows(rows)
