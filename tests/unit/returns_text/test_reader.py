import subprocess
import sys

import pytest

from domain.returns.comment import LABELS
from ml.returns_text import make_comment_reader
from ml.returns_text.examples import unseen
from ml.returns_text.reader import knowledge
from ml.returns_text.report import table


def found(comment: str) -> set[str]:
    return {one.label for one in make_comment_reader().read([comment])[0]}


@pytest.mark.parametrize(
    ("comment", "labels"),
    [
        ("Lovely but the bust is too tight and it is see-through", {"fit_small", "fit_part_bust", "see_through"}),
        ("Schöne Farbe, leider schlecht verarbeitet und zu lang", {"poor_quality", "fit_length_long"}),
        ("faellt viel zu gross aus, aermel zu lang", {"fit_large", "fit_length_long", "fit_part_sleeve"}),
        ("La couleur ne correspond pas à la photo et la livraison était en retard", {"colour_mismatch", "late"}),
        ("tissu transparant", {"see_through"}),
        ("Me queda grande de cintura y la tela pica", {"fit_large", "fit_part_waist", "fabric_feel"}),
        ("llego tarde, ya no lo necesito", {"late", "changed_mind"}),
        ("Loch im Ärmel, schon getragen", {"damaged"}),
        ("I received the wrong colour", {"wrong_item"}),
    ],
)  # fmt: skip
def test_several_reasons_are_all_found(comment: str, labels: set[str]) -> None:
    """Also with slips, and without umlauts and accents."""
    assert found(comment) == labels


@pytest.mark.parametrize(
    "comment",
    [
        "Not too small",
        "nicht zu klein",
        "pas trop petit",
        "no es pequeño",
        "Great product, thank you",
        "Alles super, danke",
        "Parfait, merci",
        "Todo perfecto",
        "It doesn't fit",
        "Bitte um Erstattung",
    ],
)
def test_nothing_is_read_into_a_comment(comment: str) -> None:
    """Denials, praise and courtesy say nothing of the goods; neither does a fit without a direction."""
    assert found(comment) == set()


def test_the_unseen_comments_are_understood() -> None:
    """Of comments that no phrase was written for, the labels are right in .9 of the cases, and .8 get one."""
    known = unseen()
    reader = make_comment_reader()
    report = table(
        known, [frozenset(one.label for one in each) for each in reader.read([one.comment for one in known])]
    )
    assert report.macro_precision >= 0.9
    assert report.coverage["all"] >= 0.8
    assert min(report.coverage.values()) >= 0.7
    assert all(row.precision is not None and row.precision >= 0.85 for row in report.languages)


def test_phrases_are_believed_as_far_as_they_were_right() -> None:
    """Every label has a probability that was measured, and none is certain."""
    assert knowledge().precisions.keys() == set(LABELS)
    assert all(0.5 < chance < 1 for chance in knowledge().precisions.values())


def test_nothing_is_imported_before_it_is_asked() -> None:
    """Making a reader costs nothing: a server starts without scikit-learn."""
    code = (
        "import sys; from ml.returns_text import make_comment_reader as make; make(); print('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
