"""For tests: the same rules, gone with the process."""

import threading
from collections.abc import Sequence

from attrs import define, field

from ports.feature_store import Entry, Fenced, Found, Key, Token, names_of, newest_of


@define(eq=False)
class MemoryFeatureStore:
    _entries: dict[str, tuple[int, Entry]] = field(factory=dict, init=False)
    _writers: dict[str, int] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def acquire(self, writer: str) -> Token:
        if not writer or "\0" in writer:
            raise ValueError("writer: expected a name without NUL")
        with self._lock:
            self._writers[writer] = max(self._writers.values(), default=0) + 1
            return Token(writer, self._writers[writer])

    def put(self, entries: Sequence[Entry], token: Token) -> int:
        with self._lock:
            if self._writers.get(token.writer) != token.number:
                raise Fenced(f"{token.writer}: token {token.number} is not the last one")
            placed = 0
            for name, entry in newest_of(entries).items():
                number, stored = self._entries.get(name, (0, entry))
                if (token.number, entry.version, entry.at) >= (number, stored.version, stored.at):
                    self._entries[name] = token.number, entry
                    placed += 1
            return placed

    def get(self, keys: Sequence[Key], now: float) -> Sequence[Found | None]:
        with self._lock:
            found = [self._entries.get(name) for name in names_of(keys)]
        return [one and Found(one[1].version, one[1].at, one[1].value, one[1].expires_at <= now) for one in found]

    def delete(self, keys: Sequence[Key]) -> int:
        with self._lock:
            return sum(self._entries.pop(name, None) is not None for name in names_of(keys))

    def purge(self, before: float) -> int:
        with self._lock:
            old = [name for name, (_, entry) in self._entries.items() if entry.expires_at < before]
            for name in old:
                del self._entries[name]
            return len(old)

    def sweep(self) -> None:
        """There are no files."""

    def close(self) -> None:
        """There are no connections."""
