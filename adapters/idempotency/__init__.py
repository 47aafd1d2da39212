"""Keys of requests and their answers, in SQLite or PostgreSQL, or in memory for tests."""

from adapters.idempotency.memory_idempotency import MemoryIdempotency
from adapters.idempotency.sql_idempotency import SqlIdempotency

__all__ = ["MemoryIdempotency", "SqlIdempotency"]
