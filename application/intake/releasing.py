"""Letting events out of the quarantine: an order to do so is an entry of the intake log like any other.

So it has its place in the one order of things, is done once however often it is asked for, and races with nobody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from attrs import frozen

from application.intake import wire
from application.intake.deposit import seal_context, sealed_id
from application.intake.forgetting import ERASURES
from application.intake.reading import Reader
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Declaration
from ports.clock import Clock
from ports.intake import Arrival, IntakeLog, IntakeRecord
from ports.vault import Keyring

#: No source that sends can be called so: the door takes `#` out of names.
RELEASES = "#releases"


@frozen
class Outlook:
    """What would become of an event under the present vocabulary: canonical names, or why it waits on.

    `gone`: its key was destroyed, or there is no such arrival.
    """

    position: int
    became: tuple[str, ...] = ()
    refused: Refused | None = None
    gone: bool = False


@frozen
class Releasing:
    tenant: str
    intake: IntakeLog
    keyring: Keyring
    sources: Mapping[str, Declaration]
    reader: Reader
    clock: Clock

    def release(self, positions: Sequence[int]) -> Mapping[int, int]:
        """Order events out by their intake positions; return position -> position of the order.

        Idempotent: under one vocabulary there is one order for each event. Whether an event then is a fact, or waits on
        with a new reason, is decided by the canonicaliser. Positions of nothing that waits do nothing.
        """
        wanted, now = list(dict.fromkeys(positions)), self.clock.now()
        bodies = [str(position).encode() for position in wanted]
        names = [f"{position}@{self.reader.vocabulary.version}" for position in wanted]
        prints = self.keyring.fingerprint(bodies)
        arrivals = [_order(name, body, print_, now) for name, body, print_ in zip(names, bodies, prints, strict=True)]
        receipts = self.intake.append(arrivals)
        return {position: receipt.position for position, receipt in zip(wanted, receipts, strict=True)}

    def outlook(self, position: int) -> Outlook:
        """Say what a release would do now, without doing it."""
        record, body = self._opened(position)
        if record is None or body is None:
            return Outlook(position, gone=True)
        arrival = record.arrival
        try:
            source = self.sources.get(arrival.source)
            parts = self.reader.understand(wire.decode(body), source, arrival.received_at, arrival.source_event_id)
        except Refused as refused:
            return Outlook(position, refused=refused)
        return Outlook(position, tuple(part.canonical.name for part in parts))

    def body(self, position: int) -> bytes | None:
        """Return what was sent, for the eyes of an operator; None if its key was destroyed."""
        return self._opened(position)[1]

    def _opened(self, position: int) -> tuple[IntakeRecord | None, bytes | None]:
        found = self.intake.follow(after=position - 1, limit=1)
        if not found or found[0].position != position or found[0].arrival.source in {RELEASES, ERASURES}:
            return None, None
        arrival = found[0].arrival
        context = seal_context(self.tenant, arrival.source, sealed_id(arrival))
        (body,) = self.keyring.unseal([arrival.key_id], [arrival.sealed], [context])
        return found[0], body


def _order(name: str, body: bytes, fingerprint: bytes, at: datetime) -> Arrival:
    """It says nothing about anybody: it is not sealed."""
    return Arrival(RELEASES, name, at, "", body, fingerprint)


def released_position(record: IntakeRecord) -> int:
    """Return the position of what an order lets out."""
    return msgspec.json.decode(record.arrival.sealed, type=int)
