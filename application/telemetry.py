"""What went wrong and was done without: counted here, so that a page of figures can show it."""

import threading
from collections import Counter

from attrs import define, field


@define(eq=False)
class Failures:
    """Counts by (where, kind of error), with the latest message of each. Safe to use from any thread."""

    counts: Counter[tuple[str, str]] = field(init=False, factory=Counter)
    latest: dict[tuple[str, str], str] = field(init=False, factory=dict)
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False)

    def note(self, where: str, error: Exception) -> None:
        key = where, type(error).__name__
        with self._lock:
            self.counts[key] += 1
            self.latest[key] = str(error)
