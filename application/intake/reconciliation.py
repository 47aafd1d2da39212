"""Holds the two logs against each other: every arrival is a fact, waits in the quarantine, or says why it is neither.

received = stored + quarantined + repeated + erased + pending + lost, for each source and hour. Duplicates were answered
for at the door and left no arrival.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from attrs import field, frozen

from application.intake import wire
from application.intake.canonicaliser import FOLLOWER, ORDERS
from application.intake.deposit import seal_context, sealed_id
from application.intake.enrichment import Enrichment
from application.intake.people import Acquaintance
from application.intake.reading import Reader
from application.intake.recording import Recording
from application.intake.visiting import Visiting
from application.pending import Pending
from application.projections.rows import Rows
from domain.kernel import DomainError
from domain.taxonomy.quarantine import EventQuarantined
from domain.taxonomy.refusal import Refused
from domain.taxonomy.source import Declaration
from ports.clock import Ids
from ports.event_log import EventLog, ReadModels
from ports.intake import IntakeLog, IntakeRecord
from ports.vault import Identifier, Keyring, Vault

Fate = Literal["stored", "quarantined", "repeated", "erased", "pending", "lost"]

_PAGE = 5_000
_NOTHING, _FACT, _ASIDE = 0, 1, 2


@frozen
class Hour:
    """What came from a source in an hour, and what became of it; `lost`: intake positions without a trace.

    `repeated`: it said only what was on record (a login seen before). `erased`: it left no trace, and its key is gone,
    so that nobody can tell why. `pending`: not canonicalised yet.
    """

    source: str
    hour: datetime
    fates: Mapping[Fate, int]
    lost: tuple[int, ...] = field(default=())

    @property
    def received(self) -> int:
        return sum(self.fates.values())


@frozen
class Reconciling:
    """Reads only. It may run beside the workers: what they have not committed yet is pending."""

    tenant: str
    intake: IntakeLog
    log: EventLog
    read_models: ReadModels
    vault: Vault
    keyring: Keyring
    sources: Mapping[str, Declaration]
    ids: Ids
    reader: Reader

    def hours(self) -> Sequence[Hour]:
        """Return every source and hour, by time. Walks both logs once."""
        reached = self.log.position(FOLLOWER)
        traces = self._traces(self.intake.head())
        counts: dict[tuple[datetime, str], Counter[Fate]] = {}
        lost: dict[tuple[datetime, str], list[int]] = {}
        for page in self._arrivals():
            for record, fate in zip(page, self._fates(page, traces, reached), strict=True):
                at = record.arrival.received_at.replace(minute=0, second=0, microsecond=0), record.arrival.source
                counts.setdefault(at, Counter())[fate] += 1
                if fate == "lost":
                    lost.setdefault(at, []).append(record.position)
        return [
            Hour(source, hour, counts[hour, source], tuple(lost.get((hour, source), ())))
            for hour, source in sorted(counts)
        ]

    def _traces(self, head: int) -> bytearray:
        """Return what the event log says of each intake position."""
        traces, after = bytearray(head + 1), 0
        while events := self.log.follow(after=after, limit=_PAGE):
            for one in events:
                position = one.metadata.intake_position
                if position is None or position > head:
                    continue
                if not isinstance(one.event, EventQuarantined):
                    traces[position] = _FACT
                elif traces[position] == _NOTHING:
                    traces[position] = _ASIDE
            after = events[-1].position
        return traces

    def _arrivals(self) -> Iterator[Sequence[IntakeRecord]]:
        after = 0
        while page := self.intake.follow(after=after, limit=_PAGE):
            yield [one for one in page if one.arrival.source not in ORDERS]
            after = page[-1].position

    def _fates(self, page: Sequence[IntakeRecord], traces: bytearray, reached: int) -> Sequence[Fate]:
        silent = {one.position: one for one in page if one.position <= reached and not _trace(traces, one)}
        fates = dict(zip(silent, self._examined(list(silent.values())), strict=True))
        return [fates.get(one.position) or _FATES[_trace(traces, one)] for one in page]

    def _examined(self, silent: Sequence[IntakeRecord]) -> Sequence[Fate]:
        arrivals = [one.arrival for one in silent]
        contexts = [seal_context(self.tenant, one.source, sealed_id(one)) for one in arrivals]
        bodies = self.keyring.unseal([one.key_id for one in arrivals], [one.sealed for one in arrivals], contexts)
        return [
            "erased" if body is None else "repeated" if self._says_nothing_new(record, body) else "lost"
            for record, body in zip(silent, bodies, strict=True)
        ]

    def _says_nothing_new(self, record: IntakeRecord, body: bytes) -> bool:
        """Whether nothing would be recorded of it today; what is refused or fails should wait in the quarantine."""
        pending, rows = Pending(self.log, self.ids, self.tenant), Rows(self.read_models, FOLLOWER)
        visiting, acquaintance = Visiting(pending, rows, self.ids), Acquaintance(pending, self.tenant)
        recording = Recording(pending, rows, self.ids, visiting, acquaintance, Enrichment())
        arrival = record.arrival
        try:
            source = self.sources[arrival.source]
            parts = self.reader.understand(wire.decode(body), source, arrival.received_at, arrival.source_event_id)
            for part in parts:
                who = self._who(part.who)
                if who is None:
                    return False
                recording.record(part, who, record.position, source.authority)
        except (Refused, DomainError, LookupError, ValueError, TypeError, ArithmeticError):
            return False
        return not pending.appends()

    def _who(self, identifiers: Sequence[Identifier]) -> Mapping[str, str] | None:
        """Return the surrogates, or None if somebody was never met: then it was never handled."""
        found = {one.kind: self.vault.find(one) for one in identifiers}
        known = {kind: surrogate for kind, surrogate in found.items() if surrogate is not None}
        return known if len(known) == len(found) else None


#: Of a position without a trace: those that were reached are looked into, the others have not been worked on.
_FATES: Mapping[int, Fate] = {_NOTHING: "pending", _FACT: "stored", _ASIDE: "quarantined"}


def _trace(traces: bytearray, record: IntakeRecord) -> int:
    """What came in after the event log was read has no trace yet."""
    return traces[record.position] if record.position < len(traces) else _NOTHING
