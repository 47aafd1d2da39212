"""Finds what a comment says by its phrases, and what it denies: `not too small` is nothing too small."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from attrs import Factory, define, frozen

from ml.returns_text.clauses import REFINED, Clause, clauses
from ml.returns_text.phrases import Phrases
from ml.returns_text.scrub import Language, folded
from ml.returns_text.sizes import compared
from ml.returns_text.spelling import Spelling

#: Clauses of so few words that say nothing alone are about their neighbour: "The sleeves. Too long."
FRAGMENT = 4
_TOKEN = re.compile(r"[^\W_]+|[.!?;\n]+|[,:()/|+&\u2013\u2014]|(?<=\s)-+(?=\s)")
_SENTENCE_END = re.compile(r"[.!?;\n]+")
_GIRTHS: Mapping[str, str] = {
    "fit_small": "fit_small", "narrow": "fit_small", "cannot_move": "fit_small",
    "fit_large": "fit_large", "wide": "fit_large",
}  # fmt: skip
_LENGTHS = ("fit_length_short", "fit_length_long")
_PARTS: Mapping[str, str] = {
    "bust": "fit_part_bust", "waist": "fit_part_waist", "hips_thighs": "fit_part_hips_thighs",
    "sleeve": "fit_part_sleeve",
}  # fmt: skip
#: Praise of a topic denies these.
_PRAISED: Mapping[str, tuple[str, ...]] = {
    "taste_colour": ("taste_colour", "colour_mismatch"),
    "fabric_feel": ("fabric_feel",),
    "poor_quality": ("poor_quality",),
    "taste_style": ("taste_style",),
}


@frozen
class Reading:
    """What is said, and what is denied and not said elsewhere in the comment."""

    said: frozenset[str]
    denied: frozenset[str]


@frozen
class Lexicon:
    """The phrases of one language with the spelling that they are written in."""

    phrases: Phrases
    spelling: Spelling
    language: Language

    @classmethod
    @cache
    def of(cls, language: Language, words: frozenset[str]) -> "Lexicon":
        """`words`: folded words of the language that are right though no phrase has them."""
        phrases = Phrases.of(language)
        return cls(phrases, Spelling.of(words, targets=phrases.words, stems=phrases.stems), language)

    @staticmethod
    def words(text: str, language: Language) -> frozenset[str]:
        """Return the folded words of scrubbed text as they are written."""
        return frozenset(token for token in _TOKEN.findall(folded(text, language)) if token[0].isalnum())

    def marked(self, text: str) -> str:
        """Return scrubbed text as marked words (see `ml.returns_text.phrases`), slips put right."""
        tokens: list[str] = ["."]
        for token in _TOKEN.findall(folded(text, self.language)):
            if token[0].isalnum():
                tokens.append(self.spelling.corrected(token))
            elif tokens[-1] not in (".", ","):
                tokens.append("." if _SENTENCE_END.fullmatch(token) else ",")
        words = " ".join([*tokens, "."])
        return self.phrases.grammar["ends"].sub(lambda found: f", {found[0]}", words)

    def known(self, text: str) -> float:
        """Return the share of the words of scrubbed text that the language has, 0 to 1."""
        words = [word for word in self.marked(text).split() if word not in (".", ",")]
        return sum(map(self.spelling.knows, words)) / max(1, len(words))

    def read(self, text: str) -> Reading:
        """Read scrubbed text."""
        words = self.marked(text)
        about_shoes = self.phrases.grammar["whole_shoe"].search(words) is not None
        tally = _Tally()
        cut = list(clauses(words, self.phrases))
        for place, clause in enumerate(cut):
            parts = clause.parts or _fragment_parts(cut, place)
            for hit in clause.said:
                for key in hit.key.split():
                    tally.said.update(_resolved(key, clause, parts, about_shoes=about_shoes))
                    tally.note(key, parts)
            for hit in clause.denied:
                for key in hit.key.split():
                    tally.denied.update(_resolved(key, clause, parts, about_shoes=about_shoes))
            if clause.fine and not clause.said:
                tally.denied.update(_PARTS[part] for part in clause.parts)
                tally.denied.update(label for topic in clause.topics for label in _PRAISED.get(topic, ()))
        tally.said |= compared(words, self.phrases.sizes, decided=bool(tally.girths))
        said = frozenset(tally.said - tally.contradictions())
        return Reading(said, frozenset(tally.denied - said))


@define
class _Tally:
    """What is said and denied so far, and the parts that each direction was said of."""

    said: set[str] = Factory(set)
    denied: set[str] = Factory(set)
    girths: dict[str, set[str]] = Factory(dict)
    lengths: dict[str, set[str]] = Factory(dict)

    def note(self, key: str, parts: frozenset[str]) -> None:
        """Remember which parts a direction is about; a length is of the sleeve or of the whole."""
        if key in _GIRTHS:
            self.girths.setdefault(_GIRTHS[key], set()).update(parts)
        elif key in _LENGTHS:
            self.lengths.setdefault(key, set()).update(parts & {"sleeve"})

    def contradictions(self) -> set[str]:
        """Return both directions where they are said of the same parts: which one is meant nobody knows."""
        return {
            direction
            for parts in (self.girths, self.lengths)
            for direction in parts
            if len(parts) == 2 and len({frozenset(one) for one in parts.values()}) == 1
        }


def _resolved(key: str, clause: Clause, parts: frozenset[str], *, about_shoes: bool) -> Iterator[str]:
    """Yield the labels that a phrase means where it stands."""
    if key in _GIRTHS or key == "misfit":
        yield from _fitting(key, parts, about_shoes=about_shoes)
    elif key in _LENGTHS:
        yield key
        if "sleeve" in parts:
            yield "fit_part_sleeve"
    elif key == "dislike":
        yield from _disliked(clause, parts)
    elif key in ("mismatch", "not_as_described"):
        if "taste_colour" in clause.topics:
            yield "colour_mismatch"
        if "taste_colour" not in clause.topics or "fabric_feel" in clause.topics:
            yield "not_as_described"
    else:
        yield key


def _fitting(key: str, parts: frozenset[str], *, about_shoes: bool) -> Iterator[str]:
    """Yield a direction, if one is said, and what it is about."""
    if key in _GIRTHS:
        yield _GIRTHS[key]
    if key in ("narrow", "wide") and about_shoes:
        yield "fit_foot_width"
    elif key != "cannot_move":  # its arms are those that do not move
        yield from (_PARTS[part] for part in parts)


def _disliked(clause: Clause, parts: frozenset[str]) -> Iterator[str]:
    """Yield the topics that are named, else the style, unless something more exact was said."""
    yield from clause.topics - {"size"}
    if not clause.topics and not parts and not any(hit.key in REFINED["dislike"] for hit in clause.said):
        yield "taste_style"


def _fragment_parts(cut: Sequence[Clause], place: int) -> frozenset[str]:
    """Return the parts that a short clause beside names for this one, having nothing else to say of them."""
    beside = (cut[near] for near in (place - 1, place + 1) if 0 <= near < len(cut))
    found = [one.parts for one in beside if one.words <= FRAGMENT and not (one.said or one.denied or one.fine)]
    return frozenset[str]().union(*found)
