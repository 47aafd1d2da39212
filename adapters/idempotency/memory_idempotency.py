"""For tests: the same rules, gone with the process."""

import threading
from datetime import datetime

from attrs import define, evolve, field

from ports.idempotency import Answered


@define(eq=False)
class MemoryIdempotency:
    _known: dict[str, tuple[datetime, Answered]] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def claim(self, key: str, fingerprint: bytes, at: datetime) -> Answered:
        with self._lock:
            return self._known.setdefault(key, (at, Answered(fingerprint)))[1]

    def keep(self, key: str, status: int, body: bytes) -> Answered:
        with self._lock:
            at, known = self._known[key]
            if known.body is None:
                known = evolve(known, status=status, body=body)
                self._known[key] = (at, known)
            return known

    def prune(self, before: datetime) -> int:
        with self._lock:
            old = [key for key, (at, _) in self._known.items() if at < before]
            for key in old:
                del self._known[key]
            return len(old)
