"""Whom to believe: inspection, code, comment, pattern of the orders, in this order."""

import pytest

from domain.returns.belief import Belief, believed
from domain.returns.comment import Said
from domain.returns.signal import UNKNOWN, about, fit

SIZES = about("bracket", "size")


def said(**labels: float) -> list[Said]:
    return [Said(label, probability) for label, probability in labels.items()]


def test_an_inspection_is_believed_before_all() -> None:
    """Whatever the shopper chose and wrote, and however sure the comment is."""
    found = believed("stained", "too-small", said(fit_large=0.99), SIZES)
    assert found == Belief((about("product_quality", "stain"),), "inspection")


def test_a_code_is_believed_before_a_comment_about_something_else() -> None:
    """She chose the style: what she writes of lateness changes nothing."""
    assert believed(None, "style", said(late=0.95)) == Belief((about("taste", "style"),), "structured_code")


@pytest.mark.parametrize("coded", [None, "unknown", "because", "NO_REASON_GIVEN"])
def test_where_the_code_says_nothing_the_comment_does(coded: str | None) -> None:
    """From .8 on; what is less sure is not heard."""
    assert believed(None, coded, said(fit_small=0.8)) == Belief((fit("too_small", confidence=0.8),), "comment")
    unheard = believed(None, coded, said(fit_small=0.79))
    assert unheard == (None if coded is None else Belief((UNKNOWN,), "structured_code"))


def test_a_comment_is_believed_before_a_bracket_and_a_bracket_before_nothing() -> None:
    """Words before patterns, patterns before silence."""
    assert believed(None, "unknown", said(taste_style=0.9), SIZES) == Belief((about("taste", "style", 0.9),), "comment")
    assert believed(None, "unknown", said(taste_style=0.7), SIZES) == Belief((SIZES,), "heuristic")
    assert believed(None, None, (), SIZES) == Belief((SIZES,), "heuristic")


def test_an_ordered_multiple_is_the_bracket_that_was_found() -> None:
    """The code says that it was one, the orders say of what."""
    assert believed(None, "ordered-multiple", (), SIZES) == Belief((SIZES,), "structured_code")
    assert believed(None, "ordered-multiple") == Belief((about("bracket"),), "structured_code")


def test_a_bracket_does_not_touch_another_reason() -> None:
    """Who says that it was too small is believed without a pattern."""
    assert believed(None, "too-small", (), SIZES) == Belief((fit("too_small"),), "structured_code")


def test_a_comment_says_where_it_does_not_fit() -> None:
    """The part of a code that names none, in its direction, and never against a part that was chosen."""
    waist = fit("too_small", "waist", "girth")
    told = said(fit_small=0.9, fit_part_waist=0.85)
    assert believed(None, "too-small", told) == Belief((waist,), "structured_code")
    assert believed(None, "too-small", said(fit_part_waist=0.85)) == Belief((waist,), "structured_code")
    assert believed(None, "bust-too-tight", told) == Belief((fit("too_small", "bust", "girth"),), "structured_code")


def test_a_comment_gives_a_direction_to_a_code_without_one() -> None:
    """`size` says only that it was the size, with little weight: the comment says how, with its own."""
    assert believed(None, "size", said(fit_large=0.85)) == Belief(
        (fit("too_large", confidence=0.85),), "structured_code"
    )


@pytest.mark.parametrize(("sure", "turned"), [(0.89, False), (0.9, True)])
def test_a_direction_is_turned_only_by_a_comment_that_is_very_sure(sure: float, turned: bool) -> None:
    """And then it is marked; one less sure neither turns nor refines."""
    found = believed(None, "too-small", said(fit_large=sure, fit_part_waist=sure))
    large = Belief((fit("too_large", "waist", "girth", sure),), "structured_code", conflict=True)
    assert found == (large if turned else Belief((fit("too_small"),), "structured_code"))


def test_nobody_said_anything() -> None:
    """There is nothing to believe; an inspection without a known reason is at least an unknown one."""
    assert believed(None, None) is None
    assert believed("looked-fine", None) == Belief((UNKNOWN,), "inspection")
