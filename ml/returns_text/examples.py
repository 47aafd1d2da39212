"""The labelled comments that the reader learns from: one CSV file a language, and one of other languages."""

import csv
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from attrs import frozen

from domain.returns.comment import LABELS

_FOLDER = Path(__file__).with_name("corpus")
#: Comments that no phrase was written for. Whoever has looked at what they miss writes new ones.
_UNSEEN = "unseen.csv"
OTHER = "other"
NONE = "none"


@frozen
class Example:
    """A comment, its language (`other` for those that are not read), and what it says."""

    language: str
    comment: str
    labels: frozenset[str]


def examples(path: Path) -> tuple[Example, ...]:
    """Read a CSV file with the columns `language`, `comment` and `labels`, labels apart by spaces, `none` for none.

    Errors: `ValueError` that names the line and the label that there is not.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return tuple(
            Example(row["language"], row["comment"], _labels(row["labels"], f"{path.name}, line {rows.line_num}"))
            for row in rows
        )


@cache
def corpus() -> tuple[Example, ...]:
    """Return all that the reader learns from, in a fixed order."""
    files = sorted(path for path in _FOLDER.glob("*.csv") if path.name != _UNSEEN)
    return tuple(example for path in files for example in examples(path))


@cache
def unseen() -> tuple[Example, ...]:
    """Return comments to measure with: nothing is learnt from them."""
    return examples(_FOLDER / _UNSEEN)


def _labels(text: str, place: str) -> frozenset[str]:
    labels = frozenset(text.split()) - {NONE}
    if unknown := sorted(labels - frozenset(LABELS)):
        raise ValueError(f"{place}: no label is called {', '.join(unknown)}")
    return labels


def columns(labelled: Iterable[frozenset[str]], names: Sequence[str] = LABELS) -> list[list[bool]]:
    """Return one row of truth values per comment, in the order of `names`."""
    return [[name in labels for name in names] for labels in labelled]
