"""The eventsourcing library's recorder interfaces in SQLAlchemy Core, for one tenant.

Its own SQLAlchemy recorder accepted notifications twice under two workers and is slow; these two pass the contract
tests that the library ships.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    IntegrityError,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Tracking,
)
from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.exc import IntegrityError as DuplicateKey

from adapters.database import read, write
from adapters.event_log import following
from adapters.event_log.appending import append_rows, head_of, lock_events
from adapters.event_log.subscription import SqlSubscription
from adapters.event_log.tables import events, snapshots
from ports.event_log import StreamConflict


class SqlRecorder(ProcessRecorder):
    """Aggregate, application and tracking recorder over `events` and `tracking`."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self.engine = engine
        self.tenant = tenant

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None, **_: Any
    ) -> Sequence[int] | None:
        """Store events and tracking in one transaction. Errors: the library's `IntegrityError`."""
        rows = [(self.tenant, str(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        try:
            with write(self.engine) as connection:
                if tracking is not None:
                    self._track(connection, tracking)
                lock_events(connection)
                return list(append_rows(connection, rows))
        except StreamConflict as error:
            raise IntegrityError(str(error)) from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Return the events of one stream with versions in (gt, lte]."""
        return _select(self.engine, events, self.tenant, originator_id, gt=gt, lte=lte, desc=desc, limit=limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """Return at most `limit` events of all streams with positions from `start` to `stop`, in order."""
        e = events.c
        query = select(e.stream, e.version, e.topic, e.state, e.position).where(e.tenant == self.tenant)
        if start is not None:
            query = query.where(e.position >= start if inclusive_of_start else e.position > start)
        if stop is not None:
            query = query.where(e.position <= stop)
        if topics:
            query = query.where(e.topic.in_(topics))
        with read(self.engine) as connection:
            return [Notification(*row) for row in connection.execute(query.order_by(e.position).limit(limit))]

    def max_notification_id(self) -> int | None:
        """Return the largest position, None for an empty log."""
        with read(self.engine) as connection:
            return head_of(connection, self.tenant)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move a follower forward. Errors: the library's `IntegrityError` if it is there or beyond."""
        with write(self.engine) as connection:
            self._track(connection, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return the position of a follower, None if it never committed."""
        with read(self.engine) as connection:
            return following.position_of(connection, self.tenant, application_name)

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> SqlSubscription:
        """Return an iterator over events after `gt` that waits for new ones. Use it as a context manager."""
        return SqlSubscription(self, self.engine, gt, topics)

    def _track(self, connection: Connection, tracking: Tracking) -> None:
        if not following.grow(connection, self.tenant, tracking.application_name, tracking.notification_id):
            raise IntegrityError(f"{tracking.application_name} is at {tracking.notification_id} or beyond")


class SqlSnapshotRecorder(AggregateRecorder):
    """Aggregate recorder over `snapshots`."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self.engine = engine
        self.tenant = tenant

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> None:
        """Store snapshots in one transaction. Errors: the library's `IntegrityError`."""
        columns = ("tenant", "stream", "version", "topic", "state")
        rows = [
            dict(zip(columns, (self.tenant, str(e.originator_id), e.originator_version, e.topic, e.state), strict=True))
            for e in stored_events
        ]
        if not rows:
            return
        try:
            with write(self.engine) as connection:
                connection.execute(insert(snapshots), rows)
        except DuplicateKey as error:
            raise IntegrityError(str(error.orig)) from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """Return the snapshots of one stream with versions in (gt, lte]."""
        return _select(self.engine, snapshots, self.tenant, originator_id, gt=gt, lte=lte, desc=desc, limit=limit)


def _select(
    engine: Engine,
    table: Table,
    tenant: str,
    stream: UUID | str,
    *,
    gt: int | None,
    lte: int | None,
    desc: bool,
    limit: int | None,
) -> list[StoredEvent]:
    c = table.c
    query = select(c.stream, c.version, c.topic, c.state).where(c.tenant == tenant, c.stream == str(stream))
    if gt is not None:
        query = query.where(c.version > gt)
    if lte is not None:
        query = query.where(c.version <= lte)
    query = query.order_by(c.version.desc() if desc else c.version).limit(limit)
    with read(engine) as connection:
        return [StoredEvent(*row) for row in connection.execute(query)]
