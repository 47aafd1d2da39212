"""New identifiers: UUIDv7, so that ids made later sort later. Source: RFC 9562, §5.7 and §6.2 method 1."""

import os
import threading
import time

from attrs import define, field

_VARIANT = 0b10 << 62
_STEPS = 61  # one bit of the 62 stays clear at the start of a millisecond: room for 2**61 steps within it


@define
class Uuid7Ids:
    """A random start each millisecond, counted up within it: unguessable starts, a strict order, no lock on disk."""

    _millisecond: int = field(default=0, init=False)
    _prefix: str = field(default="", init=False)
    _counter: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        os.register_at_fork(after_in_child=self._forget)

    def new(self) -> str:
        with self._lock:
            millisecond = time.time_ns() // 1_000_000
            if millisecond > self._millisecond:
                self._begin(millisecond)
            self._counter += 1
            return f"{self._prefix}{_VARIANT | self._counter:016x}"

    def _begin(self, millisecond: int) -> None:
        self._millisecond = millisecond
        random = int.from_bytes(os.urandom(10), "big")
        self._prefix = f"{millisecond:012x}7{random >> 68:03x}"
        self._counter = random & ((1 << _STEPS) - 1)

    def _forget(self) -> None:
        """A forked child must not go on counting where its parent does."""
        self._lock = threading.Lock()
        self._millisecond = 0
