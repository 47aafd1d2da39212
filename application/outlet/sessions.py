"""From the decisions on sessions to `SessionClosed`: one message when a session ends, one more when that changes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from application.outlet.contents import HELD, Held
from application.projections.rows import Rows
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from ports.event_log import Recorded
from ports.messages import SessionClosed

_KINDS = {cls: name.partition(".")[2] for cls, name in facts.FACTS}
_DECISIONS = (
    session.SessionStarted,
    session.SessionIdentityBound,
    session.SessionsBridged,
    session.SessionCut,
    session.SessionEnded,
)


@frozen
class SessionMessages:
    tenant: str

    def prefetch(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Load what a batch will touch in one read."""
        rows.prefetch(
            HELD, (_id(one) for one in batch if type(one.event) in _KINDS or isinstance(one.event, _DECISIONS))
        )

    def translate(self, recorded: Recorded, rows: Rows) -> Iterator[SessionClosed]:
        """Change the rows as the event says, and yield what is to be said of sessions that are over."""
        for session_id in self._apply(recorded, rows):
            held = _held(rows, session_id)
            if held.published if held.absorbed_by else held.over:
                held.published = True
                rows.put(HELD, session_id, held)
                yield self._message(session_id, held, recorded)

    def _apply(self, recorded: Recorded, rows: Rows) -> Sequence[str]:
        """Return the sessions that are no longer what they were."""
        changed: dict[str, Held] = {}
        match recorded.event:
            case session.SessionStarted() as started:
                changed[started.session_id] = Held(
                    started.visitor, started.started_at, started.channel, started.device_type
                )
            case session.SessionIdentityBound(session_id, account, bound_at):
                held = changed[session_id] = _held(rows, session_id)
                held.account, held.bound_at = account, bound_at
            case session.SessionsBridged(kept, absorbed):
                giver = changed[absorbed] = _held(rows, absorbed)
                giver.absorbed_by = kept
                changed[kept] = _given(_held(rows, kept), giver.give(None))
            case session.SessionCut() as cut:
                giver = changed[cut.from_session] = _held(rows, cut.from_session)
                giver.over = False  # it ends earlier now, and that is decided next
                if giver.bound_at is not None and giver.bound_at >= cut.cut_at:
                    giver.account = giver.bound_at = None
                changed[cut.into_session] = _given(_held(rows, cut.into_session), giver.give(cut.cut_at))
            case session.SessionEnded(session_id, reason, ended_at):
                held = changed[session_id] = _held(rows, session_id)
                held.reason, held.ended_at, held.over = reason, ended_at, True
            case PersonForgotten(sessions=forgotten):
                rows.drop(HELD, forgotten)
            case fact if (kind := _KINDS.get(type(fact))) is not None:
                held = changed[_id(recorded)] = _held(rows, _id(recorded))
                held.add(kind, [recorded.metadata.occurred_at])
            case _:
                pass
        for session_id, held in changed.items():
            rows.put(HELD, session_id, held)
        return tuple(changed)

    def _message(self, session_id: str, held: Held, recorded: Recorded) -> SessionClosed:
        assert held.ended_at is not None, "only what has ended is published"
        return SessionClosed(
            message_id=f"{recorded.metadata.event_id}.{session_id}",  # a bridge changes two sessions
            tenant=self.tenant,
            session_id=session_id,
            revision=recorded.position,
            visitor=held.visitor,
            account=held.account,
            channel=held.channel,
            device_type=held.device_type,
            started_at=held.first_at,
            ended_at=held.ended_at,
            reason=held.reason,
            counts=held.counts,
            absorbed_by=held.absorbed_by,
        )


def _given(taker: Held, given: Mapping[str, list[datetime]]) -> Held:
    for kind, times in given.items():
        taker.add(kind, times)
    return taker


def _held(rows: Rows, session_id: str) -> Held:
    held = rows.get(HELD, session_id)
    if held is None:
        raise LookupError(f"session {session_id} has no row: the log does not start at its beginning")
    return held


def _id(recorded: Recorded) -> str:
    return recorded.stream.rpartition("-")[2]
