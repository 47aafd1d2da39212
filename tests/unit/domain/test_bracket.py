"""Several of one style to keep one: what was a bracket, and which way the returned size missed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.returns.bracket import Piece, bracket_of, compared, differ
from domain.returns.signal import Direction, Signal

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
RISING = (
    ("XS", "S", "M", "L", "XL", "2XL", "XXXL"),
    ("small", "Medium", "LARGE"),
    ("34", "36", "38", "38.5", "40"),
    ("EU 36", "EU 37,5", "eu38"),
    ("30/32", "32/30", "32/32"),
    ("W28", "W29"),
)


def piece(size: str, kept: int = 0, colour: str = "red", order: str = "o-1", hours: float = 0) -> Piece:
    variant, at = f"coat/{colour}/{size}", MONDAY + timedelta(hours=hours)
    return Piece(order, "coat", variant, at, kept, size, colour)


def bracket(direction: Direction) -> Signal:
    return Signal("bracket", "size", direction)


@pytest.mark.parametrize("scale", RISING, ids=lambda scale: scale[0])
def test_sizes_of_a_scale_are_in_order(scale: tuple[str, ...]) -> None:
    """Letters, words, numbers, and numbers with words around them: each below the next."""
    for smaller, larger in pairwise(scale):
        assert (compared(smaller, larger), compared(larger, smaller), compared(larger, larger)) == (-1, 1, 0)


@pytest.mark.parametrize(
    ("one", "other"), [("M", "38"), ("EU 38", "UK 10"), ("one size", "M"), ("", "M"), ("W28", "28")]
)
def test_sizes_of_two_scales_do_not_compare(one: str, other: str) -> None:
    """Nobody can say whether a UK 10 is above an EU 38 by looking at the labels."""
    assert compared(one, other) is None


@given(st.text(max_size=12), st.text(max_size=12))
def test_comparing_is_symmetric(one: str, other: str) -> None:
    """For any labels: below one way is above the other way."""
    there, back = compared(one, other), compared(other, one)
    assert there == (None if back is None else -back)


def test_of_two_sizes_the_smaller_was_too_small() -> None:
    """Kept the larger, so the returned one was too small; and the other way round."""
    assert bracket_of(piece("M"), [piece("M"), piece("L", kept=1)]) == bracket("too_small")
    assert bracket_of(piece("L"), [piece("M", kept=1), piece("L")]) == bracket("too_large")


def test_of_three_sizes_each_is_compared_with_the_one_that_was_kept() -> None:
    """The one below was too small, the one above too large."""
    pieces = [piece("S"), piece("M", kept=1), piece("L")]
    assert [bracket_of(one, pieces) for one in (pieces[0], pieces[2])] == [bracket("too_small"), bracket("too_large")]


def test_a_direction_that_cannot_be_said_is_not_said() -> None:
    """Nothing was kept, what was kept lies on both sides, or the scale is unknown."""
    assert bracket_of(piece("M"), [piece("M"), piece("L")]) == bracket("unspecified")
    assert bracket_of(piece("M"), [piece("S", kept=1), piece("M"), piece("L", kept=1)]) == bracket("unspecified")
    assert bracket_of(piece("tall"), [piece("tall"), piece("short", kept=1)]) == bracket("unspecified")


def test_of_two_colours_it_is_a_bracket_of_colours() -> None:
    """The same size twice, and no word on the fit."""
    blue = piece("M", kept=1, colour="blue")
    assert bracket_of(piece("M"), [piece("M"), blue]) == Signal("bracket", "colour")


def test_what_differs_in_both_or_in_nothing_known_is_no_bracket() -> None:
    """Another size in another colour is another wish; what nobody described cannot be told apart."""
    assert bracket_of(piece("M"), [piece("M"), piece("L", colour="blue")]) is None
    assert bracket_of(piece("M"), [piece("M"), piece("M", kept=1)]) is None
    assert differ(piece("M", colour=""), piece("M", colour="blue")) is None
    assert differ(piece(""), piece("M")) is None


@pytest.mark.parametrize(("hours", "found"), [(72, True), (-72, True), (72.1, False)])
def test_orders_within_three_days_are_one_wish(hours: float, found: bool) -> None:
    """To the hour, before and after."""
    other = piece("L", kept=1, order="o-2", hours=hours)
    assert bracket_of(piece("M"), [piece("M"), other]) == (bracket("too_small") if found else None)


@given(st.permutations([piece("S"), piece("M", kept=1), piece("L"), piece("L", kept=1, order="o-2", hours=9)]))
def test_the_order_of_the_pieces_does_not_matter(pieces: list[Piece]) -> None:
    """However they are told, the same bracket."""
    assert bracket_of(piece("S"), pieces) == bracket("too_small")
