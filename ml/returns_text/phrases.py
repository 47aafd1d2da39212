"""The phrases of one language, from a TOML file, as regular expressions over marked words.

Marked words are the words of a comment in a row, one space between them; ` , ` stands wherever a clause ends, ` . `
where a sentence does, also first and last.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from re import Pattern

from attrs import frozen

from ml.returns_text.scrub import Language, folded

_FOLDER = Path(__file__).with_name("phrases")
_MACRO = re.compile(r"\{(\w+)\}")
_FORM = re.compile(r"(?:\[[a-z]+\]|[a-z~])(?:\[[a-z]+\]|[a-z~?])*")
_LETTER = re.compile(r"(\[[a-z]+\]|[a-z])(\??)")
_SHORTEST_STEM = 4


@frozen
class Phrases:
    """`said`: what a phrase says, by label, by several labels with spaces, or by a name that the lexicon resolves.

    `words` and `stems`: the whole words in them, and what is before a `~`.
    """

    said: Mapping[str, Pattern[str]]
    parts: Mapping[str, Pattern[str]]
    topics: Mapping[str, Pattern[str]]
    grammar: Mapping[str, Pattern[str]]
    sizes: Mapping[str, Pattern[str]]
    words: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    @cache
    def of(cls, language: Language) -> "Phrases":
        """Read the file of a language."""
        file = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
        macros: dict[str, str] = {}
        for name, text in file["words"].items():
            macros[name] = _expanded(text, macros)
        sections = {
            name: {key: _expanded("|".join(text.split("\n")).strip("|"), macros) for key, text in file[name].items()}
            for name in ("phrases", "parts", "topics", "grammar", "sizes")
        }
        compiled = {
            name: {key: _compiled(folded(text, language)) for key, text in section.items()}
            for name, section in sections.items()
        }
        literal = folded(" ".join(text for section in sections.values() for text in section.values()), language)
        forms = _FORM.findall(literal)
        words = frozenset(word for form in forms if "~" not in form for word in _spelt(form))
        stems = sorted({form[:-1] for form in forms if form[:-1].isalpha() and form[-1] == "~"})
        return cls(
            said=compiled["phrases"],
            parts=compiled["parts"],
            topics=compiled["topics"],
            grammar=compiled["grammar"],
            sizes=compiled["sizes"],
            words=words,
            stems=tuple(stem for stem in stems if len(stem) >= _SHORTEST_STEM),
        )


def _spelt(form: str) -> Iterator[str]:
    """Yield the words of an expression of letters, choices in brackets and question marks."""
    choices = [(*one.strip("[]"), "") if maybe else tuple(one.strip("[]")) for one, maybe in _LETTER.findall(form)]
    return map("".join, product(*choices))


def _expanded(text: str, macros: Mapping[str, str]) -> str:
    return _MACRO.sub(lambda found: f"(?:{macros[found[1]]})" if found[1] in macros else found[0], text)


def _compiled(text: str) -> Pattern[str]:
    """Compile alternatives: `~` is any ending, ` .. ` up to three words of the clause, ` ... ` up to four beyond it.

    Words that may be repeated are so five times at most: without a bound some comments would take for ever.
    """
    text = text.replace(" ... ", r" (?:[\w,]+ ){0,4}").replace(" .. ", r" (?:\w+ ){0,3}").replace("~", r"\w*")
    text = text.replace(" )*", " ){0,5}").replace(" )+", " ){1,5}")
    text = text.replace("^", "(?<=[,.] )").replace("$", "(?= [,.])")
    return re.compile(rf"(?<!\S)(?:{text})(?!\S)")
