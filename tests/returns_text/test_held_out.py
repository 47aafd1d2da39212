"""The reader on 300 comments that were written before it and by somebody else, and that nothing is learned from."""

from pathlib import Path

import pytest

from ml.returns_text.examples import examples
from ml.returns_text.reader import make_comment_reader
from ml.returns_text.report import Report, table
from ports.comments import CommentReader

FILE = Path(__file__).with_name("comments.csv")
CORPUS = Path(__file__).parents[2] / "ml" / "returns_text" / "corpus"


@pytest.fixture(scope="module")
def reader() -> CommentReader:
    return make_comment_reader()


@pytest.fixture(scope="module")
def report(reader: CommentReader) -> Report:
    known = examples(FILE)
    found = reader.read([one.comment for one in known])
    return table(known, [frozenset(finding.label for finding in one) for one in found])


def test_what_is_said_is_right_and_most_comments_say_something(report: Report) -> None:
    """The bounds of the issue, over all labels and in each language."""
    assert report.comments == 300
    assert report.macro_precision >= 0.85
    assert report.coverage["all"] >= 0.6
    assert {row.name for row in report.languages} == {"de", "en", "es", "fr"}
    assert all((row.precision or 0) >= 0.85 for row in report.languages)
    assert min(report.coverage.values()) >= 0.6


def test_every_label_is_found_somewhere(report: Report) -> None:
    """No label is silent for ever."""
    assert [row.name for row in report.labels if not row.right] == []


@pytest.mark.parametrize(
    "comment",
    ["not too small", "nicht zu klein", "pas trop petit", "no me queda pequeño", "Not too small, not too big."],
)
def test_what_is_denied_is_not_found(reader: CommentReader, comment: str) -> None:
    """A denied misfit is no misfit, in any language."""
    (found,) = reader.read([comment])
    assert not {"fit_small", "fit_large"} & {finding.label for finding in found}


def test_what_happens_to_be_said_in_the_corpus_too_does_not_carry_it(reader: CommentReader) -> None:
    """Everybody writes "zu klein": without every comment that the corpus has word for word the bounds hold as well."""
    learned = {_plain(one.comment) for file in sorted(CORPUS.glob("*.csv")) for one in examples(file)}
    known = [one for one in examples(FILE) if _plain(one.comment) not in learned]
    assert 250 <= len(known) < 300
    found = reader.read([one.comment for one in known])
    report = table(known, [frozenset(finding.label for finding in one) for one in found])
    assert report.macro_precision >= 0.85
    assert report.coverage["all"] >= 0.6


def _plain(comment: str) -> str:
    return " ".join(comment.casefold().replace(".", " ").replace("!", " ").split())
