"""An e-mail address in one spelling, so that one mailbox is one identifier and is forgotten as one."""

import unicodedata
from contextlib import suppress

#: Characters that are not seen: they join, separate, or turn the direction of writing.
_INVISIBLE = frozenset({"Cf", "Cc"})


def one_spelling(address: str) -> str:
    """Return an address trimmed, composed, in small letters, its domain as DNS has it (IDNA).

    Dots and what follows a plus are kept: at most houses they are another mailbox. What is no address, or has a domain
    that DNS cannot have, keeps its domain as it is.
    """
    composed = unicodedata.normalize("NFKC", address)
    seen = "".join(one for one in composed if unicodedata.category(one) not in _INVISIBLE).strip().lower()
    name, at, domain = seen.rpartition("@")
    if not at:
        return seen
    with suppress(UnicodeError):
        domain = domain.rstrip(".").encode("idna").decode("ascii")
    return f"{name}@{domain}"
