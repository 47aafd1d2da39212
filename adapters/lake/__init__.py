"""The lake: Parquet files, and memory for tests."""

from adapters.lake.memory_lake import MemoryLake
from adapters.lake.parquet_lake import ParquetLake

__all__ = ["MemoryLake", "ParquetLake"]
