"""The one place that asks the machine for the time."""

import threading
import time
from datetime import UTC, datetime, timedelta

from attrs import define, field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@define
class SystemClock:
    """UTC to the microsecond; when the machine's clock is set back, it stands still until that is made up."""

    _latest: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def now(self) -> datetime:
        with self._lock:
            self._latest = max(self._latest, time.time_ns() // 1000)
            return _EPOCH + timedelta(microseconds=self._latest)
