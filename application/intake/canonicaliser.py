"""Follows the intake log and writes the event log: every arrival becomes facts, or waits in the quarantine.

Facts, the rows it remembers and its position are one commit, so an arrival counts exactly once, however often a
worker dies or two of them race.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from attrs import define, field, frozen

from application.intake import transactions, wire
from application.intake.door import CONFLICT, seal_context, sealed_id
from application.intake.people import Acquaintance, visitor_of
from application.intake.reading import Understood, understand
from application.intake.visiting import SUBJECTS, Subject, Visiting
from application.pending import Pending
from application.projections.rows import Rows
from application.projections.runner import Progressed
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.kernel import DomainError
from domain.taxonomy import quarantine
from domain.taxonomy.aliases import SERVER_ONLY, TAXONOMY_VERSION
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from ports.clock import Ids
from ports.event_log import Advance, Commit, EventLog, Metadata, PositionConflict, ReadModels, StreamConflict
from ports.intake import IntakeLog, IntakeRecord
from ports.vault import Identifier, Keyring, Vault

FOLLOWER = "canonicaliser"
#: What a handler can raise because of the event itself; anything else is trouble of ours and is tried again.
_EVENTS_FAULT = (DomainError, ValueError, TypeError, LookupError, ArithmeticError)


@frozen
class _Read:
    record: IntakeRecord
    outcome: Understood | Refused

    @property
    def who(self) -> tuple[Identifier, ...]:
        return self.outcome.who if isinstance(self.outcome, Understood) else ()


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
    policy: IdentityPolicy = DEFAULT_POLICY
    batch: int = 5000
    _rows: Rows = field(init=False)
    _pending: Pending = field(init=False)
    _acquaintance: Acquaintance = field(init=False)
    _visiting: Visiting = field(init=False)
    _remembered_at: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self._pending = Pending(self.log, self.ids, self.tenant)
        self._acquaintance = Acquaintance(self._pending, self.tenant)
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
        with self._all_or_nothing():
            return self._step(position)

    def _step(self, position: int) -> int:
        self._recall(position)
        records = self.intake.follow(after=position, limit=self.batch)
        if not records:
            return position
        reads = self._read(records)
        surrogates = self.vault.surrogates(list({who for read in reads for who in read.who}))
        self._rows.prefetch(SUBJECTS, surrogates.values())
        for read in reads:
            self._handle(read, surrogates)
        to = records[-1].position
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
        """Unseal and interpret. What was erased is passed over; it can be read by nobody."""
        arrivals = [record.arrival for record in records]
        contexts = [seal_context(self.tenant, a.source, sealed_id(a)) for a in arrivals]
        bodies = self.keyring.unseal([a.key_id for a in arrivals], [a.sealed for a in arrivals], contexts)
        return [self._interpret(record, body) for record, body in zip(records, bodies, strict=True) if body is not None]

    def _interpret(self, record: IntakeRecord, body: bytes) -> _Read:
        arrival = record.arrival
        if arrival.refusal:
            return _Read(record, CONFLICT)
        try:
            source = self.sources.get(arrival.source)
            sent = wire.decode(body)
            return _Read(record, understand(sent, source, arrival.received_at, arrival.source_event_id, self.policy))
        except Refused as refused:
            return _Read(record, refused)

    def _handle(self, read: _Read, surrogates: Mapping[Identifier, str]) -> None:
        if isinstance(read.outcome, Refused):
            self._set_aside(read.record, read.outcome)
            return
        try:
            self._apply(read.record, read.outcome, {who.kind: surrogates[who] for who in read.who})
        except _EVENTS_FAULT as fault:
            self._pending.undo()
            name = type(fault).__name__
            self._set_aside(read.record, Refused(Reason.HANDLER_FAILED, "(event)", name))
        self._pending.keep()

    def _apply(self, record: IntakeRecord, understood: Understood, who: Mapping[str, str]) -> None:
        canonical = understood.canonical
        authority = self.sources[record.arrival.source].authority
        metadata = Metadata(self.ids.new(), canonical.occurred_at, canonical.known_at, record.position)
        unseen = [surrogate for surrogate in who.values() if self._rows.get(SUBJECTS, surrogate) is None]
        changed = {surrogate: Subject() for surrogate in unseen}
        device_type = canonical.context.get("device_type")
        self._acquaintance.meet(who, unseen, authority, metadata, kiosk=device_type == "kiosk")
        if canonical.name in SERVER_ONLY:
            transactions.record(self._pending, canonical, who, metadata)
        elif understood.fact is not None:
            visitor = visitor_of(who)
            changed[visitor] = self._visiting.record(
                understood.fact,
                metadata,
                visitor=visitor,
                account=who.get("account"),
                channel=canonical.channel,
                device_type=device_type,
            )
        for surrogate, subject in changed.items():
            self._rows.put(SUBJECTS, surrogate, subject)

    def _set_aside(self, record: IntakeRecord, refused: Refused) -> None:
        arrival = record.arrival
        events = quarantine.quarantine(
            quarantine.State(),
            refused,
            intake_position=record.position,
            source=arrival.source,
            taxonomy_version=TAXONOMY_VERSION,
        )
        metadata = Metadata(self.ids.new(), arrival.received_at, arrival.received_at, record.position)
        self._pending.take(quarantine.DECIDER, str(record.position), events, metadata, new=True)
        self._pending.keep()

    def _commit(self, advance: Advance) -> bool:
        """Store the batch; when another worker was faster, drop it and everything that was remembered."""
        commit = Commit(self._pending.appends(), self._rows.changes(), [advance])
        try:
            self.log.commit(commit)
        except (StreamConflict, PositionConflict):
            self._forget()
            return False
        self._pending.settled()
        self._rows.settled()
        self._remembered_at = advance.to
        return True

    def _recall(self, position: int) -> None:
        """Trust what is remembered only if it is of this position: another worker may have gone on from there."""
        if position != self._remembered_at:
            self._forget()
            self._remembered_at = position

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
