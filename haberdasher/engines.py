"""The batch engines, loaded when somebody asks for one: what they are made of takes a second to import."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ports.batch import BatchEngine


@contextmanager
def batch_engines(*, spark: bool = False) -> Iterator[Sequence[BatchEngine]]:
    """Yield DuckDB, and Spark in this process if it is asked for, and close what has to be closed.

    Errors: `EngineUnavailable`, at the first question, without the extra `spark` or without Java.
    """
    from adapters.batch.duckdb_engine import DuckDBEngine  # noqa: PLC0415 - see above

    if not spark:
        yield [DuckDBEngine()]
        return
    from adapters.batch.spark_engine import SparkEngine  # noqa: PLC0415 - see above

    distributed = SparkEngine()
    try:
        yield [DuckDBEngine(), distributed]
    finally:
        distributed.close()
