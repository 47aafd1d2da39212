"""`ReadModels` on SQLite or PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from attrs import define
from sqlalchemy import ColumnElement, Engine, delete, func, select, text

from adapters.database import fetch, read, write
from adapters.database.read_models import rows

# One parameter for all keys: a list of parameters has a limit in both databases.
# Not a join with an unnested array: without statistics PostgreSQL compares every key with every row.
_GET_STATEMENTS = {
    "sqlite": "SELECT key, value FROM read_model_rows WHERE tenant = :tenant AND model = :model"
    " AND collection = :collection AND key IN (SELECT value FROM json_each(:keys))",
    "postgresql": "SELECT key, value FROM read_model_rows WHERE tenant = %(tenant)s AND model = %(model)s"
    " AND collection = %(collection)s AND key = ANY (%(keys)s::text[])",
}
_LIVE_STATEMENTS = {
    "sqlite": "SELECT live FROM read_model_generations WHERE tenant = :tenant AND name = :name",
    "postgresql": "SELECT live FROM read_model_generations WHERE tenant = %(tenant)s AND name = %(name)s",
}
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
        wanted = list(keys) if self._engine.dialect.name == "postgresql" else msgspec.json.encode(keys).decode()
        among = {"tenant": self._tenant, "model": model, "collection": collection, "keys": wanted}
        return {key: bytes(value) for key, value in fetch(self._engine, _GET_STATEMENTS, among)}

    def scan(self, model: str, collection: str, *, after: str = "", limit: int = 1000) -> Sequence[tuple[str, bytes]]:
        query = select(rows.c.key, rows.c.value).where(*self._of(model, collection), rows.c.key > after)
        with read(self._engine) as connection:
            return [(key, value) for key, value in connection.execute(query.order_by(rows.c.key).limit(limit))]

    def count(self, model: str, collection: str) -> int:
        query = select(func.count()).select_from(rows).where(*self._of(model, collection))
        with read(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def live(self, name: str) -> int:
        found = fetch(self._engine, _LIVE_STATEMENTS, {"tenant": self._tenant, "name": name})
        return int(found[0][0]) if found else 1

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
