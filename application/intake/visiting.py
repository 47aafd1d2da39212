"""Behaviour finds its session: place the fact, take the decisions that follow, record it."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define, evolve, frozen

from application.pending import Pending
from application.projections.rows import Collection, Rows
from domain.session import session
from domain.session.directory import Bind, Bridge, Cut, End, Start, Step, Visits, close, place
from domain.session.facts import Fact, LoggedOut
from domain.session.partition import KIOSK, ORDINARY, Moment
from ports.clock import Ids
from ports.event_log import Metadata


@frozen
class Subject:
    """What the canonicaliser remembers of an identifier: that it was seen, and its sessions if it keeps any.

    `closed`: the session that was ended because nothing more came, until something does. `agent`: what the program
    called itself that sent the last event. `withdrawn`: purposes that were refused and not granted again since.
    """

    visits: Visits = ()
    kiosk: bool = False
    closed: str = ""
    agent: str = ""
    withdrawn: tuple[str, ...] = ()


SUBJECTS: Collection[Subject] = Collection("subjects", Subject)


@define
class Visiting:
    pending: Pending
    rows: Rows
    ids: Ids

    def record(
        self,
        facts: Sequence[Fact],
        metadata: Metadata,
        bare: Metadata,
        *,
        visitor: str,
        account: str | None,
        channel: str,
        device_type: str | None,
    ) -> Subject:
        """Record facts of one moment in their session; return the visitor's row, to be put when all went well.

        `metadata` is that of the last fact, `bare` that of the others and of the decisions that follow from them.
        """
        subject = self.rows.get(SUBJECTS, visitor) or Subject()
        if device_type == "kiosk" and not subject.kiosk:
            subject = evolve(subject, kiosk=True)
        visits, rule = subject.visits, KIOSK if subject.kiosk else ORDINARY
        for fact in facts:
            moment = Moment(metadata.occurred_at, account, isinstance(fact, LoggedOut))
            placement = place(visits, moment, self.ids.new, rule)
            for step in placement.steps:
                self._take(step, bare, visitor=visitor, channel=channel, device_type=device_type)
            visits, session_id = placement.visits, placement.session_id
            events = session.record(self._state(session_id), fact)
            self._decide(session_id, events, metadata if fact is facts[-1] else bare)
        return evolve(subject, visits=visits, closed="")

    def close(self, visitor: str, subject: Subject, now: datetime, metadata: Metadata) -> Subject:
        """End the visitor's last session if nothing can follow it by `now`."""
        end = close(subject.visits, now, KIOSK if subject.kiosk else ORDINARY)
        if end is None or end.session_id == subject.closed:
            return subject
        self._take(end, metadata, visitor=visitor, channel="", device_type=None)
        return evolve(subject, closed=end.session_id)

    def _take(self, step: Step, metadata: Metadata, *, visitor: str, channel: str, device_type: str | None) -> None:
        match step:
            case Start(session_id, at):
                events = session.start(
                    session.Session(),
                    session_id=session_id,
                    visitor=visitor,
                    channel=channel,
                    started_at=at,
                    device_type=device_type,
                )
                self.pending.take(session.DECIDER, session_id, events, metadata, new=True)
            case Bind(session_id, account, at):
                self._decide(session_id, session.bind_identity(self._state(session_id), account, at), metadata)
            case Cut(from_session, into_session, at, reason):
                given = session.cut(self._state(from_session), into=into_session, cut_at=at, reason=reason)
                self._decide(from_session, given, metadata)
            case Bridge(kept, absorbed):
                self._decide(absorbed, session.bridge(self._state(absorbed), into=kept), metadata)
            case End(session_id, reason, at):
                self._decide(session_id, session.end(self._state(session_id), reason, at), metadata)

    def _state(self, session_id: str) -> session.Session:
        return self.pending.state(session.DECIDER, session_id)

    def _decide(self, session_id: str, events: tuple[session.Event, ...], metadata: Metadata) -> None:
        self.pending.take(session.DECIDER, session_id, events, metadata)
