"""Follows the intake log and writes the event log: every arrival becomes facts, or waits in the quarantine.

Facts, the rows it remembers and its position are one commit, so an arrival counts exactly once, however often a
worker dies or two of them race.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile

from attrs import Factory, define, evolve, field, frozen

from application.collection import collection_paused
from application.intake import wire
from application.intake.caution import Caution
from application.intake.corrections import last_correction
from application.intake.deposit import REFUSED_HERE, seal_context, sealed_id
from application.intake.enrichment import Enrichment
from application.intake.forgetting import ERASURES, CarryOut, Forgetting
from application.intake.people import Acquaintance
from application.intake.reading import Reader, Understood
from application.intake.recognition import ERASED, NobodyErased, Recognition, Told, told_by
from application.intake.recording import Recording
from application.intake.releasing import RELEASES, released_position
from application.intake.visiting import SUBJECTS, Subject, Visiting
from application.pending import Pending
from application.projections.consents import withdrawn_by
from application.projections.rows import Rows
from application.projections.runner import Progressed
from domain.kernel import DomainError
from domain.taxonomy import quarantine
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from ports.clock import Ids
from ports.event_log import Advance, Commit, EventLog, Metadata, PositionConflict, ReadModels, StreamConflict
from ports.intake import IntakeLog, IntakeRecord
from ports.suppression import Suppression
from ports.vault import Identifier, Keyring, Vault

FOLLOWER = "canonicaliser"
#: What is said to the house itself is no event of anybody's.
ORDERS = frozenset({RELEASES, ERASURES})
_DEADLY = Refused(Reason.HANDLER_FAILED, "(event)", "the process that handled it ended")
#: What a handler can raise because of the event itself; anything else is trouble of ours and is tried again.
_EVENTS_FAULT = (DomainError, ValueError, TypeError, LookupError, ArithmeticError)


@frozen
class _Read:
    """What a record says. `released_at`: when it was let out of the quarantine, None if it comes for the first time."""

    record: IntakeRecord
    outcome: Sequence[Understood] | Refused
    released_at: datetime | None = None

    @property
    def told(self) -> Told:
        if isinstance(self.outcome, Refused):
            return Told(self.record.arrival.received_at)
        return told_by(self.outcome)


@define
class Canonicaliser:
    tenant: str
    intake: IntakeLog
    log: EventLog
    read_models: ReadModels
    vault: Vault
    keyring: Keyring
    sources: Mapping[str, Declaration]
    ids: Ids
    reader: Reader = Factory(Reader)
    enrichment: Enrichment = Factory(Enrichment)
    batch: int = 5000
    suppression: Suppression = Factory(NobodyErased)
    carry_out: CarryOut | None = None
    _rows: Rows = field(init=False)
    _pending: Pending = field(init=False)
    _visiting: Visiting = field(init=False)
    _recording: Recording = field(init=False)
    _forgetting: Forgetting = field(init=False)
    _remembered_at: int = field(init=False, default=0)
    _corrected: bytes | None = field(init=False, default=None)
    _caution: Caution = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._caution = Caution()
        self._pending = Pending(self.log, self.ids, self.tenant)
        self._forget()

    def catch_up(self, progressed: Progressed = lambda _at, _head: None) -> int:
        """Canonicalise everything up to the present head of the intake log; return the position reached."""
        position, head = self.log.position(FOLLOWER), self.intake.head()
        while position < head:
            position = self.step(position)
            progressed(min(position, head), head)
        return position

    def step(self, position: int) -> int:
        """Take one batch after `position`; return the new position, whoever moved it there.

        After any error it may be called again, whether or not the batch was stored.
        """
        with self._all_or_nothing(), collection_paused():
            return self._step(position)

    def close(self) -> None:
        """Say that the work ended well. Idempotent; without it the next one starts with caution."""
        if self._caution.begun:
            with self._all_or_nothing():
                position = self.log.position(FOLLOWER)
                self._recall(position)
                self._caution.end(self._rows)
                self._commit(Advance(FOLLOWER, position, position))
                self._caution = Caution()

    def _step(self, position: int) -> int:
        self._recall(position)
        if not self._caution.begun:
            self._caution.begin(self._rows, position, self.batch)
            if not self._commit(Advance(FOLLOWER, position, position)):
                self._caution = Caution()
                return self.log.position(FOLLOWER)
        turn = self._caution.turn(position, self.batch)
        records = self.intake.follow(after=position, limit=turn.limit)
        if not records:
            return position
        if records[0].arrival.source == ERASURES:
            return self._erase(records[0], position)
        records = list(takewhile(lambda one: one.arrival.source != ERASURES, records))
        if turn.set_aside:
            reads = [_Read(one, _DEADLY) for one in records if one.arrival.source != RELEASES]
        else:
            reads = self._read(records)
        surrogates, late = Recognition(self.vault, self.suppression).surrogates([read.told for read in reads])
        self._rows.prefetch(SUBJECTS, surrogates.values())
        self._recording.withdrawn = withdrawn_by(self.read_models, list(surrogates.values()))
        for read, gone in zip(reads, late, strict=True):
            self._handle(evolve(read, outcome=ERASED) if gone else read, surrogates)
        return self._go_on(position, records[-1].position)

    def _erase(self, order: IntakeRecord, position: int) -> int:
        """Carry out an erasure, alone: everything before it is committed, nothing after it is read yet."""
        if self._forgetting.erase(order, position):
            return self._go_on(position, order.position)
        self._forget()
        return self.log.position(FOLLOWER)

    def _go_on(self, position: int, to: int) -> int:
        self._caution.go_on(self._rows, to)
        return to if self._commit(Advance(FOLLOWER, position, to)) else self.log.position(FOLLOWER)

    def close_idle(self, now: datetime, page: int = 2000) -> int:
        """End every session that nothing can follow any more by `now`; return how many ended."""
        with self._all_or_nothing():
            return self._close_idle(now, page)

    def _close_idle(self, now: datetime, page: int) -> int:
        ended, after, position = 0, "", self.log.position(FOLLOWER)
        self._recall(position)
        while rows := self.read_models.scan(FOLLOWER, SUBJECTS.name, after=after, limit=page):
            self._rows.prefetch(SUBJECTS, (key for key, _ in rows))
            for visitor, _ in rows:
                subject = self._rows.get(SUBJECTS, visitor) or Subject()
                last = subject.visits[-1].last_at if subject.visits else now
                closed = self._visiting.close(visitor, subject, now, Metadata("", last, last))
                if closed is not subject:
                    self._rows.put(SUBJECTS, visitor, closed)
                    ended += 1
            self._pending.keep()
            if self._rows.changes() and not self._commit(Advance(FOLLOWER, position, position)):
                return ended  # another worker is at it: what it left idle is ended the next time
            after = rows[-1][0]
        return ended

    def _read(self, records: Sequence[IntakeRecord]) -> list[_Read]:
        """Unseal and interpret; a release stands for the record that it lets out, if that is not erased."""
        let_out = {one.position: released_position(one) for one in records if one.arrival.source == RELEASES}
        meant = [self._waiting(let_out[one.position]) if one.position in let_out else one for one in records]
        pairs = [(one, real) for one, real in zip(records, meant, strict=True) if real is not None]
        arrivals = [real.arrival for _, real in pairs]
        self._forgetting.bury({one.key_id for one in arrivals})
        contexts = [seal_context(self.tenant, a.source, sealed_id(a)) for a in arrivals]
        bodies = self.keyring.unseal([a.key_id for a in arrivals], [a.sealed for a in arrivals], contexts)
        return [
            self._interpret(real, body, one.arrival.received_at if real is not one else None)
            for (one, real), body in zip(pairs, bodies, strict=True)
            if body is not None or real is one
        ]

    def _waiting(self, position: int) -> IntakeRecord | None:
        found = self.intake.follow(after=position - 1, limit=1)
        return found[0] if found and found[0].position == position and found[0].arrival.source not in ORDERS else None

    def _interpret(self, record: IntakeRecord, body: bytes | None, released_at: datetime | None) -> _Read:
        arrival = record.arrival
        if body is None:  # it came in after somebody was ordered away, and before that was carried out
            return _Read(record, ERASED)
        if arrival.refusal and (released_at is None or arrival.refusal == ERASED.reason.value):
            return _Read(record, REFUSED_HERE[arrival.refusal], released_at)
        try:
            source = self.sources.get(arrival.source)
            sent = wire.decode(body)
            understood = self.reader.understand(sent, source, arrival.received_at, arrival.source_event_id)
        except Refused as refused:
            return _Read(record, refused, released_at)
        if released_at is not None and source is not None and source.clock == "live":
            understood = [
                evolve(one, canonical=evolve(one.canonical, known_at=released_at)) for one in understood
            ]  # before, nobody could have used it
        return _Read(record, understood, released_at)

    def _handle(self, read: _Read, surrogates: Mapping[Identifier, str]) -> None:
        if read.released_at is not None and not self._waits(read.record):
            return
        if isinstance(read.outcome, Refused):
            self._set_aside(read, read.outcome)
            return
        try:
            authority = self.sources[read.record.arrival.source].authority
            for part in read.outcome:
                who = {one.kind: surrogates[one] for one in part.who}
                self._recording.record(part, who, read.record.position, authority)
            if read.released_at is not None:
                self._let_out(read, read.outcome, read.released_at)
        except Refused as refused:
            self._pending.undo()
            self._set_aside(read, refused)
        except _EVENTS_FAULT as fault:
            self._pending.undo()
            self._set_aside(read, Refused(Reason.HANDLER_FAILED, "(event)", type(fault).__name__))
        self._pending.keep()

    def _waits(self, record: IntakeRecord) -> bool:
        state = self._pending.state(quarantine.DECIDER, str(record.position))
        return state.reason is not None and not state.released

    def _let_out(self, read: _Read, parts: Sequence[Understood], at: datetime) -> None:
        position, key = read.record.position, str(read.record.position)
        events = quarantine.release(
            self._pending.state(quarantine.DECIDER, key),
            intake_position=position,
            source=read.record.arrival.source,
            taxonomy_version=self.reader.vocabulary.version,
            became=tuple(part.canonical.name for part in parts),
        )
        self._pending.take(quarantine.DECIDER, key, events, Metadata("", at, at, position))

    def _set_aside(self, read: _Read, refused: Refused) -> None:
        """Keep it waiting with the reason; one that was to be let out and cannot be gets its new reason."""
        record, key, again = read.record, str(read.record.position), read.released_at is not None
        at = read.released_at or record.arrival.received_at
        events = quarantine.quarantine(
            self._pending.state(quarantine.DECIDER, key) if again else quarantine.State(),
            refused,
            intake_position=record.position,
            source=record.arrival.source,
            taxonomy_version=self.reader.vocabulary.version,
        )
        self._pending.take(quarantine.DECIDER, key, events, Metadata("", at, at, record.position), new=not again)
        self._pending.keep()

    def _commit(self, advance: Advance) -> bool:
        """Store the batch; when another worker was faster, drop it and everything that was remembered."""
        try:
            self.log.commit(Commit(self._pending.appends(), self._rows.changes(), [advance]))
        except (StreamConflict, PositionConflict):
            self._forget()
            return False
        self._pending.settled()
        self._rows.settled()
        self._remembered_at = advance.to
        return True

    def _recall(self, position: int) -> None:
        """Trust what is remembered only if no other worker went on from there, and nobody corrected by hand."""
        corrected = last_correction(self.read_models, FOLLOWER)
        if position != self._remembered_at or corrected != self._corrected:
            self._forget()
            self._remembered_at, self._corrected = position, corrected

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """After an error remember nothing: what was half done would be stored with the next batch."""
        try:
            yield
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        self._pending.forget()
        self._rows = Rows(self.read_models, FOLLOWER)
        self._visiting = Visiting(self._pending, self._rows, self.ids)
        self._forgetting = Forgetting(self._pending, self._rows, self.keyring, self.carry_out)
        acquaintance = Acquaintance(self._pending, self.tenant)
        self._recording = Recording(self._pending, self._rows, self.ids, self._visiting, acquaintance, self.enrichment)
