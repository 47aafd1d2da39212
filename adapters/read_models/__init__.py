"""Read models in SQLite or PostgreSQL. Their rows are written by the event log, in its transaction."""

from adapters.read_models.sql_read_models import SqlReadModels

__all__ = ["SqlReadModels"]
