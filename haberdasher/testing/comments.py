"""What every `ports.comments.CommentReader` must do. Set `make` in a subclass; pytest runs the rest."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.returns.comment import LABELS
from ports.comments import CommentReader

#: Plain words in each language, and what they say.
PLAIN = (
    ("Far too tight around the waist.", {"fit_small", "fit_part_waist"}),
    ("The sleeves are too long.", {"fit_length_long", "fit_part_sleeve"}),
    ("Viel zu groß, und der Stoff kratzt.", {"fit_large", "fabric_feel"}),
    ("Die Hose ist zu kurz.", {"fit_length_short"}),
    ("Trop petit, et arrivé trop tard.", {"fit_small", "late"}),
    ("J'ai changé d'avis.", {"changed_mind"}),
    ("Demasiado grande.", {"fit_large"}),
    ("No me gusta el color.", {"taste_colour"}),
)
#: What is denied, and with it the labels that must not be found.
DENIED = (
    ("Not too small at all.", {"fit_small", "fit_large"}),
    ("Nicht zu klein.", {"fit_small", "fit_large"}),
    ("Ce n'est pas trop petit.", {"fit_small", "fit_large"}),
    ("No es demasiado grande.", {"fit_small", "fit_large"}),
)
#: What nobody can read: nothing, marks, keys hit at random, NUL, other languages, no letters that are known.
UNREADABLE = (
    "", "   \n\t", "!!! ??? ...", "12345", "\x00", "qwrtz sdfgh yxcvb hjkl", "\U0001f600\U0001f620",
    "Za małe, potrzebuję większy rozmiar.", "Liian pieni, väri on erilainen kuin kuvassa.", "小さすぎます",
    "слишком маленький",
)  # fmt: skip
HUGE = 1_000_000


class CommentReaderContract:
    """Understands plain words, abstains where it must, never raises, and reads each comment for itself."""

    make: ClassVar[Callable[[], CommentReader]]

    @pytest.fixture(scope="class")
    @classmethod
    def reader(cls) -> CommentReader:
        """Make one for all tests of the class, which only ask."""
        return cls.make()

    @pytest.mark.parametrize(("comment", "labels"), PLAIN)
    def test_plain_words_are_understood(self, reader: CommentReader, comment: str, labels: set[str]) -> None:
        """What is said without a slip or a doubt is found, all of it and nothing else."""
        (found,) = reader.read([comment])
        assert {one.label for one in found} == labels

    @pytest.mark.parametrize(("comment", "labels"), DENIED)
    def test_what_is_denied_is_not_found(self, reader: CommentReader, comment: str, labels: set[str]) -> None:
        """A denied label is not found, nor its contrary."""
        (found,) = reader.read([comment])
        assert not {one.label for one in found} & labels

    @pytest.mark.parametrize("comment", UNREADABLE)
    def test_what_cannot_be_read_says_nothing(self, reader: CommentReader, comment: str) -> None:
        """Without words, or in a language it does not know, it abstains."""
        assert list(reader.read([comment])[0]) == []

    @pytest.mark.parametrize("comment", ["x" * HUGE, "too small " * (HUGE // 10), "zu " * (HUGE // 3), "\x00 " * HUGE])
    def test_no_comment_is_too_long(self, reader: CommentReader, comment: str) -> None:
        """A megabyte is answered like any other comment."""
        (found,) = reader.read([comment])
        assert len({one.label for one in found}) == len(found)

    def test_findings_stand_in_the_order_asked(self, reader: CommentReader) -> None:
        """Each comment has its own answer, in its place, whatever stands beside it, however often it is asked."""
        comments = [*(comment for comment, _ in PLAIN), *UNREADABLE, *(comment for comment, _ in DENIED)]
        together = [tuple(found) for found in reader.read(comments)]
        assert [tuple(found) for found in reader.read(comments[::-1])][::-1] == together
        assert [tuple(reader.read([comment])[0]) for comment in comments] == together
        assert [tuple(found) for found in type(self).make().read(comments)] == together

    def test_nothing_asked_is_nothing_answered(self, reader: CommentReader) -> None:
        """No comments have no findings."""
        assert list(reader.read([])) == []

    def test_the_version_stays(self, reader: CommentReader) -> None:
        """Two readers that find the same name the same version."""
        assert reader.version == type(self).make().version != ""

    @settings(deadline=None)
    @given(text=st.text(max_size=300) | st.text(alphabet="tosmalzukeingrß ,.!'-éñ\x00", max_size=300))
    def test_any_text_has_sound_findings(self, text: str) -> None:
        """Labels are of the list, each at most once, the most probable first; probabilities lie between 0 and 1."""
        (found,) = type(self).make().read([text])
        labels = [one.label for one in found]
        chances = [one.probability for one in found]
        assert set(labels) <= set(LABELS)
        assert len(set(labels)) == len(labels)
        assert chances == sorted(chances, reverse=True)
        assert all(0 <= one <= 1 for one in chances)
