"""The hash chain: each record's digest covers the one before, its clear fields and its ciphertext.

Lengths come before the fields, so no two records have the same bytes to be hashed.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from attrs import frozen

from ports.intake import Arrival, IntakeRecord

GENESIS = bytes(32)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLEAR = struct.Struct(">32s q q 7I")


@frozen
class Link:
    """Where a chain stands: its last position and digest."""

    position: int = 0
    digest: bytes = GENESIS


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def moment(since_epoch: int) -> datetime:
    return _EPOCH + timedelta(microseconds=since_epoch)


def digest(previous: bytes, tenant: str, position: int, arrival: Arrival) -> bytes:
    fields = (
        tenant.encode(),
        arrival.source.encode(),
        arrival.source_event_id.encode(),
        arrival.key_id.encode(),
        arrival.refusal.encode(),
        arrival.fingerprint,
        arrival.sealed,
    )
    clear = _CLEAR.pack(previous, position, microseconds(arrival.received_at), *map(len, fields))
    return sha256(clear + b"".join(fields)).digest()


def chained(tenant: str, head: Link, arrivals: Sequence[Arrival]) -> Iterator[IntakeRecord]:
    """Continue the chain after `head`: positions without gaps."""
    last = head.digest
    for position, arrival in enumerate(arrivals, start=head.position + 1):
        last = digest(last, tenant, position, arrival)
        yield IntakeRecord(position, arrival, last)


def first_break(tenant: str, records: Iterable[IntakeRecord], head: int) -> int | None:
    """Return the first position at which the chain from the beginning to `head` does not hold, None if it does."""
    last = Link()
    for record in records:
        expected = last.position + 1
        if record.position != expected or record.digest != digest(last.digest, tenant, expected, record.arrival):
            return expected
        last = Link(record.position, record.digest)
    return None if last.position == head else last.position + 1
