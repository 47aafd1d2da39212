"""Tables: created by whoever comes first, and immutable where they say so."""

from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, Text, event, text
from sqlalchemy.types import TypeEngine

from adapters.database.engine import write

#: Any constant will do, as long as every process that creates tables takes the same one.
_CREATION_LOCK = 0x4861_6265


def text_key() -> TypeEngine[str]:
    """Return a text type compared by bytes: the order of SQLite's BINARY and PostgreSQL's "C" collation."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def immutable(table: Table) -> Table:
    """Have the database refuse UPDATE, DELETE, REPLACE and TRUNCATE on `table` from its creation on."""
    for change in ("UPDATE", "DELETE"):
        _after_create(
            table,
            "sqlite",
            f"CREATE TRIGGER {table.name}_refuses_{change.lower()} BEFORE {change} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only: {change} refused'); END",
        )
    _after_create(
        table,
        "postgresql",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only: %% refused', TG_TABLE_NAME, TG_OP "
        "USING ERRCODE = 'restrict_violation'; END $$",
    )
    _after_create(
        table,
        "postgresql",
        f"CREATE TRIGGER {table.name}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )
    return table


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Create what is missing, triggers included, in one transaction. Idempotent; processes may race."""
    with write(engine) as connection:
        if connection.dialect.name == "postgresql":
            # IF NOT EXISTS does not help two creators at once in PostgreSQL: one of them would fail.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATION_LOCK})
        metadata.create_all(connection)


def _after_create(table: Table, dialect: str, statement: str) -> None:
    @event.listens_for(table, "after_create")
    def create(_: Table, connection: Connection, **__: Any) -> None:
        if connection.dialect.name == dialect:
            connection.exec_driver_sql(statement)
