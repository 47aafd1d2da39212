"""`ReadModels` on SQLite or PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from attrs import define
from sqlalchemy import ColumnElement, Engine, delete, func, select, text

from adapters.database import read, write
from adapters.database.read_models import generations, rows

_KEYS_IN_SQLITE = text("key IN (SELECT value FROM json_each(:keys))")
# Not a join with an unnested array: without statistics PostgreSQL compares every key with every row.
_KEYS_IN_POSTGRESQL = text("key = ANY (CAST(:keys AS text[]))")
_PROMOTE = text(
    "INSERT INTO read_model_generations (tenant, name, live) VALUES (:tenant, :name, :live)"
    " ON CONFLICT (tenant, name) DO UPDATE SET live = excluded.live"
)


@define(eq=False)
class SqlReadModels:
    """Bound to one tenant. The tables are created with those of the event log. Safe to share between threads."""

    _engine: Engine
    _tenant: str

    def get(self, model: str, collection: str, keys: Sequence[str]) -> Mapping[str, bytes]:
        if not keys:
            return {}
        # One parameter for all keys: a list of parameters has a limit in both databases.
        if self._engine.dialect.name == "postgresql":
            among = _KEYS_IN_POSTGRESQL.bindparams(keys=list(keys))
        else:
            among = _KEYS_IN_SQLITE.bindparams(keys=msgspec.json.encode(keys).decode())
        query = select(rows.c.key, rows.c.value).where(*self._of(model, collection), among)
        with read(self._engine) as connection:
            return {row.key: row.value for row in connection.execute(query)}

    def scan(self, model: str, collection: str, *, after: str = "", limit: int = 1000) -> Sequence[tuple[str, bytes]]:
        query = select(rows.c.key, rows.c.value).where(*self._of(model, collection), rows.c.key > after)
        with read(self._engine) as connection:
            return [(key, value) for key, value in connection.execute(query.order_by(rows.c.key).limit(limit))]

    def count(self, model: str, collection: str) -> int:
        query = select(func.count()).select_from(rows).where(*self._of(model, collection))
        with read(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def live(self, name: str) -> int:
        query = select(generations.c.live).where(generations.c.tenant == self._tenant, generations.c.name == name)
        with read(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none() or 1

    def promote(self, name: str, generation: int) -> None:
        others = delete(rows).where(
            rows.c.tenant == self._tenant,
            rows.c.model > f"{name}#",
            rows.c.model < f"{name}$",  # "$" follows "#": a range of the primary key, where LIKE would ignore case
            rows.c.model != f"{name}#{generation}",
        )
        with write(self._engine) as connection:
            connection.execute(_PROMOTE, {"tenant": self._tenant, "name": name, "live": generation})
            connection.execute(others)

    def _of(self, model: str, collection: str) -> tuple[ColumnElement[bool], ...]:
        c: Any = rows.c
        return (c.tenant == self._tenant, c.model == model, c.collection == collection)
