"""The known sessions of a visitor, and where among them a fact belongs.

Placing facts one by one, in any order, ends with the same grouping as `partition` over all of them. Facts never
move: when a late fact joins or divides sessions, the placement names the decisions (`Cut`, `Bridge`) that redirect
the facts recorded so far, and the order in which to take them.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime
from itertools import chain, groupby, pairwise

from attrs import field, frozen

from domain.session.partition import (
    ORDINARY,
    EndReason,
    Moment,
    SessionPolicy,
    account_of,
    cut_reason,
    parts,
)


@frozen
class Visit:
    """A session as the directory knows it: the instants of its facts, rising, and its one account.

    All instants are kept, because a late login or the cap can divide at any of them. They are bounded by the cap:
    one entry for each distinct instant of at most 12 hours.
    """

    session_id: str
    moments: tuple[Moment, ...]
    account: str | None = None

    @property
    def first_at(self) -> datetime:
        return self.moments[0].at

    @property
    def last_at(self) -> datetime:
        return self.moments[-1].at


#: The sessions of one visitor in order of time; the empty tuple for a visitor never seen.
Visits = tuple[Visit, ...]


@frozen
class Start:
    """A session begins: with the placed fact, or with facts that a `Cut` is about to give it."""

    session_id: str
    at: datetime


@frozen
class Cut:
    """What was recorded in `from_session` at `at` or later belongs to `into_session`, which began before this."""

    from_session: str
    into_session: str
    at: datetime
    reason: EndReason


@frozen
class Bridge:
    """Everything recorded in `absorbed` belongs to `kept`."""

    kept: str
    absorbed: str


@frozen
class Bind:
    """The session is known, from the fact at `at`, to be of this account."""

    session_id: str
    account: str
    at: datetime


@frozen
class End:
    """No later fact of this visitor continues the session. A late fact may still change reason and time."""

    session_id: str
    reason: EndReason
    at: datetime


Step = Start | Cut | Bridge | Bind | End


@frozen
class Placement:
    """Record the fact in `session_id` after taking `steps` in order; the visitor's sessions are then `visits`."""

    session_id: str
    visits: Visits = field(repr=False)
    steps: tuple[Step, ...] = ()


def place(visits: Visits, moment: Moment, new_id: Callable[[], str], policy: SessionPolicy = ORDINARY) -> Placement:
    """Find the session of a fact. `new_id` is called once for each session that begins."""
    if not visits:
        return _begin((), moment, new_id(), ())
    visit = visits[-1]
    last = visit.moments[-1]
    if moment.at > last.at:
        reason = cut_reason(visit.moments[0], last, visit.account, moment, policy)
        if reason is not None:
            return _begin(visits, moment, new_id(), (End(visit.session_id, reason, last.at),))
        grown = Visit(visit.session_id, (*visit.moments, moment), visit.account or moment.account)
        steps = _binds(grown) if grown.account is not visit.account else ()
        return Placement(visit.session_id, (*visits[:-1], grown), steps)
    if moment == last:
        return Placement(visit.session_id, visits)
    return _replace(visits, moment, new_id, policy)


def close(visits: Visits, now: datetime, policy: SessionPolicy = ORDINARY) -> End | None:
    """Return the end of the last session if it logged out or has been idle for too long at `now`."""
    if not visits:
        return None
    visit = visits[-1]
    reason = cut_reason(visit.moments[0], visit.moments[-1], visit.account, Moment(now), policy)
    return End(visit.session_id, reason, visit.last_at) if reason else None


def _begin(visits: Visits, moment: Moment, session_id: str, ends: tuple[End, ...]) -> Placement:
    visit = Visit(session_id, (moment,), moment.account)
    return Placement(session_id, (*visits, visit), (*ends, Start(session_id, moment.at), *_binds(visit)))


def _replace(visits: Visits, moment: Moment, new_id: Callable[[], str], policy: SessionPolicy) -> Placement:
    """Partition the neighbourhood of a late fact anew and say how to get there from the sessions that are there."""
    begin, end = _neighbourhood(visits, moment.at, policy)
    before = visits[begin:end]
    sessions = parts(_with([known for visit in before for known in visit.moments], moment), policy)
    part_of = {known.at: number for number, session in enumerate(sessions) for known in session}

    owner: dict[int, str] = {}
    for visit in before:
        owner.setdefault(part_of[visit.first_at], visit.session_id)
    starts = [number for number in range(len(sessions)) if number not in owner]
    owner.update({number: new_id() for number in starts})
    after = tuple(Visit(owner[number], session, account_of(session)) for number, session in enumerate(sessions))

    steps: list[Step] = [Start(owner[number], sessions[number][0].at) for number in starts]
    for visit in before:
        steps.extend(_redirects(visit, part_of, after, policy))
    now = (*visits[:begin], *after, *visits[end:])
    known = {*_ends(visits[max(begin - 1, 0) : end + 1], policy), *chain.from_iterable(map(_binds, before))}
    steps.extend(bind for visit in after for bind in _binds(visit) if bind not in known)
    ends_now = _ends(now[max(begin - 1, 0) : begin + len(after) + 1], policy)
    steps.extend(step for step in ends_now if step not in known)
    return Placement(owner[part_of[moment.at]], now, tuple(steps))


def _neighbourhood(visits: Visits, at: datetime, policy: SessionPolicy) -> tuple[int, int]:
    """Return the range of visits that are reached from `at` without an idle pause: nothing beyond can change."""
    end = len(visits)
    while end and visits[end - 1].first_at - at > policy.idle:
        end -= 1
    begin, reach = end, at
    while begin and reach - visits[begin - 1].last_at <= policy.idle:
        begin -= 1
        reach = min(reach, visits[begin].first_at)
    reach = max(at, visits[end - 1].last_at) if begin < end else at
    while end < len(visits) and visits[end].first_at - reach <= policy.idle:
        reach = visits[end].last_at
        end += 1
    return begin, end


def _with(moments: list[Moment], moment: Moment) -> list[Moment]:
    """Return `moments`, which rise strictly in time, with one more in its place."""
    at = bisect_left(moments, moment.at, key=lambda known: known.at)
    if at < len(moments) and moments[at].at == moment.at:
        moments[at] = moments[at].with_instant(moment)
    else:
        moments.insert(at, moment)
    return moments


def _redirects(visit: Visit, part_of: dict[datetime, int], after: Visits, policy: SessionPolicy) -> list[Step]:
    """Give away what no longer belongs to a visit: its latest piece first, in the end perhaps all that is left."""
    pieces = [(number, next(moments)) for number, moments in groupby(visit.moments, lambda known: part_of[known.at])]
    steps: list[Step] = [
        Cut(visit.session_id, after[number].session_id, first.at, _reason(after[number - 1], after[number], policy))
        for number, first in reversed(pieces[1:])
    ]
    kept = after[pieces[0][0]].session_id
    if kept != visit.session_id:
        steps.append(Bridge(kept, visit.session_id))
    return steps


def _binds(visit: Visit) -> tuple[Bind, ...]:
    first = next((known for known in visit.moments if known.account is not None), None)
    return (Bind(visit.session_id, first.account, first.at),) if first and first.account else ()


def _ends(visits: Visits, policy: SessionPolicy) -> list[End]:
    return [End(visit.session_id, _reason(visit, later, policy), visit.last_at) for visit, later in pairwise(visits)]


def _reason(visit: Visit, later: Visit, policy: SessionPolicy) -> EndReason:
    reason = cut_reason(visit.moments[0], visit.moments[-1], visit.account, later.moments[0], policy)
    assert reason is not None, "two sessions in a row are divided by a rule"
    return reason
