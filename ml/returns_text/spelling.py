"""Puts one slip of the keyboard right, where only one word can have been meant."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

#: From this length on a word has few neighbours that are words themselves: any one slip is put right.
LONG = 7
#: From this length on letters swapped, doubled or not doubled are: they seldom make another word.
SHORT = 5


@frozen
class Spelling:
    """`words`: all that are right as they are, as are those that begin with one of `stems`.

    `near`: what may be meant, by the word and by it without a letter.
    """

    words: frozenset[str]
    stems: tuple[str, ...]
    near: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, words: Iterable[str], *, targets: Iterable[str], stems: tuple[str, ...] = ()) -> "Spelling":
        """Take `words` and `targets` as right, and correct towards `targets`."""
        near: dict[str, set[str]] = {}
        right = frozenset(targets)
        for word in right:
            if len(word) >= SHORT:
                for key in _keys(word):
                    near.setdefault(key, set()).add(word)
        return cls(frozenset(words) | right, stems, {key: frozenset(found) for key, found in near.items()})

    def knows(self, word: str) -> bool:
        """Say whether a word is right as it is."""
        return word in self.words or word.startswith(self.stems)

    def corrected(self, word: str) -> str:
        """Return the one word that is a slip away; else the word as it is.

        The first letter stays: it is seldom mistyped, and `light` is no slip of `tight`.
        """
        if self.knows(word) or len(word) < SHORT - 1 or not word.isalpha():
            return word
        found = {
            other
            for key in _keys(word)
            for other in self.near.get(key, ())
            if other[0] == word[0] and (_one_slip(word, other) if len(other) >= LONG else _light_slip(word, other))
        }
        return found.pop() if len(found) == 1 else word


def _keys(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _one_slip(one: str, other: str) -> bool:
    """Say whether a letter more, less, other or swapped with its neighbour lies between them."""
    shorter, longer = sorted((one, other), key=len)
    start = _parting(shorter, longer)
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    return shorter[start + 1 :] == longer[start + 1 :] or _light_slip(one, other)


def _light_slip(one: str, other: str) -> bool:
    """Say whether two letters swapped, or one doubled, lie between them."""
    shorter, longer = sorted((one, other), key=len)
    start = _parting(shorter, longer)
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :] and longer[start] == longer[start - 1]
    return shorter[:start] + shorter[start : start + 2][::-1] + shorter[start + 2 :] == longer


def _parting(one: str, other: str) -> int:
    """Return the first place where they differ."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
