"""Time and new ids come from outside."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present as an aware UTC datetime. Never earlier than the answer before it."""
        ...


class Ids(Protocol):
    def new(self) -> str:
        """Return a new identifier: 32 hex digits of a UUIDv7, ordered by creation within a process."""
        ...
