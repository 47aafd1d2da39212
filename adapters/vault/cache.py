"""A bounded cache of what was used last, for many keys at a time."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from attrs import define, field

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@define(eq=False)
class RecentlyUsed(Generic[Key, Value]):
    """Holds at most `capacity` values, all of one `epoch`: asking with another epoch forgets everything.

    Threads may share it. A value that was read in an older epoch comes too late to be put.
    """

    capacity: int
    _epoch: int = field(default=0, init=False)
    _values: OrderedDict[Key, Value] = field(factory=OrderedDict, init=False, repr=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def get(self, keys: Iterable[Key], epoch: int = 0) -> dict[Key, Value]:
        """Return what is held of `keys`."""
        found: dict[Key, Value] = {}
        with self._lock:
            if epoch > self._epoch:
                self._values.clear()
                self._epoch = epoch
            for key in keys:
                if key in self._values:
                    found[key] = self._values[key]
                    self._values.move_to_end(key)
        return found

    def put(self, values: Mapping[Key, Value], epoch: int = 0) -> None:
        with self._lock:
            if epoch != self._epoch:
                return
            self._values.update(values)
            while len(self._values) > self.capacity:
                self._values.popitem(last=False)
