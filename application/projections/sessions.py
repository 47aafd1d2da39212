"""Sessions as they stand after every decision on them, with the touches that features and training read.

A session is read as the fold over its facts: when one is bridged or cut, its touches move to where they belong, and
when an account is bound the whole session is of that account. Nothing else is kept per customer, so a customer's
features are always the fold over the union of their sessions, after merges and splits too.

How long a page was looked at is read with the page view, wherever the report landed: a tab that wakes up after hours
may open a session, which is then read as empty.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from application.features.step import Engaged, Step, steps_of
from application.features.touch import Touch, touch_of
from application.projections.rows import Collection, Rows
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from ports.event_log import Recorded


class Session(msgspec.Struct, omit_defaults=True):
    """`started`, `bound` (when the account was first known): Unix seconds.

    `steps`: facts that are no touch of a product. `circumstances`: what the contexts of its events told ("name=value"
    by line), and the times of the events that told it.
    """

    visitor: str
    started: float
    account: str = ""
    channel: str = ""
    device: str = ""
    touches: list[Touch] = msgspec.field(default_factory=list)
    steps: list[Step] = msgspec.field(default_factory=list)
    circumstances: dict[str, list[float]] = msgspec.field(default_factory=dict)
    bound: float | None = None
    ended: str = ""
    absorbed_by: str = ""

    @property
    def subject(self) -> str:
        """The account if one was bound, back-dated to the whole session, else the visitor."""
        return self.account or self.visitor


SESSIONS: Collection[Session] = Collection("sessions", Session)
#: subject -> ids of their sessions
BY_SUBJECT: Collection[list[str]] = Collection("by_subject", list[str])
#: "visitor/page view" -> how much of it was looked at
ENGAGED: Collection[Engaged] = Collection("engaged", Engaged)

_FACTS = frozenset(cls for cls, _ in facts.FACTS)


class SessionsProjection:
    name = "sessions"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [one for one in batch if type(one.event) in _FACTS or isinstance(one.event, _DECISIONS)]
        rows.prefetch(SESSIONS, (_id(one) for one in ours))
        rows.prefetch(BY_SUBJECT, (one.event.visitor for one in ours if isinstance(one.event, session.SessionStarted)))
        for recorded in ours:
            if type(recorded.event) in _FACTS:
                self._add(recorded, rows)
            else:
                self._decide(recorded.event, rows)

    def _add(self, recorded: Recorded, rows: Rows) -> None:
        row, event = _row(rows, _id(recorded)), recorded.event
        touch = touch_of(event, recorded.metadata, row.device)
        if touch is None:
            row.steps.extend(steps_of(event, recorded.metadata))
        else:
            row.touches.append(touch)
        _note(row, recorded)
        rows.put(SESSIONS, _id(recorded), row)
        if isinstance(event, facts.PageEngaged):
            key = f"{row.visitor}/{event.page_view_id}"
            known = max(recorded.metadata.known_at, recorded.metadata.occurred_at).timestamp()
            rows.put(ENGAGED, key, (rows.get(ENGAGED, key) or Engaged()).with_snapshot(event, known))

    def _decide(self, event: Any, rows: Rows) -> None:
        match event:
            case session.SessionStarted():
                row = Session(
                    event.visitor,
                    event.started_at.timestamp(),
                    channel=event.channel,
                    device=event.device_type or "",
                )
                rows.put(SESSIONS, event.session_id, row)
                _index(rows, row.subject, event.session_id, present=True)
            case session.SessionIdentityBound():
                _rebind(rows, event.session_id, event.account, event.bound_at.timestamp())
            case session.SessionsBridged():
                self._move(rows, event.absorbed, event.kept, float("-inf"))
                absorbed = _row(rows, event.absorbed)
                absorbed.absorbed_by = event.kept
                _index(rows, absorbed.subject, event.absorbed, present=False)
            case session.SessionCut():
                self._move(rows, event.from_session, event.into_session, event.cut_at.timestamp())
                row = _row(rows, event.from_session)
                if row.bound is not None and row.bound >= event.cut_at.timestamp():
                    _rebind(rows, event.from_session, "", None)
            case session.SessionEnded():
                row = _row(rows, event.session_id)
                row.ended = event.reason
                rows.put(SESSIONS, event.session_id, row)
            case PersonForgotten():
                _forget(event, rows)
            case _:
                raise TypeError(f"{type(event).__name__} is no decision on a session")

    def _move(self, rows: Rows, source: str, target: str, since: float) -> None:
        """Give what `source` recorded at `since` or later to `target`."""
        giver, taker = _row(rows, source), _row(rows, target)
        taker.touches += [touch for touch in giver.touches if touch.at >= since]
        taker.steps += [step for step in giver.steps if step.at >= since]
        giver.touches = [touch for touch in giver.touches if touch.at < since]
        giver.steps = [step for step in giver.steps if step.at < since]
        for told, times in giver.circumstances.items():
            if gone := [at for at in times if at >= since]:
                taker.circumstances.setdefault(told, []).extend(gone)
        kept = {told: [at for at in times if at < since] for told, times in giver.circumstances.items()}
        giver.circumstances = {told: times for told, times in kept.items() if times}
        rows.put(SESSIONS, source, giver)
        rows.put(SESSIONS, target, taker)


_DECISIONS = (
    session.SessionStarted,
    session.SessionIdentityBound,
    session.SessionsBridged,
    session.SessionCut,
    session.SessionEnded,
    PersonForgotten,
)


def _note(row: Session, recorded: Recorded) -> None:
    """Remember what the context told: referral, device, hour, season, weather."""
    envelope = recorded.metadata.envelope
    if envelope is None or not envelope.context:
        return
    context = envelope.context
    told = {name: context[name] for name in ("device_type", "market", "season", "local_hour") if name in context}
    if group := (context.get("referral") or {}).get("channel_group"):
        told["referral"] = group
    weather = context.get("weather") or {}
    told |= {name: weather[name] for name in ("temp_dC", "precip_tenth_mm") if name in weather}
    if told:
        key = "\n".join(f"{name}={value}" for name, value in sorted(told.items()))
        row.circumstances.setdefault(key, []).append(recorded.metadata.occurred_at.timestamp())


def _id(recorded: Recorded) -> str:
    return recorded.stream.rpartition("-")[2]


def _row(rows: Rows, session_id: str) -> Session:
    row = rows.get(SESSIONS, session_id)
    if row is None:
        raise LookupError(f"session {session_id} has no row: the log does not start at its beginning")
    return row


def _forget(event: PersonForgotten, rows: Rows) -> None:
    rows.prefetch(SESSIONS, event.sessions)
    for session_id in event.sessions:
        row = rows.get(SESSIONS, session_id)
        if row is not None:
            pages = {one.page for one in row.steps} | {one.page for one in row.touches}
            rows.drop(ENGAGED, (f"{row.visitor}/{page}" for page in pages if page))
            rows.delete(SESSIONS, session_id)
    rows.drop(BY_SUBJECT, event.identifiers)


def _rebind(rows: Rows, session_id: str, account: str, bound: float | None) -> None:
    row = _row(rows, session_id)
    _index(rows, row.subject, session_id, present=False)
    row.account, row.bound = account, bound
    _index(rows, row.subject, session_id, present=True)
    rows.put(SESSIONS, session_id, row)


def _index(rows: Rows, subject: str, session_id: str, *, present: bool) -> None:
    sessions = [one for one in rows.get(BY_SUBJECT, subject) or [] if one != session_id]
    rows.put(BY_SUBJECT, subject, [*sessions, session_id] if present else sessions)
