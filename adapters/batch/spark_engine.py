"""`BatchEngine` by Apache Spark, for what is too much for one machine; on one machine it runs in local mode.

Every address is the loopback, so that nothing listens outside. PySpark and Java are looked for when a question is
asked, not before.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import ibis
import ibis.config
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.batch.engine import IbisEngine, Session
from ports.batch import EngineUnavailable

_REMEDY = "the Spark engine needs the extra `spark` and Java 17: pip install 'haberdasher[spark]', and java on the path"
_SETTINGS: Mapping[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "false",  # asks the driver after each exchange; what is too much is known before
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


#: Kinds of columns in the words of Ibis -> in those of Spark.
_KINDS: Mapping[str, str] = {"string": "STRING", "float64": "DOUBLE", "int64": "BIGINT", "boolean": "BOOLEAN"}


class _Options(ibis.config.Config):  # type: ignore[misc]
    """What Ibis reads when it writes SQL for Spark; its own is declared beside a connection, which needs pandas."""

    treat_nan_as_null: bool = False


class SparkEngine(IbisEngine):
    """One Spark session for all questions, started by the first; `close` ends it.

    `master`: which cluster, `local[n]` for this machine. `shuffle`: into how many pieces tables are split by key.
    `settings`: further ones of Spark, which win.
    """

    name = "spark"
    dialect = "pyspark"

    def __init__(
        self,
        master: str = "local[2]",
        memory: str = "2g",
        shuffle: int = 2,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._master = master
        self._settings = {
            **_SETTINGS,
            "spark.driver.memory": memory,
            "spark.sql.shuffle.partitions": str(shuffle),
            **(settings or {}),
        }
        self._spark: Any = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        if self._spark is None:
            self._spark = self._started()
        ibis.options.pyspark = _Options()
        session = _SparkSession(self._spark.newSession())
        try:
            yield session
        finally:
            session.forget()

    def close(self) -> None:
        if self._spark is not None:
            self._spark.stop()
            self._spark = None

    def _started(self) -> Any:
        try:
            from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra, loaded when it is asked
            from pyspark.sql import SparkSession  # noqa: PLC0415
        except ModuleNotFoundError as missing:
            raise EngineUnavailable(_REMEDY) from missing
        builder = SparkSession.builder.master(self._master).appName("haberdasher")
        for name, value in self._settings.items():
            builder = builder.config(name, value)
        try:
            return builder.getOrCreate()
        except (PySparkException, FileNotFoundError) as error:
            raise EngineUnavailable(f"{_REMEDY} ({error})") from error


class _SparkSession:
    """Views by name in a session of their own; what was loaded lies in a folder until then."""

    def __init__(self, spark: Any) -> None:
        self._spark = spark
        self._folder = Path(mkdtemp(prefix="haberdasher-spark-"))
        self._kept: list[Any] = []

    def scan(self, name: str, paths: Sequence[str], kinds: Mapping[str, str]) -> None:
        columns = ", ".join(f"`{column}` {_KINDS[kind]}" for column, kind in kinds.items())
        self._spark.read.schema(columns).parquet(*paths).createOrReplaceTempView(name)

    def load(self, name: str, table: pa.Table, kinds: Mapping[str, str]) -> None:
        path = str(self._folder / f"{name}.parquet")
        pq.write_table(table, path)
        self.scan(name, [path], kinds)

    def keep(self, name: str, sql: str) -> None:
        rows = self._spark.sql(sql).cache()
        rows.createOrReplaceTempView(name)
        self._kept.append(rows)

    def fetch(self, sql: str) -> pa.Table:
        return self._spark.sql(sql).toArrow()

    def forget(self) -> None:
        for rows in self._kept:
            rows.unpersist()
        shutil.rmtree(self._folder, ignore_errors=True)
