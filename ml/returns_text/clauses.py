"""Cuts marked words into clauses, with what is said, denied and praised in each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from attrs import frozen

from ml.returns_text.phrases import Phrases

#: Words that may lie between a denial and what it denies.
REACH = 6
#: What says nothing, so that the words in it say nothing else either.
NOTHING = "nothing"
#: Keys that say by their topics what they mean, and the labels that say it for one topic: both may be said.
REFINED: Mapping[str, tuple[str, ...]] = {
    "dislike": ("taste_style", "taste_colour", "fabric_feel"),
    "mismatch": ("colour_mismatch", "not_as_described"),
}
_Span = tuple[int, int]


@frozen
class Hit:
    """A phrase at a place; `key` as in `Phrases.said`."""

    start: int
    end: int
    key: str

    @property
    def span(self) -> _Span:
        return self.start, self.end


@frozen
class Clause:
    """`fine`: something is praised and the praise not denied. `words` counts them."""

    said: tuple[Hit, ...]
    denied: tuple[Hit, ...]
    parts: frozenset[str]
    topics: frozenset[str]
    fine: bool
    words: int


def clauses(words: str, phrases: Phrases) -> Iterator[Clause]:
    """Yield the clauses of marked words (see `ml.returns_text.phrases`), as they stand in the comment."""
    grammar = phrases.grammar
    hits = _longest(Hit(*found.span(), key) for key, one in phrases.said.items() for found in one.finditer(words))
    taken = [hit.span for hit in hits] + _spans(grammar["denies_nothing"], words)
    denials = [span for span in _spans(grammar["denies"], words) if not _overlaps(span, taken)]
    afterwards = [span for span in _spans(grammar["denies_after"], words) if not _overlaps(span, taken)]
    stops = [start for start, _ in _spans(grammar["stops"], words)]
    fines = [span for span in _spans(grammar["fine"], words) if not _overlaps(span, taken)]
    for start, end in _bounds(words, [hit.span for hit in hits] + fines, grammar["joins"]):
        before, after, praised = (
            [span for span in spans if start <= span[0] < end] for spans in (denials, afterwards, fines)
        )
        here = [hit for hit in hits if start <= hit.start < end and hit.key != NOTHING]
        off = tuple(
            hit
            for hit in here
            if any(_reaches(words, span, hit.start, stops) for span in before)
            or any(span[0] - hit.end == 1 for span in after)
        )
        yield Clause(
            said=tuple(hit for hit in here if hit not in off),
            denied=off,
            parts=_named(phrases.parts, words, start, end),
            topics=_named(phrases.topics, words, start, end),
            fine=any(not any(_reaches(words, span, fine, stops) for span in before) for fine, _ in praised),
            words=len(words[start:end].split()),
        )


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits that do not overlap: of two the longer one, which has seen more; as they stand in the comment."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one.start - one.end, one.start, one.key)):
        rivals = [one.span for one in kept if one.key not in REFINED.get(hit.key, ())]
        if not _overlaps(hit.span, rivals):
            kept.append(hit)
    return sorted(kept, key=lambda one: one.start)


def _bounds(words: str, pieces: list[_Span], joins: re.Pattern[str]) -> Iterator[_Span]:
    """Yield where clauses start and end: at every mark, and at an `and` with something to say on both sides."""
    for start, end in pairwise(found.start() for found in re.finditer(r"[,.]", words)):
        cuts = [start]
        for left, right in _spans(joins, words, start, end):
            told = any(cuts[-1] <= one < left for one, _ in pieces) and any(right <= one < end for one, _ in pieces)
            if told and not _overlaps((left, right), pieces):
                cuts.append(left)
        yield from pairwise([*cuts, end])


def _reaches(words: str, denial: _Span, place: int, stops: list[int]) -> bool:
    """Say whether a denial is near enough before a place to deny it, with no word between that takes it back."""
    near = denial[1] <= place and len(words[denial[1] : place].split()) <= REACH
    return near and not any(denial[1] <= one < place for one in stops)


def _named(patterns: Mapping[str, re.Pattern[str]], words: str, start: int, end: int) -> frozenset[str]:
    return frozenset(name for name, pattern in patterns.items() if pattern.search(words, start, end))


def _spans(pattern: re.Pattern[str], words: str, start: int = 0, end: int | None = None) -> list[_Span]:
    return [found.span() for found in pattern.finditer(words, start, len(words) if end is None else end)]


def _overlaps(span: _Span, others: Iterable[_Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
