"""Letting events out of the quarantine: an order to do so is an entry of the intake log like any other.

So it has its place in the one order of things, is done once however often it is asked for, and races with nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from attrs import frozen

from ports.clock import Clock
from ports.intake import Arrival, IntakeRecord, Receipt
from ports.vault import Keyring

#: No source that sends can be called so: the door takes `#` out of names.
RELEASES = "#releases"


@frozen
class Releasing:
    """`append` stores arrivals durably, as the door's does. `version`: the vocabulary under which it is tried again."""

    keyring: Keyring
    append: Callable[[Sequence[Arrival]], Sequence[Receipt]]
    clock: Clock
    version: str

    def release(self, positions: Sequence[int]) -> Mapping[int, int]:
        """Order events out by their intake positions; return position -> position of the order.

        Idempotent: under one vocabulary there is one order for each event. Whether an event then is a fact, or waits on
        with a new reason, is decided by the canonicaliser. Positions of nothing that waits do nothing.
        """
        wanted, now = list(dict.fromkeys(positions)), self.clock.now()
        bodies = [str(position).encode() for position in wanted]
        names = [f"{position}@{self.version}" for position in wanted]
        prints = self.keyring.fingerprint(bodies)
        arrivals = [_order(name, body, print_, now) for name, body, print_ in zip(names, bodies, prints, strict=True)]
        receipts = self.append(arrivals)
        return {position: receipt.position for position, receipt in zip(wanted, receipts, strict=True)}


def _order(name: str, body: bytes, fingerprint: bytes, at: datetime) -> Arrival:
    """It says nothing about anybody: it is not sealed."""
    return Arrival(RELEASES, name, at, "", body, fingerprint)


def released_position(record: IntakeRecord) -> int:
    """Return the position of what an order lets out."""
    return msgspec.json.decode(record.arrival.sealed, type=int)
