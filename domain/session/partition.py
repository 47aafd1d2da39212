"""A session is a visitor's activity without a long pause, in event time.

Which facts belong together is a function of the *set* of facts: it is computed from when they happened, so the order
in which they arrived cannot matter. Midnight and campaigns do not cut. Facts of one instant are never separated.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from attrs import frozen

EndReason = Literal["timeout", "logout", "account_switch", "cap", "kiosk"]


@frozen
class SessionPolicy:
    """`idle`: a longer pause cuts. `cap`: no fact is further than this from the first of its session."""

    idle: timedelta = timedelta(minutes=30)
    cap: timedelta = timedelta(hours=12)
    kiosk: bool = False


ORDINARY = SessionPolicy()
#: A tablet in a store: the next customer walks up soon.
KIOSK = SessionPolicy(idle=timedelta(minutes=2), kiosk=True)


@frozen
class Moment:
    """What sessionising sees of a fact: when it happened, whose account it carried, whether it was a logout."""

    at: datetime
    account: str | None = None
    logout: bool = False

    def with_instant(self, other: "Moment") -> "Moment":
        """Return both facts of one instant as one: the smaller account counts, and any logout."""
        accounts = [account for account in (self.account, other.account) if account is not None]
        return Moment(self.at, min(accounts, default=None), self.logout or other.logout)


def cut_reason(
    first: Moment, last: Moment, account: str | None, moment: Moment, policy: SessionPolicy
) -> EndReason | None:
    """Say why `moment` cannot continue the session from `first` to `last` of `account`; `None` if it can."""
    if last.logout:
        return "logout"
    if moment.at - last.at > policy.idle:
        return "kiosk" if policy.kiosk else "timeout"
    if moment.account is not None and account is not None and moment.account != account:
        return "account_switch"
    if moment.at - first.at > policy.cap:
        return "cap"
    return None


def account_of(moments: Iterable[Moment]) -> str | None:
    """Return the account of a session: it has at most one, because a switch cuts."""
    return next((moment.account for moment in moments if moment.account is not None), None)


def parts(moments: Sequence[Moment], policy: SessionPolicy) -> tuple[tuple[Moment, ...], ...]:
    """Cut `moments`, which rise strictly in time, into sessions."""
    sessions: list[list[Moment]] = []
    account: str | None = None
    for moment in moments:
        if not sessions or cut_reason(sessions[-1][0], sessions[-1][-1], account, moment, policy):
            sessions.append([])
            account = None
        sessions[-1].append(moment)
        account = account or moment.account
    return tuple(tuple(session) for session in sessions)


def instants(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Return the moments in order of time, one for each instant."""
    merged: dict[datetime, Moment] = {}
    for moment in moments:
        same = merged.get(moment.at)
        merged[moment.at] = same.with_instant(moment) if same else moment
    return tuple(merged[at] for at in sorted(merged))


def partition(facts: Iterable[tuple[str, Moment]], policy: SessionPolicy = ORDINARY) -> tuple[tuple[str, ...], ...]:
    """Return the sessions of one visitor: fact ids in order of (time, id), sessions in order of time."""
    ordered = sorted(facts, key=lambda fact: (fact[1].at, fact[0]))
    sessions = parts(instants(moment for _, moment in ordered), policy)
    number_of = {moment.at: number for number, session in enumerate(sessions) for moment in session}
    ids: list[list[str]] = [[] for _ in sessions]
    for fact_id, moment in ordered:
        ids[number_of[moment.at]].append(fact_id)
    return tuple(tuple(session) for session in ids)
