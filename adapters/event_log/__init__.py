"""The event log: in memory, and in SQLite or PostgreSQL on the recorder interfaces of the eventsourcing library."""

from adapters.event_log.memory import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.event_log.recorder import SqlRecorder, SqlSnapshotRecorder
from adapters.event_log.sql_event_log import SqlEventLog, create_event_log_tables

__all__ = [
    "MemoryEventLog",
    "MemoryReadModels",
    "MemoryStore",
    "SqlEventLog",
    "SqlRecorder",
    "SqlSnapshotRecorder",
    "create_event_log_tables",
]
