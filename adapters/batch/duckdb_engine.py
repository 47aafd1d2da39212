"""`BatchEngine` by DuckDB, in this process: the default."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from adapters.batch.engine import IbisEngine, Session


class DuckDBEngine(IbisEngine):
    """Each question has a database of its own in memory; what does not fit spills to a folder that goes with it.

    `memory`: what DuckDB may take, in its words; `threads`: 0 for as many as there are cores; `folder`: where to spill.
    """

    name = "duckdb"
    dialect = "duckdb"

    def __init__(self, memory: str = "2GB", threads: int = 0, folder: str | None = None) -> None:
        self._settings: dict[str, Any] = {"memory_limit": memory, **({"threads": threads} if threads else {})}
        self._folder = folder

    @contextmanager
    def session(self) -> Iterator[Session]:
        with TemporaryDirectory(prefix="haberdasher-duckdb-", dir=self._folder) as spill:
            settings = {
                **self._settings,
                "temp_directory": spill,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
            }
            with duckdb.connect(":memory:", config=settings) as connection:
                yield _DuckDBSession(connection)


class _DuckDBSession:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def scan(self, name: str, paths: Sequence[str], _kinds: Mapping[str, str]) -> None:
        rows = self._connection.read_parquet([*paths], union_by_name=True, hive_partitioning=False)
        rows.create_view(name)

    def load(self, name: str, table: pa.Table, _kinds: Mapping[str, str]) -> None:
        self._connection.register(name, table)

    def keep(self, name: str, sql: str) -> None:
        self._connection.execute(f'CREATE TEMP TABLE "{name}" AS {sql}')

    def fetch(self, sql: str) -> pa.Table:
        return self._connection.sql(sql).to_arrow_table()
