import pytest

from ml.returns_text.reader import knowledge
from ml.returns_text.scrub import Language, scrubbed
from ml.returns_text.spelling import Spelling

SPELLING = Spelling.of(["shirt", "light"], targets=["short", "tight", "quality", "transparent"], stems=("squeez",))


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("transparant", "transparent"), ("transprent", "transparent"), ("tranpsarent", "transparent"),
        ("transpparent", "transparent"), ("qualtiy", "quality"), ("shrot", "short"), ("tightt", "tight"),
    ],
)  # fmt: skip
def test_one_slip_is_put_right(word: str, right: str) -> None:
    """In long words a letter may be missing, more, other or swapped; in short ones swapped or doubled."""
    assert SPELLING.corrected(word) == right


@pytest.mark.parametrize("word", ["shirt", "light", "night", "shart", "sight", "squeezed", "trnspraent", "12345", ""])
def test_what_may_be_another_word_stays(word: str) -> None:
    """Known words, other first letters, two slips, and short words with another letter are left as they are."""
    assert SPELLING.corrected(word) == word


def test_what_could_be_two_words_stays() -> None:
    """A slip of two words is neither."""
    assert Spelling.of([], targets=["stitching", "sticking"]).corrected("stiching") == "stiching"


@pytest.mark.parametrize(
    ("language", "word"),
    [("es", "ahora"), ("es", "sobre"), ("en", "quiet"), ("en", "think"), ("de", "nachts"), ("fr", "dernière")],
)
def test_ordinary_words_are_no_slips(language: Language, word: str) -> None:
    """Words that look like those of a phrase are known for what they are."""
    lexicon = knowledge().lexicons[language]
    assert lexicon.marked(scrubbed(word)).split()[1] == "".join(lexicon.words(scrubbed(word), language))
