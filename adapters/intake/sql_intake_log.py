"""The intake log in SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define
from sqlalchemy import Connection, Engine, Row, and_, func, select

from adapters.database import create_tables, read, write
from adapters.database.lookup import rows_of
from adapters.intake import chain
from adapters.intake.admission import Key, Seen, admit
from adapters.intake.bulk import insert_rows
from adapters.intake.tables import intake, intake_keys, metadata
from ports.intake import Arrival, IntakeRecord, Receipt

_PAGE = 5_000


@define(eq=False)
class SqlIntakeLog:
    """One writer at a time, over all tenants: positions and the chain then follow the order of commits.

    Errors of `append`: `DatabaseBusy` if another writer is stuck; nothing was stored.
    """

    _engine: Engine
    _tenant: str

    def __attrs_post_init__(self) -> None:
        create_tables(self._engine, metadata)

    def append(self, arrivals: Sequence[Arrival]) -> Sequence[Receipt]:
        if not arrivals:
            return ()
        with write(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"LOCK TABLE {intake.name} IN EXCLUSIVE MODE")
            head = self._head(connection)
            receipts, fresh = admit(arrivals, self._seen(connection, arrivals), head.position)
            if fresh:
                self._store(connection, list(chain.chained(self._tenant, head, fresh)))
        return receipts

    def follow(self, *, after: int, limit: int) -> Sequence[IntakeRecord]:
        with read(self._engine) as connection:
            rows = connection.execute(
                select(intake)
                .where(intake.c.tenant == self._tenant, intake.c.position > after)
                .order_by(intake.c.position)
                .limit(limit)
            )
            return [_record(row) for row in rows]

    def head(self) -> int:
        with read(self._engine) as connection:
            return self._head(connection).position

    def verify(self) -> int | None:
        """Also notices a missing end, as long as the unique keys still know of it."""
        with read(self._engine) as connection:
            known = select(func.max(intake_keys.c.position)).where(intake_keys.c.tenant == self._tenant)
            head = connection.execute(known).scalar() or 0
        return chain.first_break(self._tenant, self._all(until=head), head)

    def _all(self, *, until: int) -> Iterator[IntakeRecord]:
        after = 0
        while after < until and (page := self.follow(after=after, limit=min(_PAGE, until - after))):
            yield from page
            after = page[-1].position

    def _head(self, connection: Connection) -> chain.Link:
        row = connection.execute(
            select(intake.c.position, intake.c.digest)
            .where(intake.c.tenant == self._tenant)
            .order_by(intake.c.position.desc())
            .limit(1)
        ).one_or_none()
        return chain.Link() if row is None else chain.Link(*row)

    def _seen(self, connection: Connection, arrivals: Sequence[Arrival]) -> dict[Key, Seen]:
        by_source: dict[str, list[str]] = {}
        for arrival in arrivals:
            by_source.setdefault(arrival.source, []).append(arrival.source_event_id)
        seen: dict[Key, Seen] = {}
        for source, event_ids in by_source.items():
            rows = rows_of(
                connection,
                intake_keys.c.source_event_id,
                event_ids,
                intake_keys.c.position,
                intake_keys.c.fingerprint,
                within=and_(intake_keys.c.tenant == self._tenant, intake_keys.c.source == source),
            )
            seen |= {(source, event_id): Seen(position, fingerprint) for event_id, position, fingerprint in rows}
        return seen

    def _store(self, connection: Connection, records: Sequence[IntakeRecord]) -> None:
        insert_rows(connection, intake, [self._row(record) for record in records])
        keys = [
            (self._tenant, one.arrival.source, one.arrival.source_event_id, one.position, one.arrival.fingerprint)
            for one in records
        ]
        insert_rows(connection, intake_keys, keys)

    def _row(self, record: IntakeRecord) -> tuple[Any, ...]:
        arrival = record.arrival
        return (
            self._tenant,
            record.position,
            arrival.source,
            arrival.source_event_id,
            chain.microseconds(arrival.received_at),
            arrival.key_id,
            arrival.refusal,
            arrival.sealed,
            arrival.fingerprint,
            record.digest,
        )


def _record(row: Row[Any]) -> IntakeRecord:
    arrival = Arrival(
        source=row.source,
        source_event_id=row.source_event_id,
        received_at=chain.moment(row.received_at),
        key_id=row.key_id,
        sealed=row.sealed,
        fingerprint=row.fingerprint,
        refusal=row.refusal,
    )
    return IntakeRecord(row.position, arrival, row.digest)
