"""One declaration, several engines: the same values for any observations, in any order, whoever merged when.

Spark answers the same cases in `tests/contract/test_batch.py`, where it is started anyway, and many more at night.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.batch import DuckDBEngine, cells, readings, references, versions
from application.features.fold import Fold, known_by
from haberdasher.testing.batch import write_parts
from ports.measures import DAY, ENTITIES, Measure, Value
from tests.support.features import (
    DECLARED_AND_MORE,
    HOUR,
    NOW,
    Cases,
    by_case,
    cases,
    differences,
    expected,
    wrong,
    wrong_at,
)


@given(seed=st.integers(0, 10**9), parts=st.integers(1, 3))
@settings(max_examples=3, deadline=None)
def test_duckdb_says_what_the_words_say(seed: int, parts: int) -> None:
    """Every declared measure, for each request at its own time as known at its own time: equal to 1e-9."""
    made = cases(seed, 60)
    with TemporaryDirectory() as folder:
        assert wrong(DuckDBEngine(), made, write_parts(made.observations, Path(folder), parts)) == []


@given(seed=st.integers(0, 10**9), ago=st.sampled_from([-1.0, HOUR, 3 * DAY]), late=st.sampled_from([-DAY, 0.0, HOUR]))
@settings(max_examples=2, deadline=None)
def test_duckdb_knows_everybody(seed: int, ago: float, late: float) -> None:
    """All who have something that takes part are answered at one moment, by name, and nobody else."""
    made = cases(seed, 30)
    with TemporaryDirectory() as folder:
        paths = write_parts(made.observations, Path(folder))
        for entity in ENTITIES:
            assert wrong_at(DuckDBEngine(), made, paths, entity, at=NOW - ago, known=NOW - ago + late) == []


@given(seed=st.integers(0, 10**9))
@settings(max_examples=8, deadline=None)
def test_streaming_says_what_the_words_say(seed: int) -> None:
    """What is folded one by one, in any order, is equal to 1e-9 to what DuckDB is held to."""
    made = cases(seed, 60)
    own = by_case(made.observations)
    for entity in ENTITIES:
        of = [one for one in DECLARED_AND_MORE if one.entity == entity]
        fold = Fold(of)
        for request in made.requests[entity]:
            seen = own.get(request.key.split(":")[0], [])
            state: dict[str, Any] = {}
            for one in known_by(seen, request.known):
                if getattr(one, entity) == request.key and one.at < request.at:
                    fold.add(state, one)
            due = expected(of, seen, request, made.references)
            assert differences(of, due, fold.read(state, request.at, made.references)) == []


@pytest.mark.parametrize("measure", DECLARED_AND_MORE, ids=lambda one: f"{one.entity}-{one.name}")
def test_every_measure_has_something_to_say(measure: Measure, told: Mapping[str, list[Value]]) -> None:
    """The cases are no silence: each measure takes at least three different values that are not nothing."""
    values = told[measure.name]
    numbers = {tuple(one.items()) if isinstance(one, Mapping) else one for one in values}
    assert len(numbers - {(), 0.0, float("inf")}) >= 3


@pytest.fixture(scope="module")
def told() -> Mapping[str, list[Value]]:
    made = cases(7, 150)
    own = by_case(made.observations)
    found: dict[str, list[Value]] = {one.name: [] for one in DECLARED_AND_MORE}
    for entity in ENTITIES:
        of = [one for one in DECLARED_AND_MORE if one.entity == entity]
        for request in made.requests[entity]:
            seen = own.get(request.key.split(":")[0], [])
            for name, value in expected(of, seen, request, made.references).items():
                found[name].append(value)
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cases, list[str]]:
    made = cases(11, 100)
    return made, write_parts(made.observations, tmp_path_factory.mktemp("lake"))


def _weigh_without_marks(rows: Any, weights: Mapping[str, float]) -> Any:
    return rows.action.cases(*weights.items()) * (rows.counts * 0.0 + 1.0)


def _until_known_later(rows: Any) -> Any:
    return rows.known.min().over(group_by=rows.id, order_by=rows.known, rows=(1, None))


def _one_more(reading: Callable[..., Any]) -> Callable[..., Any]:
    return lambda of, column, k: reading(of, column, k + 1)


def _sample_variance(live: Any, measure: Measure) -> Any:
    return _VARIANCE(live.mutate(counts=ibis.literal(1.0)), measure)


def _standing_of_means(of: Any, levels: Any, weights: str, values: str) -> Any:
    even = of.mutate(**{values: of[values] / of[weights], weights: of[weights] * 0.0 + 1.0})
    return _STANDING(even, levels, weights, values)


_DECAY, _WINDOW, _VARIANCE, _STANDING = cells.decay, cells.in_window, readings.variance, references.standing

#: What is wrong -> where, and the wrong copy of it.
FAULTS: Mapping[str, tuple[Any, str, Callable[..., Any]]] = {
    "a window an hour too wide": (cells, "in_window", lambda rows, days: _WINDOW(rows, days + 1 / 24)),
    "a window an hour too narrow": (cells, "in_window", lambda rows, days: _WINDOW(rows, days - 1 / 24)),
    "a window by seconds": (cells, "in_window", lambda rows, days: rows["at"] > rows.asked - days * DAY),
    "a half-life off by a thousandth": (cells, "decay", lambda rows, days: _DECAY(rows, days * 1.001)),
    "a decay by whole minutes": (
        cells,
        "decay",
        lambda rows, days: ibis.literal(2.0) ** (((rows["at"] / 60).floor() * 60.0 - rows.asked) / (days * DAY)),
    ),
    "marks that do not count": (cells, "weight_of", _weigh_without_marks),
    "known only after": (
        versions,
        "known_in_time",
        lambda rows: (rows.held_from < rows.known) & (rows.held_until.isnull() | (rows.held_until > rows.known)),
    ),
    "an old version for a moment longer": (
        versions,
        "known_in_time",
        lambda rows: (rows.held_from <= rows.known) & (rows.held_until.isnull() | (rows.held_until >= rows.known)),
    ),
    "known by when it is asked about": (
        versions,
        "known_in_time",
        lambda rows: (rows.held_from <= rows.asked) & (rows.held_until.isnull() | (rows.held_until > rows.asked)),
    ),
    "all that is ever known": (versions, "known_in_time", lambda rows: rows.held_until.isnull()),
    "every version at once": (versions, "held_until", lambda _: ibis.null("float64")),
    "versions in the order they were known": (versions, "held_until", _until_known_later),
    "the moment itself": (versions, "happened_in_time", lambda rows: rows["at"] <= rows.asked),
    "what was taken back": (versions, "valid", lambda rows: rows.counts > 0),
    "what counts for nothing": (versions, "valid", lambda rows: ~rows.revoked),
    "one of the last too many": (readings, "newest", _one_more(readings.newest)),
    "one of the top too many": (readings, "largest", _one_more(readings.largest)),
    "one hash too many": (readings, "distinct", _one_more(readings.distinct)),
    "a spread that is not weighted": (readings, "variance", _sample_variance),
    "a standing that is not weighted": (references, "standing", _standing_of_means),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(
    fault: str, planted: tuple[Cases, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine compiled with one wrong copy of a definition differs from what is expected; with the right one, not."""
    monkeypatch.setattr(*FAULTS[fault])
    assert wrong(DuckDBEngine(), *planted, entities=("customer",)) != []


def test_without_a_fault_nothing_is_wrong(planted: tuple[Cases, list[str]]) -> None:
    """On the cases that catch the faults, the engine as it is differs in nothing."""
    assert wrong(DuckDBEngine(), *planted) == []


def test_a_fault_of_a_declaration_is_caught(planted: tuple[Cases, list[str]]) -> None:
    """Were one engine given another declaration, such as a window of one hour more, it would be seen."""
    made, paths = planted
    due = [one for one in DECLARED_AND_MORE if one.name == "views_7d"]
    given = [attrs.evolve(one, window_days=one.window_days + 1 / 24) for one in due]
    right = DuckDBEngine().of(paths, due, made.requests["customer"], made.references)
    other = DuckDBEngine().of(paths, given, made.requests["customer"], made.references)
    assert (right.value != other.value).any()
