"""Every step of a placement is a decision that the session aggregate accepts."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.session import session
from domain.session.directory import Bind, Bridge, Cut, End, Start, Step, Visits, place
from domain.session.facts import PageViewed
from domain.session.partition import Moment
from domain.session.session import DECIDER, Session

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)

moments = st.builds(
    Moment,
    st.integers(0, 40).map(lambda n: MONDAY + timedelta(minutes=10 * n)),
    st.sampled_from([None, None, "account:a", "account:b"]),
    st.sampled_from([False, False, False, True]),
)


def take(sessions: dict[str, Session], step: Step) -> None:
    """Decide on the session that the step concerns, as the canonicaliser does."""
    match step:
        case Start(key, at):
            state = sessions.get(key, DECIDER.initial())
            events = session.start(state, session_id=key, visitor="anonymous:1", channel="web", started_at=at)
        case Cut(key, into, at, reason):
            assert sessions[into].absorbed_by is None
            events = session.cut(sessions[key], into=into, cut_at=at, reason=reason)
        case Bridge(kept, key):
            assert sessions[kept].absorbed_by is None
            events = session.bridge(sessions[key], into=kept)
        case Bind(key, account, at):
            events = session.bind_identity(sessions[key], account, at)
        case End(key, reason, at):
            events = session.end(sessions[key], reason, at)
        case _:
            assert_never(step)
    assert events, "a placement takes no decision that was taken before"
    sessions[key] = DECIDER.fold(events, sessions.get(key))


@given(st.lists(moments, max_size=25))
@settings(max_examples=300, deadline=None)
def test_sessions_follow_their_placement(arrivals: list[Moment]) -> None:
    """Whatever the order of arrival, no rule of the aggregate is broken, and each living session has its account."""
    sessions: dict[str, Session] = {}
    visits: Visits = ()
    numbers = count()
    for moment in arrivals:
        placement = place(visits, moment, lambda: f"session-{next(numbers)}")
        for step in placement.steps:
            take(sessions, step)
        viewed = PageViewed(moment.at, "page-view", "pdp", "/p/{id}")
        state = sessions[placement.session_id]
        sessions[placement.session_id] = DECIDER.fold(session.record(state, viewed), state)
        visits = placement.visits
    for visit in visits:
        assert sessions[visit.session_id].account == visit.account
    assert sum(state.facts for state in sessions.values()) == len(arrivals)
