"""The intake log for tests: the same rules and the same chain, gone with the process."""

import threading
from collections.abc import Sequence

from attrs import define, field

from adapters.intake import chain
from adapters.intake.admission import Key, Seen, admit
from ports.intake import Arrival, IntakeRecord, Receipt


@define(eq=False)
class MemoryIntakeLog:
    _tenant: str = "main"
    _records: list[IntakeRecord] = field(factory=list, init=False, repr=False)
    _seen: dict[Key, Seen] = field(factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def append(self, arrivals: Sequence[Arrival]) -> Sequence[Receipt]:
        with self._lock:
            receipts, fresh = admit(arrivals, self._seen, self.head())
            last = self._records[-1].digest if self._records else chain.GENESIS
            for record in chain.chained(self._tenant, chain.Link(self.head(), last), fresh):
                self._records.append(record)
                key = (record.arrival.source, record.arrival.source_event_id)
                self._seen[key] = Seen(record.position, record.arrival.fingerprint)
            return receipts

    def follow(self, *, after: int, limit: int) -> Sequence[IntakeRecord]:
        return self._records[after : after + limit]

    def head(self) -> int:
        return len(self._records)

    def verify(self) -> int | None:
        return chain.first_break(self._tenant, self._records, len(self._seen))
