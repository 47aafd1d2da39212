"""Fields that events carry and the taxonomy has no name for: they stay in the raw event, and are counted here."""

import re
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache

from attrs import define, field

from domain.taxonomy.normalise import normalise
from domain.taxonomy.scrub import is_email

#: source, canonical event, field
Place = tuple[str, str, str]

_LONGEST = 64
MORE = "(more)"
#: Names with a number in them are mostly one name for each customer or product.
_NUMBER = re.compile(r"\d{4,}")


@define(eq=False)
class UnknownFields:
    """Counts by source, event and field, for the life of the process. Safe to use from any thread.

    Who sends a name of their own with every event fills `most` places; the rest is counted as `(more)` of its source
    and event.
    """

    most: int = 1_000
    _counts: dict[Place, int] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False)

    def note(self, source: str, event: str, fields: Sequence[str]) -> None:
        with self._lock:
            for name in fields:
                place = source, event, field_name(name)
                if place not in self._counts and len(self._counts) >= self.most:
                    place = source, event, MORE
                self._counts[place] = self._counts.get(place, 0) + 1

    def counts(self) -> Mapping[Place, int]:
        """Return how many events had what, as it is now."""
        with self._lock:
            return dict(self._counts)


@lru_cache(maxsize=4096)
def field_name(sent: str) -> str:
    """Return a name that a page of figures can hold: normalised, at most 64 printable characters, nobody's address."""
    name = "".join(one if one.isprintable() else "?" for one in normalise(sent[: 4 * _LONGEST]))
    if is_email(sent) or "@" in name:
        return "(address)"
    return _NUMBER.sub("#", name)[:_LONGEST] or "(empty)"
