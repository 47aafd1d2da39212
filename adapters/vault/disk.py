"""What was deleted has to leave the disk too."""

from contextlib import closing

from sqlalchemy import Engine

from adapters.database import read
from adapters.vault.tables import data_keys, identifiers


def sweep(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, where pages live on as they were before a deletion. PostgreSQL has its own ways.

    What a row held in the file is overwritten by our connections. Older copies of it, left in the gaps of pages that
    were once split, are not: `rewrite` is for them.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as outside_transactions:
            outside_transactions.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def rewrite(engine: Engine) -> None:
    """Write values and keys into new files, so that nothing is left of what was deleted; costs as much as they are.

    Others wait meanwhile. PostgreSQL's write-ahead log keeps deleted rows until it is recycled. Errors: `DatabaseBusy`.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as outside_transactions:
            outside_transactions.cursor().execute("VACUUM")
        sweep(engine)
        return
    with read(engine) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f"VACUUM (FULL) {data_keys.name}, {identifiers.name}")
