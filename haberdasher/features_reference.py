"""`python -m haberdasher.features_reference` prints docs/reference/features.md from the declarations."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from application.features.columns import COLUMNS
from application.features.measures import MEASURES
from haberdasher.feature_words import bounds, computed, equality, read_against, shape
from ports.measures import CATEGORIES, ENTITIES, SAYS, Measure

_INTRODUCTION = """# Features

Generated from the declarations by `python -m haberdasher.features_reference`. `haberdasher features describe NAME` says
all of it about one, also of an extension. What the words mean is explained in [features](../explanation/features.md);
on real data they are in [real features](real-features.md).

Three engines read each declaration: the streaming fold, and DuckDB or Spark over the lake. Weights stand before their
action; an action without one weighs 1, and all are multiplied by what a touch counts by the noise marks: a suspect's a
quarter, a robot's nothing. Beside what a definition names, every engine reads of an observation its `id`, `position`,
`known`, `revoked`, `at`, `action` and `counts`, and the column of the entity.
"""
_AGGREGATES = """## Aggregates

A declaration names one of these. What it has no use for is refused, and so is what is missing, when it is made.
"""


def document(measures: Sequence[Measure] = MEASURES) -> str:
    return "\n".join(_lines(measures)).rstrip() + "\n"


def _lines(measures: Sequence[Measure]) -> Iterator[str]:
    yield _INTRODUCTION
    yield from _counted(measures)
    ordered = sorted(measures, key=lambda one: (ENTITIES.index(one.entity), CATEGORIES.index(one.category)))
    for entity, of in groupby(ordered, key=lambda one: one.entity):
        yield f"## {entity.replace('_', ' x ').capitalize()}\n"
        for one in of:
            yield from _one(one)
    yield _AGGREGATES
    yield "| aggregate | needs | takes | declared by |\n|---|---|---|---|"
    for aggregate, (needs, takes) in SAYS.items():
        declared = [one.aggregate for one in measures].count(aggregate)
        yield f"| `{aggregate}` | {_code(needs)} | {_code(takes)} | {declared} |"
    keys = tuple(name for name, kind in COLUMNS.items() if kind == "text")
    yield f"\nA key is one of {_code(keys)}.\n"
    yield f"A value is one of {_code(tuple(name for name in COLUMNS if name not in keys))}."


def _counted(measures: Sequence[Measure]) -> Iterator[str]:
    yield f"| | {' | '.join(one.replace('_', ' ') for one in CATEGORIES)} |\n|---|{'---|' * len(CATEGORIES)}"
    for entity in ENTITIES:
        of = [one.category for one in measures if one.entity == entity]
        yield f"| {entity.replace('_', ' x ')} | {' | '.join(str(of.count(one) or '') for one in CATEGORIES)} |"
    yield ""


def _one(measure: Measure) -> Iterator[str]:
    against = read_against(measure)
    yield f"### {measure.name}\n"
    yield f"{measure.doc[0].upper()}{measure.doc[1:]}. {computed(measure)}.\n"
    yield f"- {measure.category.replace('_', ' and ')}, `{measure.aggregate}`, {shape(measure)}"
    yield f"- unit: {measure.unit}; range: {bounds(measure)}"
    yield f"- source: {measure.source}"
    yield f"- engines: {equality(measure)}{f'; read against {against}' if against else ''}\n"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


if __name__ == "__main__":
    sys.stdout.write(document())
