"""The promises of `BatchEngine`, on every adapter, and what is said where its library or Java is absent."""

import sys
from pathlib import Path

import pytest

from adapters.batch import DuckDBEngine
from adapters.batch.spark_engine import SparkEngine
from haberdasher.testing.batch import BatchEngineContract, T, measure, rows, seen, write_parts
from ports.batch import BatchEngine, EngineUnavailable
from ports.measures import NOTHING
from tests.support.features import cases, wrong
from tests.support.spark import spark_engine

#: Py4J leaves sockets open, and Java is started where JAX was imported before.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning"),
]


class TestDuckDB(BatchEngineContract):
    @pytest.fixture
    def engine(self) -> BatchEngine:
        return DuckDBEngine()


class TestSpark(BatchEngineContract):
    @pytest.fixture
    def engine(self) -> BatchEngine:
        return spark_engine()

    def test_it_says_what_the_words_say(self, tmp_path: Path) -> None:
        """Every declared measure, on cases like those DuckDB and streaming are held to, in one job for each entity."""
        made = cases(seed=3, count=60)
        assert wrong(spark_engine(), made, write_parts(made.observations, tmp_path)) == []


def test_duckdb_keeps_to_its_memory_and_leaves_no_folder(tmp_path: Path) -> None:
    """What does not fit into little memory is spilled to the folder named, which is empty afterwards."""
    spill, lake = tmp_path / "spill", tmp_path / "lake"
    spill.mkdir()
    lake.mkdir()
    seconds = 40_000
    paths = write_parts(
        [seen(f"{one}", T - one, product=f"{one}", brand=f"{one}" * 9) for one in range(1, seconds)], lake
    )
    asked = [measure("last", key="product", k=seconds), measure("last", name="brands", key="brand", k=seconds)]
    told = rows(DuckDBEngine(memory="40MB", threads=1, folder=str(spill)).at(paths, asked, T, T, NOTHING))
    assert sorted(value for _, name, _, value in told if name == "last") == list(range(1, seconds))
    assert list(spill.iterdir()) == []


def test_without_pyspark_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The extra and Java are named; the engine can be made all the same."""
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    engine = SparkEngine()
    assert engine.name == "spark"
    with pytest.raises(EngineUnavailable, match=r"haberdasher\[spark\].*java"):
        engine.at(write_parts([seen("1", T - 1)], tmp_path), [measure("count")], T, T, NOTHING)
