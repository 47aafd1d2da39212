"""The one database connection that the SQL adapters share: SQLite or PostgreSQL, through SQLAlchemy Core."""

from adapters.database import safety
from adapters.database.engine import DatabaseBusy, UnsupportedDatabase, connect, fetch, read, write
from adapters.database.tables import create_tables, immutable, text_key

__all__ = [
    "DatabaseBusy",
    "UnsupportedDatabase",
    "connect",
    "create_tables",
    "fetch",
    "immutable",
    "read",
    "safety",
    "text_key",
    "write",
]
