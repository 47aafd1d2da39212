"""Several variants of one style ordered to keep one: a bracket, found in what was ordered, kept and sent back.

It is looked for on the whole set of a shopper's orders, so that it does not matter in which order they became known.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from attrs import evolve, frozen

from domain.returns.signal import Direction, Signal, about

#: Orders of one shopper that lie no further apart belong to one wish (`domain.md` §5.4).
WITHIN = timedelta(hours=72)
_LETTERS = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "xxxxl", "xxxxxl")
_WORDS = {"small": "s", "medium": "m", "large": "l"}
_REPEATED = re.compile(r"(\d)(x[sl])")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@frozen
class Piece:
    """So many pieces of a variant in one order, and how many of them she kept. `size`, `colour`: as far as known."""

    order_id: str
    product_id: str
    variant_id: str
    bought_at: datetime
    kept: int
    size: str = ""
    colour: str = ""


def bracket_of(returned: Piece, pieces: Iterable[Piece]) -> Signal | None:
    """Return the bracket that a returned piece was part of, None if it was of none. `pieces`: what she ordered.

    A bracket of sizes says in which direction the returned one misses, by comparison with what was kept of it, if that
    can be said; several that were kept have to agree.
    """
    others = [one for one in pieces if _together(returned, one)]
    sizes = [one for one in others if differ(returned, one) == "size"]
    if sizes:
        signal = about("bracket", "size")
        return evolve(signal, direction=_direction(returned.size, [one.size for one in sizes if one.kept > 0]))
    return about("bracket", "colour") if any(differ(returned, one) == "colour" for one in others) else None


def differ(one: Piece, other: Piece) -> Literal["size", "colour"] | None:
    """Return the one thing in which two variants of a style differ, None if that is neither, both or not known."""
    sizes = one.size.lower() != other.size.lower()
    colours = one.colour != other.colour and bool(one.colour and other.colour)
    if sizes and one.size and other.size and not colours:
        return "size"
    return "colour" if colours and not sizes else None


def compared(size: str, other: str) -> int | None:
    """Return -1, 0 or 1 as a size label is below, equal to or above another; None if that cannot be said.

    Labels compare within a scale: letters (S < M < L, also `2XL`), or numbers with the same words around them.
    """
    one, two = _place(size), _place(other)
    if one is None or two is None or one[0] != two[0]:
        return None
    return (one[1] > two[1]) - (one[1] < two[1])


def _together(one: Piece, other: Piece) -> bool:
    near = one.order_id == other.order_id or abs(one.bought_at - other.bought_at) <= WITHIN
    return near and one.product_id == other.product_id and one.variant_id != other.variant_id


def _direction(returned: str, kept: Sequence[str]) -> Direction:
    """A smaller size than what was kept was too small."""
    ways = {compared(returned, one) for one in kept}
    if ways == {-1}:
        return "too_small"
    return "too_large" if ways == {1} else "unspecified"


def _place(label: str) -> tuple[str, tuple[float, ...]] | None:
    """Return the scale of a label and its place there. Of `32/34` the first number counts first."""
    plain = "".join(label.lower().split())
    letters = _REPEATED.sub(lambda found: "x" * int(found[1]) + found[2][1:], _WORDS.get(plain, plain))
    if letters in _LETTERS:
        return "letters", (float(_LETTERS.index(letters)),)
    numbers = tuple(float(one.replace(",", ".")) for one in _NUMBER.findall(plain))
    return (_NUMBER.sub("#", plain), numbers) if numbers else None
