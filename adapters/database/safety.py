"""Settings of the database under which an acknowledged event could be lost, or a projection could skip one."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text

from adapters.database.engine import read

#: PostgreSQL setting -> (values that keep the promise, why).
_POSTGRESQL = {
    "fsync": ({"on"}, "a crash of the machine loses acknowledged events"),
    "full_page_writes": ({"on"}, "a crash of the machine can corrupt pages"),
    "synchronous_commit": ({"on", "remote_write", "remote_apply", "local"}, "commits return before they are durable"),
}


def troubles(engine: Engine) -> Iterator[tuple[str, str]]:
    """Yield (what is unsafe, remedy) for the database as our connections see it."""
    with read(engine) as connection:
        yield from _sqlite(connection) if engine.dialect.name == "sqlite" else _postgresql(connection)


def _sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    if int(synchronous) < 2:
        yield f"synchronous={synchronous}: a power cut loses acknowledged events", "leave it at FULL"
    if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        yield "the file is damaged", "restore from a backup"


def _postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    for name, (safe, why) in _POSTGRESQL.items():
        value = connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one()
        if value not in safe:
            yield f"{name}={value}: {why}", f"set {name}=on"
    if connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
        yield "this is a replica: projections could skip events", "connect to the primary"
