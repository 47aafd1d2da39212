"""Requests that may be sent again: which key stands for which request, and what was answered to it."""

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen
class Answered:
    """What is on record of a key. `body` is None while the first request with it has no answer yet."""

    fingerprint: bytes
    status: int = 0
    body: bytes | None = None


class Idempotency(Protocol):
    """Keys of one tenant."""

    def claim(self, key: str, fingerprint: bytes, at: datetime) -> Answered:
        """Put a request under a key that is new; return what is on record then: ours, or the one that was there.

        Order: of two callers exactly one finds the key new. Errors: none of its own. Idempotent: claiming again with
        the same fingerprint returns the same record. Durable on return.
        """
        ...

    def keep(self, key: str, status: int, body: bytes) -> Answered:
        """Put an answer to a claimed key that has none; return the one that is on record then. Durable on return.

        Idempotent: the first answer stays. Errors: `KeyError` for a key that nobody claimed.
        """
        ...

    def prune(self, before: datetime) -> int:
        """Forget keys that were claimed before an instant; return how many. What was stored under them stays known."""
        ...
