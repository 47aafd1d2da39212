"""Erased identifiers as keyed digests, beside the vault that no longer knows them."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from attrs import define, field
from sqlalchemy import BigInteger, Column, Engine, LargeBinary, MetaData, Table, select, text

from adapters.database import create_tables, fetch, read, text_key, write
from adapters.database.lookup import rows_of
from ports.vault import Identifier, Keyring

_metadata = MetaData()
_suppressed = Table(
    "suppressed",
    _metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False),  # microseconds since 1970, UTC
    sqlite_with_rowid=False,
)
_secrets = Table(
    "suppression_secrets",
    _metadata,
    Column("tenant", text_key(), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
_ADD = text(
    "INSERT INTO suppressed (tenant, digest, until) VALUES (:tenant, :digest, :until) ON CONFLICT (tenant, digest) "
    "DO UPDATE SET until = excluded.until WHERE suppressed.until < excluded.until"
)
_KEEP_SECRET = text(
    "INSERT INTO suppression_secrets (tenant, sealed) VALUES (:tenant, :sealed) ON CONFLICT (tenant) DO NOTHING"
)
_ANYBODY = {
    "sqlite": "SELECT 1 FROM suppressed WHERE tenant = :tenant LIMIT 1",
    "postgresql": "SELECT 1 FROM suppressed WHERE tenant = %(tenant)s LIMIT 1",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY_ID = "suppression:list"


@define(eq=False)
class SqlSuppression:
    """SQLite or PostgreSQL. The secret of the digests is random and lies sealed by `keyring` under a key of its own.

    Errors on creation: `ValueError` if that key was destroyed, for then nobody would be recognised any more.
    """

    _engine: Engine
    _tenant: str
    _keyring: Keyring = field(repr=False)
    _secret: bytes = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        create_tables(self._engine, _metadata)
        if (sealed := self._kept()) is None:
            (made,) = self._keyring.seal([_KEY_ID], [secrets.token_bytes(32)], [self._context])
            with write(self._engine) as connection:  # the first process wins; the others read what it wrote
                connection.execute(_KEEP_SECRET, {"tenant": self._tenant, "sealed": made})
            sealed = self._kept()
        assert sealed is not None
        (secret,) = self._keyring.unseal([_KEY_ID], [sealed], [self._context])
        if secret is None:
            raise ValueError(f"the key {_KEY_ID} was destroyed: restore the keys database from a backup")
        self._secret = secret

    def add(self, identifiers: Sequence[Identifier], until: datetime) -> None:
        at = (until - _EPOCH) // timedelta(microseconds=1)
        digests = sorted(map(self._digest, identifiers))  # one order for all writers: no deadlocks
        if digests:
            with write(self._engine) as connection:
                rows = [{"tenant": self._tenant, "digest": digest, "until": at} for digest in digests]
                connection.execute(_ADD, rows)

    def until(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, datetime]:
        if not identifiers or not fetch(self._engine, _ANYBODY, {"tenant": self._tenant}):
            return {}
        wanted = {self._digest(one): one for one in identifiers}
        ours = _suppressed.c.tenant == self._tenant
        with read(self._engine) as connection:
            found = rows_of(connection, _suppressed.c.digest, list(wanted), _suppressed.c.until, within=ours)
            return {wanted[bytes(digest)]: _EPOCH + timedelta(microseconds=until) for digest, until in found}

    @property
    def _context(self) -> bytes:
        return f"suppression\0{self._tenant}".encode()

    def _kept(self) -> bytes | None:
        with read(self._engine) as connection:
            return connection.execute(select(_secrets.c.sealed).where(_secrets.c.tenant == self._tenant)).scalar()

    def _digest(self, identifier: Identifier) -> bytes:
        return hmac.digest(self._secret, f"{identifier.kind}\0{identifier.value}".encode(), "sha256")


@define(eq=False)
class MemorySuppression:
    """For tests: forgotten with the process."""

    _until: dict[Identifier, datetime] = field(factory=dict, init=False, repr=False)

    def add(self, identifiers: Sequence[Identifier], until: datetime) -> None:
        for one in identifiers:
            self._until[one] = max(self._until.get(one, until), until)

    def until(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, datetime]:
        return {one: self._until[one] for one in identifiers if one in self._until}
