"""The same declarations on Spark, local, beside DuckDB: how much slower, and how far apart their values are at most."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from adapters.batch import DuckDBEngine
from adapters.batch.spark_engine import SparkEngine
from application.features.measures import measures_of
from ports.batch import BatchEngine, Values
from ports.measures import ENTITIES, Entity
from tests.benchmarks.features_data import END, references, write_observations
from tests.benchmarks.row import Row

EVENTS, CUSTOMERS = 100_000, 5_000
BOUND = 1e-9


def _ask(engine: BatchEngine, paths: list[str], entity: Entity) -> tuple[Values, float]:
    started = perf_counter()
    values = engine.at(paths, measures_of(entity), END, END, references())
    return values, perf_counter() - started


def _apart(one: Values, other: Values) -> float:
    """Return the largest difference, of a value or of 1; what only one of them has is infinitely far away."""
    same = (
        list(one.keys) == list(other.keys)
        and np.array_equal(one.request, other.request)
        and np.array_equal(one.measure, other.measure)
        and np.array_equal(one.part, other.part)
    )
    if not same:
        return float("inf")
    alike = one.value == other.value  # infinite ages too
    scale = np.maximum(np.maximum(np.abs(one.value), np.abs(other.value)), 1.0)
    with np.errstate(invalid="ignore"):
        return float(np.max(np.where(alike, 0.0, np.abs(one.value - other.value) / scale), initial=0.0))


def run() -> list[Row]:
    ours, theirs, apart, count = list[float](), list[float](), list[float](), 0
    spark = SparkEngine()
    try:
        with TemporaryDirectory() as folder:
            paths = write_observations(Path(folder), EVENTS, CUSTOMERS)
            for entity in ENTITIES:
                one, seconds = _ask(DuckDBEngine(), paths, entity)
                other, slower = _ask(spark, paths, entity)
                count += len(one.value)
                ours.append(seconds)
                theirs.append(slower)
                apart.append(_apart(one, other))
    finally:
        spark.close()
    if max(apart) > BOUND:
        raise AssertionError(f"Spark and DuckDB are {max(apart)} apart")
    return [
        Row(f"Spark's values beside DuckDB's, {count:,} of five entities, within 1e-9", apart, "largest difference"),
        Row("DuckDB, all measures of an entity, 100k events", ours, "s"),
        Row("Spark local, the same with its start", theirs, "s"),
    ]
