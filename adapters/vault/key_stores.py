"""Where wrapped data keys are kept. What is here is of no use without the master key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from attrs import define, field
from sqlalchemy import Connection, Engine, bindparam, delete, select, text

from adapters.database import create_tables, read, write
from adapters.database.lookup import rows_of
from adapters.vault.disk import sweep
from adapters.vault.tables import data_keys, key_destructions, key_metadata

_CHUNK = 1_000

_INSERT = text(
    "INSERT INTO data_keys (tenant, key_id, wrapped) VALUES (:tenant, :key_id, :wrapped) ON CONFLICT DO NOTHING"
)
_COUNT_DESTRUCTION = text(
    "INSERT INTO key_destructions (tenant, destructions) VALUES (:tenant, 1) "
    "ON CONFLICT (tenant) DO UPDATE SET destructions = key_destructions.destructions + 1"
)
_DESTRUCTIONS = select(key_destructions.c.destructions).where(key_destructions.c.tenant == bindparam("tenant"))


class KeyStore(Protocol):
    def load(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return the wrapped keys that exist."""
        ...

    def add(self, wrapped: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Store keys where there are none and return what is there now, durably: the first writer wins."""
        ...

    def delete(self, key_ids: Sequence[str]) -> None:
        """Delete keys and count one destruction."""
        ...

    def names(self, prefix: str) -> Sequence[str]:
        """Return the key ids that begin with `prefix`, in order."""
        ...

    def destructions(self) -> int:
        """Return how often keys were deleted, by any process. It never falls."""
        ...


@define(eq=False)
class MemoryKeyStore:
    _wrapped: dict[str, bytes] = field(factory=dict, init=False, repr=False)
    _destructions: int = field(default=0, init=False)

    def load(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        return {key_id: self._wrapped[key_id] for key_id in key_ids if key_id in self._wrapped}

    def add(self, wrapped: Mapping[str, bytes]) -> Mapping[str, bytes]:
        return {key_id: self._wrapped.setdefault(key_id, key) for key_id, key in wrapped.items()}

    def delete(self, key_ids: Sequence[str]) -> None:
        for key_id in key_ids:
            self._wrapped.pop(key_id, None)
        self._destructions += 1

    def names(self, prefix: str) -> Sequence[str]:
        return sorted(key_id for key_id in self._wrapped if key_id.startswith(prefix))

    def destructions(self) -> int:
        return self._destructions


@define(eq=False)
class SqlKeyStore:
    """SQLite or PostgreSQL. On SQLite a deleted key leaves the file and the write-ahead log as well."""

    _engine: Engine
    _tenant: str

    def __attrs_post_init__(self) -> None:
        create_tables(self._engine, key_metadata)

    def load(self, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        with read(self._engine) as connection:
            return self._load(connection, key_ids)

    def add(self, wrapped: Mapping[str, bytes]) -> Mapping[str, bytes]:
        # One order for all writers: two that insert the same keys then wait for each other and never in a ring.
        rows = [{"tenant": self._tenant, "key_id": key_id, "wrapped": wrapped[key_id]} for key_id in sorted(wrapped)]
        with write(self._engine) as connection:
            inserted = connection.execute(_INSERT, rows).rowcount
            return wrapped if inserted == len(rows) else self._load(connection, list(wrapped))

    def delete(self, key_ids: Sequence[str]) -> None:
        with write(self._engine) as connection:
            for chunk in _chunks(sorted(key_ids)):
                connection.execute(
                    delete(data_keys).where(data_keys.c.tenant == self._tenant, data_keys.c.key_id.in_(chunk))
                )
            connection.execute(_COUNT_DESTRUCTION, {"tenant": self._tenant})
        sweep(self._engine)

    def names(self, prefix: str) -> Sequence[str]:
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)  # a range of the primary key, which LIKE is not on SQLite
        begun = (data_keys.c.tenant == self._tenant, data_keys.c.key_id >= prefix, data_keys.c.key_id < after)
        with read(self._engine) as connection:
            found = connection.execute(select(data_keys.c.key_id).where(*begun).order_by(data_keys.c.key_id))
            return list(found.scalars())

    def destructions(self) -> int:
        with read(self._engine) as connection:
            return connection.execute(_DESTRUCTIONS, {"tenant": self._tenant}).scalar() or 0

    def _load(self, connection: Connection, key_ids: Sequence[str]) -> Mapping[str, bytes]:
        ours = data_keys.c.tenant == self._tenant
        return dict(rows_of(connection, data_keys.c.key_id, key_ids, data_keys.c.wrapped, within=ours))


def _chunks(key_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (key_ids[start : start + _CHUNK] for start in range(0, len(key_ids), _CHUNK))
