"""Splink at work: register profiles in a DuckDB of their own, estimate what agreement is worth, score the pairs.

The Fellegi-Sunter model and its estimation by expectation maximisation are Splink's. One thread and a fixed seed: the
same profiles give the same probabilities. Nothing is written to disk, and the database goes when the answer is there.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator

from adapters.linkage import comparing
from adapters.linkage.spelling import SPELLING, spelt
from ports.linkage import Profile, Suggestion

#: Columns by name, a value for each profile.
Table = Mapping[str, Sequence[str | None]]

_SEED = 1
#: Pairs drawn at random to see how often people agree by chance; Splink recommends 10 million for a first model.
_RANDOM_PAIRS = 1e7
#: A field that fewer than two profiles tell cannot agree.
_TWO = 2


def estimated(profiles: Sequence[Profile], at_least: float) -> Iterator[Suggestion]:
    """Yield the pairs that are of one person with a probability of at least `at_least`, in no order.

    `profiles` by key: what is drawn at random depends on their order.
    """
    table = {field: [spelt(one, field) for one in profiles] for field in SPELLING}
    known = frozenset(field for field, column in table.items() if sum(one is not None for one in column) >= _TWO)
    if not _agreed(table, comparing.STRICT):
        return
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET threads = 1")
        columns = {"key": [one.key for one in profiles], **table}
        texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        registered = DuckDBAPI(connection).register(pa.table(texts))
        linker = _taught(registered, table, known)
        if linker is not None:
            scored = linker.inference.predict(threshold_match_probability=at_least)
            yield from map(_suggestion, scored.as_record_list())


def _agreed(table: Table, wanted: Sequence[comparing.Fields]) -> Sequence[comparing.Fields]:
    """Return those rules by which at least two profiles agree; Splink's model does not outlive one that nobody does."""
    return [fields for fields in wanted if _some_agree([table[field] for field in fields])]


def _some_agree(columns: Sequence[Sequence[str | None]]) -> bool:
    seen = set()
    for values in zip(*columns, strict=True):
        if None not in values:
            if values in seen:
                return True
            seen.add(values)
    return False


def _taught(registered: Any, table: Table, known: frozenset[str]) -> Any:
    """Return a linker whose model is estimated, None if there is not enough to learn from.

    Where the pairs of a lesson are told apart perfectly, Splink 5.0 stops at a probability of nought and leaves the
    model half taught: it is taught anew without that lesson.
    """
    strict = comparing.rules(_agreed(table, comparing.STRICT))
    lessons = [rule for rule in _agreed(table, comparing.LEARNT_FROM) if comparing.left_by(rule, known)]
    while lessons:
        linker = Linker(registered, _settings(known), log_level=logging.CRITICAL)
        try:
            linker.training.estimate_probability_two_random_records_match(strict, comparing.STRICT_FIND)
        except ValueError:
            return None  # of so few pairs so many agree that no model fits
        linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
        in_vain = _first_in_vain(linker, lessons)
        if in_vain is None:
            return linker
        lessons.remove(in_vain)
    return None


def _first_in_vain(linker: Any, lessons: Sequence[comparing.Fields]) -> comparing.Fields | None:
    for lesson, rule in zip(lessons, comparing.rules(lessons), strict=True):
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except ValueError:
            return lesson
    return None


def _settings(known: frozenset[str]) -> Any:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        comparisons=[how for field, how in comparing.comparisons().items() if field in known],
        blocking_rules_to_generate_predictions=comparing.compared(known),
        retain_intermediate_calculation_columns=True,
    )


def _suggestion(row: Mapping[str, Any]) -> Suggestion:
    """Evidence agrees in some grade, and in one that is likelier among records of one person than by chance."""
    first, second = sorted((row["key_l"], row["key_r"]))
    speaks = {field for field in SPELLING if row.get(f"gamma_{field}", 0) > 0 and row[f"mw_{field}"] > 0}
    if row.get("gamma_first_name") == comparing.SWAPPED_GRADE:
        speaks.add("surname")
    evidence = tuple(field for field in SPELLING if field in speaks)
    return Suggestion(first, second, round(row["match_probability"], 3), evidence)
