"""The comment reader on what simulated shoppers write: half of it was learnt from, the other half was not."""

from hashlib import sha256

from adapters.sources.simulation.words import COMMENTS
from ml.returns_text import make_comment_reader
from ml.returns_text.examples import corpus

#: What the reason codes of the simulation are in labels, where the comments say what the code says.
LABELS = {
    "too-small": {"fit_small"},
    "too-big": {"fit_large"},
    "waist-too-tight": {"fit_small", "fit_part_waist"},
    "waist-too-loose": {"fit_large", "fit_part_waist"},
    "style": {"taste_style"},
    "shape": {"taste_style"},
    "pattern": {"taste_style"},
    "color": {"taste_colour", "colour_mismatch"},
    "fabric": {"fabric_feel"},
    "not-as-described": {"not_as_described"},
    "changed-my-mind": {"changed_mind"},
    "quality": {"poor_quality"},
    "ordered-multiple": {"changed_mind"},
}


def learnt(phrase: str) -> bool:
    """Say whether a phrase is in the half that the reader learns from."""
    return sha256(phrase.encode()).digest()[0] % 2 == 0


def test_the_corpus_holds_one_half() -> None:
    """Which one the phrase itself decides, so that the split does not change with the list."""
    phrases = {phrase for several in COMMENTS.values() for phrase in several}
    told = {one.comment for one in corpus()}
    assert {phrase for phrase in phrases if learnt(phrase)} <= told
    assert not {phrase for phrase in phrases if not learnt(phrase)} & told


def test_the_other_half_is_understood() -> None:
    """Of the phrases held back, nine in ten say what their code says, and nothing else is found."""
    held = [(code, phrase) for code, several in COMMENTS.items() for phrase in several if not learnt(phrase)]
    assert len(held) >= 15
    found = make_comment_reader().read([phrase for _, phrase in held])
    labels = [{one.label for one in each} for each in found]
    assert sum(bool(each & LABELS[code]) for (code, _), each in zip(held, labels, strict=True)) >= 0.9 * len(held)
    assert [phrase for (code, phrase), each in zip(held, labels, strict=True) if each - LABELS[code]] == []
