"""A session holds what one visitor did in one go; it has at most one account, and its facts never move.

Late facts can show that two sessions were one, or one was two. Then a decision is recorded on the session that gives
its facts away, and readers follow the redirect: `SessionsBridged` hands over all of them, `SessionCut` those from an
instant on. Each concerns only what was recorded before it; where a new fact belongs is asked of `directory.place`.
"""

from datetime import datetime

from attrs import evolve as changed
from attrs import frozen

from domain.kernel import Decider, DomainError
from domain.session.facts import FACTS, Fact
from domain.session.partition import EndReason


@frozen
class SessionStarted:
    """`visitor` is the surrogate that sessions are kept by: an anonymous one, or till and loyalty in a store."""

    session_id: str
    visitor: str
    channel: str
    started_at: datetime
    device_type: str | None = None
    market: str | None = None
    store_id: str | None = None
    referral: str | None = None


@frozen
class SessionIdentityBound:
    """From `bound_at` on the account is known; the whole session is of this account."""

    session_id: str
    account: str
    bound_at: datetime


@frozen
class SessionsBridged:
    """All that `absorbed` recorded belongs to `kept`."""

    kept: str
    absorbed: str


@frozen
class SessionCut:
    """What `from_session` recorded at `cut_at` or later belongs to `into_session`."""

    from_session: str
    into_session: str
    cut_at: datetime
    reason: EndReason


@frozen
class SessionEnded:
    """The latest one counts: a late fact may have changed reason and time."""

    session_id: str
    reason: EndReason
    ended_at: datetime


Event = SessionStarted | SessionIdentityBound | SessionsBridged | SessionCut | SessionEnded | Fact


@frozen
class Session:
    """`first_at`, `last_at` and `facts` speak of what this stream recorded, redirected or not."""

    session_id: str | None = None
    visitor: str | None = None
    account: str | None = None
    bound_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    facts: int = 0
    ended: SessionEnded | None = None
    absorbed_by: str | None = None
    last_cut: SessionCut | None = None


def evolve(state: Session, event: Event) -> Session:
    match event:
        case SessionStarted(session_id, visitor):
            return changed(state, session_id=session_id, visitor=visitor)
        case SessionIdentityBound(_, account, bound_at):
            return changed(state, account=account, bound_at=bound_at)
        case SessionsBridged(kept, _):
            return changed(state, absorbed_by=kept)
        case SessionCut(_, _, cut_at):
            gone = state.bound_at is not None and state.bound_at >= cut_at
            return changed(
                state,
                last_cut=event,
                account=None if gone else state.account,
                bound_at=None if gone else state.bound_at,
            )
        case SessionEnded():
            return changed(state, ended=event)
        case _:
            fact: Fact = event  # the type checker proves that nothing else is left
            at = fact.occurred_at
            return changed(
                state,
                first_at=min(state.first_at or at, at),
                last_at=max(state.last_at or at, at),
                facts=state.facts + 1,
            )


class SessionNotStarted(DomainError):
    """Nothing is recorded in a session before it started."""


class SessionAbsorbed(DomainError):
    """Nothing is recorded in a session that gave everything away: record it where it went."""


class SecondAccount(DomainError):
    """Another account begins another session."""


class SessionWithItself(DomainError):
    """A session is not bridged or cut into itself."""


def start(
    state: Session,
    *,
    session_id: str,
    visitor: str,
    channel: str,
    started_at: datetime,
    device_type: str | None = None,
    market: str | None = None,
    store_id: str | None = None,
    referral: str | None = None,
) -> tuple[Event, ...]:
    """Begin. Starting what has started is nothing to do."""
    if state.session_id is not None:
        return ()
    return (SessionStarted(session_id, visitor, channel, started_at, device_type, market, store_id, referral),)


def record(state: Session, fact: Fact) -> tuple[Event, ...]:
    """Add a fact, early or late. Errors: `SessionNotStarted`, `SessionAbsorbed`. Repeats are kept out at the door."""
    _living(state)
    return (fact,)


def bind_identity(state: Session, account: str, bound_at: datetime) -> tuple[Event, ...]:
    """Learn whose session it is. The same account not earlier than known is nothing to do.

    Errors: `SecondAccount` if another one was known before `bound_at`: that is a switch, which `place` cuts.
    """
    session_id = _living(state)
    if state.bound_at is not None and bound_at >= state.bound_at and account == state.account:
        return ()
    if state.bound_at is not None and bound_at > state.bound_at:
        raise SecondAccount(f"session {session_id} is of another account since {state.bound_at.isoformat()}")
    return (SessionIdentityBound(session_id, account, bound_at),)


def bridge(state: Session, *, into: str) -> tuple[Event, ...]:
    """Give everything to session `into`. Bridging again to the same is nothing to do."""
    if state.absorbed_by == into:
        return ()
    session_id = _living(state)
    if session_id == into:
        raise SessionWithItself(f"session {into} is one already")
    return (SessionsBridged(kept=into, absorbed=session_id),)


def cut(state: Session, *, into: str, cut_at: datetime, reason: EndReason) -> tuple[Event, ...]:
    """Give what was recorded at `cut_at` or later to session `into`. Repeating the last cut is nothing to do."""
    session_id = _living(state)
    if session_id == into:
        raise SessionWithItself(f"session {into} cannot be cut into itself")
    event = SessionCut(session_id, into, cut_at, reason)
    return () if event == state.last_cut else (event,)


def end(state: Session, reason: EndReason, ended_at: datetime) -> tuple[Event, ...]:
    """Say that it is over. Saying the same again is nothing to do; a late fact may correct it."""
    event = SessionEnded(_living(state), reason, ended_at)
    return () if event == state.ended else (event,)


def _living(state: Session) -> str:
    if state.session_id is None:
        raise SessionNotStarted("the session has not started")
    if state.absorbed_by is not None:
        raise SessionAbsorbed(f"session {state.session_id} went into {state.absorbed_by}")
    return state.session_id


DECIDER: Decider[Session, Event] = Decider(category="session", initial=Session, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (SessionStarted, "session.started"),
    (SessionIdentityBound, "session.identity_bound"),
    (SessionsBridged, "session.bridged"),
    (SessionCut, "session.cut"),
    (SessionEnded, "session.ended"),
    *FACTS,
)
