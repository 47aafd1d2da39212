"""The intake log: what the sources sent, verbatim and sealed, once each, in the order it became durable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from attrs import frozen


@frozen
class Arrival:
    """One sealed event at the door. (tenant, source, source_event_id) is unique for ever.

    `refusal` is the quarantine reason that only the door can know (`duplicate_conflict`), empty otherwise.
    """

    source: str
    source_event_id: str
    received_at: datetime
    key_id: str
    sealed: bytes
    fingerprint: bytes
    refusal: str = ""


Outcome = Literal["accepted", "duplicate", "conflict"]


@frozen
class Receipt:
    """`accepted` carries the new position; `duplicate` and `conflict` that of the event already stored."""

    outcome: Outcome
    position: int


@frozen
class IntakeRecord:
    """A stored arrival; `digest` = SHA-256(previous digest, clear fields, sealed bytes).

    The chain covers ciphertext, so it still verifies after keys were destroyed.
    """

    position: int
    arrival: Arrival
    digest: bytes


class IntakeLog(Protocol):
    """Append-only, hash-chained, one order per tenant. UPDATE and DELETE are refused by the store itself."""

    def append(self, arrivals: Sequence[Arrival]) -> Sequence[Receipt]:
        """Store the new ones in one transaction; return a receipt for each, in the order given. Durable on return.

        Idempotent: the same id with the same fingerprint is a `duplicate`, with another one a `conflict`; neither is
        stored, and neither depends on how long ago the first one came. Within a batch the first one wins.
        """
        ...

    def follow(self, *, after: int, limit: int) -> Sequence[IntakeRecord]:
        """Return at most `limit` records with a position above `after`, in position order, which is commit order."""
        ...

    def head(self) -> int:
        """Return the largest position, 0 if empty."""
        ...

    def verify(self) -> int | None:
        """Walk the whole chain; return None if it holds, else the first position at which it does not."""
        ...
