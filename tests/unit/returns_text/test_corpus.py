from collections import Counter
from pathlib import Path

import pytest

from domain.returns.comment import LABELS
from ml.returns_text.examples import OTHER, corpus, examples, unseen
from ml.returns_text.report import main, table
from ml.returns_text.scrub import LANGUAGES


def test_the_corpus_covers_every_label_in_every_language() -> None:
    """At least 900 comments, each label seven times in each language, and some that say nothing."""
    known = corpus()
    assert len(known) >= 900
    for language in LANGUAGES:
        counts = Counter(label for one in known if one.language == language for label in one.labels)
        assert min(counts[label] for label in LABELS) >= 7
        assert sum(not one.labels for one in known if one.language == language) >= 30


def test_languages_and_labels_exist() -> None:
    """Only the four and `other` are there; comments in other languages say nothing."""
    assert {one.language for one in corpus()} == {*LANGUAGES, OTHER}
    assert {one.language for one in unseen()} == set(LANGUAGES)
    assert not any(one.labels for one in corpus() if one.language == OTHER)


def test_no_comment_is_there_twice() -> None:
    """What is measured with was not learnt from."""
    told = [(one.language, one.comment.lower()) for one in (*corpus(), *unseen())]
    assert [one for one, times in Counter(told).items() if times > 1] == []


def test_a_label_that_there_is_not_is_named(tmp_path: Path) -> None:
    """The line and the label are in the message."""
    file = tmp_path / "some.csv"
    file.write_text("language,comment,labels\nen,fine,none\nen,odd,fit_odd late\n")
    with pytest.raises(ValueError, match=r"some.csv, line 3: no label is called fit_odd"):
        examples(file)


def test_a_report_counts_by_label_and_language() -> None:
    """Right, wrong and missed are counted per label; coverage leaves out comments that say nothing."""
    known = unseen()[:3]
    said = [known[0].labels | {"late"}, frozenset[str](), known[2].labels]
    report = table(known, said)
    late = next(row for row in report.labels if row.name == "late")
    assert (late.right, late.wrong, late.missed) == (0, 1, 0)
    assert late.precision == 0
    assert late.recall is None
    assert report.coverage["all"] == pytest.approx(2 / 3)
    assert report.comments == 3
    assert sum(row.missed for row in report.languages) == len(known[1].labels)


def test_a_file_is_reported_on(tmp_path: Path) -> None:
    """Further columns, such as `id`, are left aside."""
    file = tmp_path / "some.csv"
    file.write_text("id,language,comment,labels\n1,en,too small,fit_small\n2,de,Danke,none\n")
    assert "macro precision 1.000, recall 1.000, F1 1.000" in main([str(file)])
