"""The whole grid: many seeds, every measure, both batch engines, at many moments; and the two engines to each other."""

from pathlib import Path

import numpy as np
import pytest

from adapters.batch import DuckDBEngine
from haberdasher.testing.batch import write_parts
from ports.batch import BatchEngine
from ports.measures import DAY, ENTITIES
from tests.support.features import DECLARED_AND_MORE, NOW, cases, wrong, wrong_at
from tests.support.spark import spark_engine

pytestmark = [pytest.mark.nightly, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> BatchEngine:
    return DuckDBEngine() if request.param == "duckdb" else spark_engine()


@pytest.mark.parametrize("seed", range(100, 112))
def test_an_engine_says_what_the_words_say(engine: BatchEngine, seed: int, tmp_path: Path) -> None:
    """Every measure of 150 shops, for each request at its own time, and of everybody at one of three moments."""
    made = cases(seed, 150)
    paths = write_parts(made.observations, tmp_path, 1 + seed % 4)
    assert wrong(engine, made, paths) == []
    at = NOW - (0.0, DAY, 20 * DAY)[seed % 3]
    for entity in ENTITIES:
        assert wrong_at(engine, made, paths, entity, at=at, known=at + DAY * (seed % 2)) == []


def test_the_engines_answer_in_the_same_order(tmp_path: Path) -> None:
    """Row by row, requests, measures and parts of both are the same, and values are equal to 1e-9."""
    made = cases(500, 150)
    paths = write_parts(made.observations, tmp_path)
    for entity in ENTITIES:
        of = [one for one in DECLARED_AND_MORE if one.entity == entity and one.aggregate != "top"]
        one, other = (
            engine.of(paths, of, made.requests[entity], made.references) for engine in (DuckDBEngine(), spark_engine())
        )
        assert one.keys == other.keys
        for name in ("request", "measure", "part"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist()
        np.testing.assert_allclose(one.value, other.value, rtol=1e-9, atol=1e-9)
