"""How a profile is written before it is compared: case, accents and spaces are spelling, not evidence."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from ports.linkage import Profile

_NOT_DIGITS = re.compile(r"\D+")
_NOT_A_WORD = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """Lower case, accents off, one space between words."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in apart if not unicodedata.combining(one)).split())


def words(text: str) -> str:
    """`plain` without punctuation: `O'Neill, Anne-Marie` is `o neill anne marie`."""
    return _NOT_A_WORD.sub(" ", plain(text)).strip()


def joined(text: str) -> str:
    """`words` without spaces: a postcode is written with and without."""
    return words(text).replace(" ", "")


def digits(text: str) -> str:
    """A telephone number: its digits, however they are grouped."""
    return _NOT_DIGITS.sub("", text)


#: Every field that is compared, and how it is written for that.
SPELLING: Mapping[str, Callable[[str], str]] = {
    "first_name": words,
    "surname": words,
    "born": plain,
    "city": words,
    "postcode": joined,
    "street": words,
    "email": plain,
    "phone": digits,
}


def spelt(profile: Profile, field: str) -> str | None:
    """Return a field of a profile as it is compared, None if it says nothing."""
    return SPELLING[field](getattr(profile, field)) or None
