from datetime import UTC, datetime, timedelta

import pytest

from domain.session.facts import LoggedOut, ProductRef, ProductViewed
from domain.session.session import (
    DECIDER,
    EVENTS,
    SecondAccount,
    SessionAbsorbed,
    SessionCut,
    SessionEnded,
    SessionIdentityBound,
    SessionNotStarted,
    SessionsBridged,
    SessionStarted,
    SessionWithItself,
    bind_identity,
    bridge,
    cut,
    end,
    record,
    start,
)
from haberdasher.testing.given_when_then import given

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
HALF_PAST = TEN + timedelta(minutes=30)
STARTED = SessionStarted("session-a", "anonymous:1", "web", TEN)
VIEWED = ProductViewed(HALF_PAST, ProductRef("RED-LINEN-DRESS"))
BOUND = SessionIdentityBound("session-a", "account:1", HALF_PAST)
BRIDGED = SessionsBridged(kept="session-b", absorbed="session-a")
CUT = SessionCut("session-a", "session-c", HALF_PAST, "account_switch")
ENDED = SessionEnded("session-a", "timeout", HALF_PAST)


def test_a_session_starts_once() -> None:
    """Starting again is nothing to do."""
    said = {"session_id": "session-a", "visitor": "anonymous:1", "channel": "web"}
    given(DECIDER).when(start, **said, started_at=TEN).then(STARTED)
    given(DECIDER, STARTED).when(start, **said, started_at=TEN).then_nothing()


def test_a_session_records_facts_whenever_they_come() -> None:
    """Early facts after late ones, and facts after the end, are recorded."""
    given(DECIDER, STARTED, VIEWED, ENDED).when(record, LoggedOut(TEN)).then(LoggedOut(TEN))


def test_the_state_spans_what_was_recorded() -> None:
    """First and last are times of facts, in whatever order they came."""
    state = DECIDER.fold((STARTED, VIEWED, LoggedOut(TEN)))
    assert (state.first_at, state.last_at, state.facts) == (TEN, HALF_PAST, 2)


def test_nothing_is_recorded_before_the_start() -> None:
    """A session exists from its start."""
    given(DECIDER).when(record, VIEWED).then_raises(SessionNotStarted)
    given(DECIDER).when(end, "timeout", TEN).then_raises(SessionNotStarted)


def test_a_session_has_one_account() -> None:
    """The account is bound once, dated back by earlier evidence, and another one later is another session."""
    given(DECIDER, STARTED).when(bind_identity, "account:1", HALF_PAST).then(BOUND)
    given(DECIDER, STARTED, BOUND).when(bind_identity, "account:1", HALF_PAST).then_nothing()
    given(DECIDER, STARTED, BOUND).when(bind_identity, "account:1", TEN).then(
        SessionIdentityBound("session-a", "account:1", TEN)
    )
    given(DECIDER, STARTED, BOUND).when(bind_identity, "account:2", HALF_PAST + timedelta(seconds=1)).then_raises(
        SecondAccount
    )


def test_a_cut_takes_the_account_along_if_its_evidence_goes() -> None:
    """What is left after a cut before the login may be of another account."""
    given(DECIDER, STARTED, BOUND, CUT).when(bind_identity, "account:2", HALF_PAST).then(
        SessionIdentityBound("session-a", "account:2", HALF_PAST)
    )


def test_a_bridged_session_is_closed_for_good() -> None:
    """After giving everything away nothing more is recorded there, and bridging again is nothing to do."""
    given(DECIDER, STARTED).when(bridge, into="session-b").then(BRIDGED)
    given(DECIDER, STARTED, BRIDGED).when(bridge, into="session-b").then_nothing()
    given(DECIDER, STARTED, BRIDGED).when(record, VIEWED).then_raises(SessionAbsorbed)
    given(DECIDER, STARTED).when(bridge, into="session-a").then_raises(SessionWithItself)


def test_a_cut_is_recorded_once() -> None:
    """Repeating it is nothing to do; a session is not cut into itself."""
    given(DECIDER, STARTED).when(cut, into="session-c", cut_at=HALF_PAST, reason="account_switch").then(CUT)
    given(DECIDER, STARTED, CUT).when(cut, into="session-c", cut_at=HALF_PAST, reason="account_switch").then_nothing()
    given(DECIDER, STARTED).when(cut, into="session-a", cut_at=TEN, reason="cap").then_raises(SessionWithItself)


def test_an_end_can_be_corrected() -> None:
    """The same end is nothing to do, another one is news."""
    given(DECIDER, STARTED, ENDED).when(end, "timeout", HALF_PAST).then_nothing()
    given(DECIDER, STARTED, ENDED).when(end, "logout", HALF_PAST).then(SessionEnded("session-a", "logout", HALF_PAST))


@pytest.mark.parametrize("name", [name for _, name in EVENTS])
def test_stored_names_say_session(name: str) -> None:
    """Names are forever: lower case, one dot, no vendor."""
    assert name.startswith("session.")
    assert name == name.lower()
    assert len({stored for _, stored in EVENTS}) == len(EVENTS)
