"""The intake log, in SQLite or PostgreSQL, or in memory for tests."""

from adapters.intake.memory_intake_log import MemoryIntakeLog
from adapters.intake.sql_intake_log import SqlIntakeLog

__all__ = ["MemoryIntakeLog", "SqlIntakeLog"]
