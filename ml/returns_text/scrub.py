"""What is taken out of a comment before anything looks at it, and how its letters are made alike."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "de", "fr", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: What is beyond is not looked at: a shopper has said by then why it goes back.
MOST_CHARACTERS = 2_000
_PERSONAL = re.compile(
    r"\S+@\S+"  # e-mail
    r"|(?:https?://|www\.)\S+"
    r"|\+?\d[\d ()/.-]{5,}\d"  # telephone, card and long order numbers
    r"|#\s?\w+|\b(?=\w*\d)(?=\w*[a-z])\w{7,}(?:-\w+)*"  # references such as A1234-99
    r"|\bno?[.°]\s?\d+"
)
_REPEATED = re.compile(r"([a-z])\1{2,}")
_LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "\u2019": "'", "`": "'", "\u00b4": "'"})
#: Umlauts are written in two ways, and both are left out by some: all become one.
_UMLAUTS = re.compile(r"([aou])e")
#: In French an apostrophe ends a word, elsewhere it only leaves something out.
_APOSTROPHES: Mapping[Language, str] = {"en": "", "de": "", "fr": " ", "es": ""}


def scrubbed(comment: str) -> str:
    """Return the comment in small letters, compatibility forms resolved, without addresses and numbers of people."""
    text = unicodedata.normalize("NFKC", comment[:MOST_CHARACTERS]).casefold()
    return _PERSONAL.sub(" ", text)


def folded(text: str, language: Language) -> str:
    """Return scrubbed text without accents and apostrophes, each letter at most twice in a row.

    In German ä, ae and a are the same, as are ö and ü and theirs.
    """
    bare = "".join(
        one for one in unicodedata.normalize("NFD", text.translate(_LETTERS)) if not unicodedata.combining(one)
    )
    bare = _REPEATED.sub(r"\1\1", bare.replace("'", _APOSTROPHES[language]))
    return _UMLAUTS.sub(r"\1", bare) if language == "de" else bare
