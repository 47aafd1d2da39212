"""Compares the size that somebody ordered with the one that she needs, or with the one that came."""

import re
from collections.abc import Mapping

_LETTERS = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "xxxxl")
_NAMES: Mapping[str, str] = {"small": "s", "medium": "m", "large": "l", "2xl": "xxl", "3xl": "xxxl", "4xl": "xxxxl"}
_SIZE = rf"(?:{'|'.join((*_LETTERS, *_NAMES))}|\d\d?)"
_GAP = r"(?: [\w,]+){0,4}? "
_FAR = r" (?:[\w,.]+ ){0,12}?"
_DIRECTIONS = ("fit_small", "fit_large")


def compared(words: str, said: Mapping[str, re.Pattern[str]], *, decided: bool) -> set[str]:
    """Return what a pair of sizes in marked words says, unless a phrase has `decided` on the direction.

    `said`: the words for having `ordered`, `needed` and `received`, for `instead` of, and for fitting `like`.
    """
    ordered, needed, received, instead, like = (
        said[name].pattern for name in ("ordered", "needed", "received", "instead", "like")
    )
    size = rf"({_SIZE})(?!\S)"
    if _differing(
        rf"{ordered}{_GAP}{size}{_FAR}{received}{_GAP}{size}|{received}{_GAP}{size} {instead} (?:\w+ )?{size}", words
    ):
        return {"wrong_item"}
    if decided:
        return set()
    for pattern, larger in (
        (rf"{ordered}{_GAP}{size}{_FAR}{needed}{_GAP}{size}", "fit_small"),
        (rf"{needed}{_GAP}{size}(?: \w+)?? {instead} (?:\w+ )?{size}", "fit_large"),
        (rf"(?<!\S){size}(?: \w+){{0,2}}? {like} {size}", "fit_large"),
    ):
        if (pair := _differing(pattern, words)) is not None:
            first, second = pair
            return {larger if second > first else next(one for one in _DIRECTIONS if one != larger)}
    return set()


def _differing(pattern: str, words: str) -> tuple[int, int] | None:
    """Return the places of the two sizes that a pattern finds, if they are of one scale and not the same."""
    found = re.search(pattern, words)
    sizes = [] if found is None else [_place(one) for one in found.groups() if one]
    match sizes:
        case [(scale, first), (other, second)] if scale == other and first != second:
            return first, second
        case _:
            return None


def _place(size: str) -> tuple[str, int] | None:
    """Return the scale of a size and its place on it."""
    size = _NAMES.get(size, size)
    if size in _LETTERS:
        return "letters", _LETTERS.index(size)
    return ("numbers", int(size)) if size.isdigit() else None
