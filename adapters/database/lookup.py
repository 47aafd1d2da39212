"""Finding many rows by a unique key: always through the index, however stale the statistics."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, LargeBinary, Text, func, literal, select, true

_CHUNK = 1_000


def rows_of(
    connection: Connection,
    key: Column[Any],
    wanted: Sequence[str] | Sequence[bytes],
    *columns: Column[Any],
    within: ColumnElement[bool],
) -> Iterator[tuple[Any, ...]]:
    """Yield (key, *columns) of the rows that exist among `wanted`. `within` and `key` together must be unique.

    PostgreSQL believes that a table which grew since its last ANALYZE is small, and filters all of it for a plain IN
    (25 times slower at 200,000 rows). A lateral LIMIT 1 leaves it no choice but one index lookup per key.
    """
    if connection.dialect.name == "postgresql":
        kind = LargeBinary() if isinstance(key.type, LargeBinary) else Text()
        asked = func.unnest(literal(list(wanted), ARRAY(kind))).table_valued("key", name="asked").render_derived()
        found = select(key, *columns).where(within, key == asked.c.key).limit(1).lateral("found")
        yield from map(tuple, connection.execute(select(found).select_from(asked.join(found, true()))))
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = select(key, *columns).where(within, key.in_(wanted[start : start + _CHUNK]))
        yield from map(tuple, connection.execute(chunk))
