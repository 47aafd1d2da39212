"""What people type is not what they are: e-mail addresses and long numbers are taken out of free text.

The event log holds no direct identifier, so an id field that is an e-mail address is refused, not stored.
"""

import re

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
#: Telephone and card numbers: nine digits or more, however they are grouped.
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){8,}")
REMOVED = "[removed]"


def scrubbed(text: str) -> str:
    """Return `text` without e-mail addresses and numbers of nine digits or more."""
    return _LONG_NUMBER.sub(REMOVED, _EMAIL.sub(REMOVED, text))


def is_email(text: str) -> bool:
    return "@" in text and _EMAIL.search(text) is not None
