"""How well comments are read: precision, recall and coverage by label and by language, from a labelled CSV file.

`python -m ml.returns_text.report FILE.csv`, columns as in the corpus.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen

from domain.returns.comment import LABELS
from ml.returns_text.examples import Example, examples
from ml.returns_text.reader import make_comment_reader

ALL = "all"
_Pairs = Sequence[tuple[Example, frozenset[str]]]


@frozen
class Row:
    """Counts of one label, or of all labels in one language."""

    name: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """The share of what was said that is right; `None` if nothing was said."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """The share of what is so that was said; `None` if nothing is so."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None


@frozen
class Report:
    """`coverage`: share of the comments that say something of which at least one label was given, by language."""

    labels: tuple[Row, ...]
    languages: tuple[Row, ...]
    coverage: dict[str, float]
    comments: int

    @property
    def macro_precision(self) -> float:
        """The mean precision of the labels that were said at all."""
        return _mean(row.precision for row in self.labels)

    @property
    def macro_recall(self) -> float:
        return _mean(row.recall for row in self.labels)

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that were said or should have been."""
        counts = [(2 * row.right, 2 * row.right + row.wrong + row.missed) for row in self.labels]
        return _mean(right / all_ if all_ else None for right, all_ in counts)


def table(known: Sequence[Example], found: Sequence[frozenset[str]]) -> Report:
    """Compare what was found in each comment with what it says."""
    pairs = list(zip(known, found, strict=True))
    languages = {
        name: [(one, said) for one, said in pairs if one.language == name]
        for name in sorted({one.language for one in known})
    }
    return Report(
        labels=tuple(_row(label, pairs, (label,)) for label in LABELS),
        languages=tuple(_row(name, some, LABELS) for name, some in languages.items()),
        coverage={ALL: _coverage(pairs)} | {name: _coverage(some) for name, some in languages.items()},
        comments=len(pairs),
    )


def _row(name: str, pairs: _Pairs, labels: tuple[str, ...]) -> Row:
    judged = [(label in one.labels, label in said) for one, said in pairs for label in labels]
    return Row(name, judged.count((True, True)), judged.count((False, True)), judged.count((True, False)))


def _coverage(pairs: _Pairs) -> float:
    covered = [bool(said) for one, said in pairs if one.labels]
    return sum(covered) / max(1, len(covered))


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / max(1, len(known))


def _text(value: float | None) -> str:
    return "   -" if value is None else f"{value:.2f}"


def written(report: Report) -> str:
    """Return the report as text."""
    lines = [f"{'':22} precision  recall  right  wrong  missed"]
    lines += [
        f"{row.name:22} {_text(row.precision):>9} {_text(row.recall):>7} {row.right:>6} {row.wrong:>6} {row.missed:>7}"
        for row in (*report.labels, *report.languages)
    ]
    lines += [f"coverage {name:13} {share:>9.2f}" for name, share in report.coverage.items()]
    lines.append(
        f"macro precision {report.macro_precision:.3f}, recall {report.macro_recall:.3f}, F1 {report.macro_f1:.3f}"
    )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> str:
    """Read the file named and return its report."""
    (file,) = arguments
    known = examples(Path(file))
    found = make_comment_reader().read([one.comment for one in known])
    return written(table(known, [frozenset(finding.label for finding in one) for one in found]))


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]) + "\n")
