"""The vault in SQLite or PostgreSQL."""

import secrets
from collections.abc import Mapping, Sequence

from attrs import define, field
from sqlalchemy import Connection, Engine, delete, select, text

from adapters.database import create_tables, read, write
from adapters.database.lookup import rows_of
from adapters.vault.cache import RecentlyUsed
from adapters.vault.disk import sweep
from adapters.vault.pepper import check_pepper, digest, pepper_id
from adapters.vault.state import begun, count_change, hold_pepper
from adapters.vault.tables import identifiers as table
from adapters.vault.tables import vault_metadata
from ports.vault import Erased, Identifier, Keyring

_CHUNK = 1_000

_INSERT = text(
    "INSERT INTO identifiers (tenant, digest, surrogate, kind, sealed) "
    "VALUES (:tenant, :digest, :surrogate, :kind, :sealed) ON CONFLICT (tenant, digest) DO NOTHING"
)


@define(eq=False)
class SqlVault:
    """`pepper`: the secret of the HMAC. Values are sealed by `keyring` under their surrogate as key id.

    Remembers up to `capacity` surrogates, values included, in the memory of the process only, and forgets them all once
    a surrogate was forgotten anywhere. It asks for that before each batch, and whether the pepper is still its own.
    Errors, on creation as later: `PepperRefused`.
    """

    _engine: Engine
    _tenant: str
    _pepper: bytes = field(repr=False)
    _keyring: Keyring = field(repr=False)
    capacity: int = 200_000
    _cache: RecentlyUsed[Identifier, str] = field(init=False, repr=False)
    _pepper_id: bytes = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._cache = RecentlyUsed(self.capacity)
        self._pepper_id = pepper_id(self._pepper)
        create_tables(self._engine, vault_metadata)
        check_pepper(begun(self._engine, self._tenant, self._pepper).pepper_id, self._pepper_id)

    def surrogates(self, identifiers: Sequence[Identifier]) -> Mapping[Identifier, str]:
        wanted = dict.fromkeys(identifiers)
        changes = self._changes()
        known = self._cache.get(wanted, changes)
        if missing := {self._digest(one): one for one in wanted if one not in known}:
            with read(self._engine) as connection:
                found = self._stored(connection, missing)
            if new := {digest: one for digest, one in missing.items() if one not in found}:
                found |= self._create(new)
            self._cache.put(found, changes)
            known |= found
        return known

    def find(self, identifier: Identifier) -> str | None:
        changes = self._changes()
        known = self._cache.get((identifier,), changes)
        if not known:
            with read(self._engine) as connection:
                known = self._stored(connection, {self._digest(identifier): identifier})
            self._cache.put(known, changes)
        return known.get(identifier)

    def reveal(self, surrogate: str) -> Identifier:
        with read(self._engine) as connection:
            row = connection.execute(
                select(table.c.kind, table.c.sealed).where(
                    table.c.tenant == self._tenant, table.c.surrogate == surrogate
                )
            ).one_or_none()
        if row is None:
            raise KeyError(surrogate)
        (value,) = self._keyring.unseal([surrogate], [row.sealed], [seal_context(surrogate)])
        if value is None:
            raise Erased(surrogate)
        return Identifier(row.kind, value.decode())

    def forget(self, surrogates: Sequence[str]) -> None:
        with write(self._engine) as connection:
            count_change(connection, self._tenant)
            for start in range(0, len(surrogates), _CHUNK):
                gone = table.c.surrogate.in_(surrogates[start : start + _CHUNK])
                connection.execute(delete(table).where(table.c.tenant == self._tenant, gone))
        sweep(self._engine)
        self._cache.get((), self._changes())

    def _changes(self) -> int:
        state = begun(self._engine, self._tenant, self._pepper)
        check_pepper(state.pepper_id, self._pepper_id)
        return state.changes

    def _create(self, new: Mapping[bytes, Identifier]) -> dict[Identifier, str]:
        """Store new identifiers; whoever stores one first wins, and the keys of the others are destroyed again."""
        digests = sorted(new)  # one order for all writers, so that two can wait for each other but never in a ring
        surrogates = [f"{new[digest].kind}:{secrets.token_hex(16)}" for digest in digests]
        sealed = self._keyring.seal(
            surrogates, [new[digest].value.encode() for digest in digests], [seal_context(one) for one in surrogates]
        )
        rows = [
            {"tenant": self._tenant, "digest": digest, "surrogate": surrogate, "kind": new[digest].kind, "sealed": box}
            for digest, surrogate, box in zip(digests, surrogates, sealed, strict=True)
        ]
        ours = {new[digest]: surrogate for digest, surrogate in zip(digests, surrogates, strict=True)}
        with write(self._engine) as connection:
            hold_pepper(connection, self._tenant, self._pepper_id)
            if connection.execute(_INSERT, rows).rowcount == len(rows):
                return ours
            stored = self._stored(connection, new)
        self._keyring.destroy([surrogate for one, surrogate in ours.items() if stored[one] != surrogate])
        return stored

    def _stored(self, connection: Connection, wanted: Mapping[bytes, Identifier]) -> dict[Identifier, str]:
        ours = table.c.tenant == self._tenant
        rows = rows_of(connection, table.c.digest, list(wanted), table.c.surrogate, within=ours)
        return {wanted[digest]: surrogate for digest, surrogate in rows}

    def _digest(self, identifier: Identifier) -> bytes:
        return digest(self._pepper, self._tenant, identifier)


def seal_context(surrogate: str) -> bytes:
    """Return what a sealed value is bound to: it opens in its own row only."""
    return f"vault\0{surrogate}".encode()
