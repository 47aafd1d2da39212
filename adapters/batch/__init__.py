"""Batch engines: the declared measures as SQL, written by Ibis, run by DuckDB or Spark."""

from adapters.batch.duckdb_engine import DuckDBEngine

__all__ = ["DuckDBEngine"]
