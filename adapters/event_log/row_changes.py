"""Rows of read models, written in the transaction that derived them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from ports.event_log import RowChange

_UPSERT = (
    "INSERT INTO read_model_rows (tenant, model, collection, key, value) {source}"
    " ON CONFLICT (tenant, model, collection, key) DO UPDATE SET value = excluded.value"
)
_DELETE_UNNESTED = (
    "DELETE FROM read_model_rows WHERE (tenant, model, collection, key)"
    " IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]))"
)


def apply_rows(connection: Connection, tenant: str, changes: Sequence[RowChange]) -> None:
    """Upsert and delete; of several changes to one row the last one counts."""
    if not changes:
        return
    last = {(change.model, change.collection, change.key): change.value for change in changes}
    # Sorted, so that two writers meet their common rows in the same order and never wait for each other in a circle.
    upserts = [(tenant, *row, value) for row, value in sorted(last.items()) if value is not None]
    deletes = sorted((tenant, *row) for row, value in last.items() if value is None)
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        if upserts:
            source = "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[])"
            cursor.execute(_UPSERT.format(source=source), [list(column) for column in zip(*upserts, strict=True)])
        if deletes:
            cursor.execute(_DELETE_UNNESTED, [list(column) for column in zip(*deletes, strict=True)])
        return
    cursor.executemany(_UPSERT.format(source="VALUES (?, ?, ?, ?, ?)"), upserts)
    cursor.executemany(
        "DELETE FROM read_model_rows WHERE tenant = ? AND model = ? AND collection = ? AND key = ?", deletes
    )
