"""In SQLite or PostgreSQL: one row for each key, written once when it is claimed and once when it is answered."""

from datetime import UTC, datetime, timedelta

from attrs import define
from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, LargeBinary, MetaData, Table, select, text

from adapters.database import create_tables, text_key, write
from ports.idempotency import Answered

_metadata = MetaData()
_keys = Table(
    "idempotency_keys",
    _metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("key", text_key(), primary_key=True),
    Column("claimed_at", BigInteger, nullable=False),  # microseconds since 1970, UTC
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary),
    sqlite_with_rowid=False,
)
_CLAIM = text(
    "INSERT INTO idempotency_keys (tenant, key, claimed_at, fingerprint, status, body)"
    " VALUES (:tenant, :key, :at, :fingerprint, 0, NULL) ON CONFLICT (tenant, key) DO NOTHING"
)
_KEEP = text(
    "UPDATE idempotency_keys SET status = :status, body = :body WHERE tenant = :tenant AND key = :key AND body IS NULL"
)
_PRUNE = text("DELETE FROM idempotency_keys WHERE tenant = :tenant AND claimed_at < :before")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@define(eq=False)
class SqlIdempotency:
    """Errors: those of the database; nothing was claimed or kept then."""

    _engine: Engine
    _tenant: str

    def __attrs_post_init__(self) -> None:
        create_tables(self._engine, _metadata)

    def claim(self, key: str, fingerprint: bytes, at: datetime) -> Answered:
        row = {"tenant": self._tenant, "key": key, "at": _microseconds(at), "fingerprint": fingerprint}
        with write(self._engine) as connection:
            connection.execute(_CLAIM, row)
            return self._on_record(connection, key)

    def keep(self, key: str, status: int, body: bytes) -> Answered:
        with write(self._engine) as connection:
            connection.execute(_KEEP, {"tenant": self._tenant, "key": key, "status": status, "body": body})
            return self._on_record(connection, key)

    def prune(self, before: datetime) -> int:
        with write(self._engine) as connection:
            return connection.execute(_PRUNE, {"tenant": self._tenant, "before": _microseconds(before)}).rowcount

    def _on_record(self, connection: Connection, key: str) -> Answered:
        row = connection.execute(
            select(_keys.c.fingerprint, _keys.c.status, _keys.c.body).where(
                _keys.c.tenant == self._tenant, _keys.c.key == key
            )
        ).one_or_none()
        if row is None:
            raise KeyError(key)
        return Answered(row.fingerprint, row.status, row.body)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
