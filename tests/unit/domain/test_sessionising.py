from datetime import UTC, datetime, timedelta

import pytest

from domain.session.directory import Bind, Bridge, Cut, End, Placement, Start, Visits, close, place
from domain.session.partition import KIOSK, ORDINARY, EndReason, Moment, SessionPolicy, partition

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


def at(minutes: float, account: str | None = None, *, logout: bool = False) -> Moment:
    return Moment(MIDNIGHT + timedelta(minutes=minutes), account, logout)


@pytest.mark.parametrize(
    ("why", "second", "policy", "together"),
    [
        ("a pause of exactly 30 minutes continues", at(30), ORDINARY, True),
        ("a longer one cuts", at(30.1), ORDINARY, False),
        ("a kiosk forgets after two minutes", at(2.1), KIOSK, False),
        ("logging in continues", at(1, "account:1"), ORDINARY, True),
        ("logging out belongs to the session it ends", at(1, logout=True), ORDINARY, True),
    ],
)
def test_what_continues_a_session(why: str, second: Moment, policy: SessionPolicy, together: bool) -> None:
    """Two facts are one session unless a rule cuts between them."""
    assert partition([("a", at(0)), ("b", second)], policy) == ((("a", "b"),) if together else (("a",), ("b",))), why


def test_midnight_does_not_cut() -> None:
    """A session across midnight is one."""
    assert partition([("a", at(-5)), ("b", at(5))]) == (("a", "b"),)


def test_nothing_follows_a_logout_and_an_account_switch_cuts() -> None:
    """Each account has its own session on a shared device."""
    facts = [
        ("a", at(0, "account:1")),
        ("b", at(1)),
        ("c", at(2, "account:2")),
        ("d", at(3, logout=True)),
        ("e", at(4)),
    ]
    assert partition(facts) == (("a", "b"), ("c", "d"), ("e",))


def test_twelve_hours_are_enough() -> None:
    """A visitor who never pauses gets a new session when the cap is reached."""
    facts = [(f"{hour:02}", at(30 * hour)) for hour in range(30)]
    assert [len(cell) for cell in partition(facts)] == [25, 5]


def arrive(*moments: Moment, policy: SessionPolicy = ORDINARY) -> tuple[Placement, Visits]:
    """Return the last placement and the sessions before it; new sessions are named A, B, C."""
    names = iter("ABCDEFGH")
    visits: Visits = ()
    for moment in moments[:-1]:
        visits = place(visits, moment, lambda: next(names), policy).visits
    return place(visits, moments[-1], lambda: next(names), policy), visits


def test_the_first_fact_starts_a_session() -> None:
    """An unknown visitor has no sessions."""
    placement, _ = arrive(at(0))
    assert (placement.session_id, placement.steps) == ("A", (Start("A", at(0).at),))


def test_an_ordinary_fact_takes_no_decision() -> None:
    """Facts in order within the pause are just recorded."""
    placement, _ = arrive(at(0), at(10))
    assert (placement.session_id, placement.steps) == ("A", ())


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (at(0), at(60), "timeout"),
        (at(0, logout=True), at(1), "logout"),
        (at(0, "account:1"), at(1, "account:2"), "account_switch"),
    ],
)
def test_the_next_session_ends_the_one_before(first: Moment, second: Moment, reason: EndReason) -> None:
    """The end carries its reason and the time of the last fact."""
    placement, _ = arrive(first, second)
    assert placement.steps[:2] == (End("A", reason, at(0).at), Start("B", second.at))


def test_the_account_is_bound_when_it_is_first_seen() -> None:
    """Logging in late binds the whole session."""
    placement, _ = arrive(at(0), at(5, "account:1"))
    assert placement.steps == (Bind("A", "account:1", at(5).at),)


def test_a_late_fact_in_the_gap_bridges() -> None:
    """Two sessions 40 minutes apart become one when a fact between them arrives."""
    placement, _ = arrive(at(0), at(40), at(20))
    assert (placement.session_id, placement.steps) == ("A", (Bridge(kept="A", absorbed="B"),))


def test_a_late_logout_cuts() -> None:
    """What came after the logout belongs to a session of its own, which starts before it is given anything."""
    placement, _ = arrive(at(0), at(10), at(5, logout=True))
    assert placement.session_id == "A"
    assert placement.steps == (
        Start("B", at(10).at),
        Cut("A", "B", at(10).at, "logout"),
        End("A", "logout", at(5).at),
    )


def test_a_late_switch_in_the_middle_cuts_twice() -> None:
    """The later piece is cut off first: a cut takes everything from its instant on."""
    placement, _ = arrive(at(0, "account:1"), at(2), at(3, "account:1"), at(1, "account:2"))
    assert placement.session_id == "B"
    assert [step for step in placement.steps if isinstance(step, Cut)] == [
        Cut("A", "C", at(3).at, "account_switch"),
        Cut("A", "B", at(2).at, "account_switch"),
    ]


def test_a_late_fact_between_two_far_sessions_is_its_own() -> None:
    """It starts a session between them, and the one before still ended by its pause."""
    placement, _ = arrive(at(0), at(200), at(100))
    assert placement.steps == (Start("C", at(100).at), End("C", "timeout", at(100).at))
    assert [visit.session_id for visit in placement.visits] == ["A", "C", "B"]


def test_placing_does_not_change_what_it_was_given() -> None:
    """The sessions before are still there after a placement that is thrown away."""
    placement, before = arrive(at(0), at(40), at(20))
    assert [visit.session_id for visit in before] == ["A", "B"]
    assert [visit.session_id for visit in placement.visits] == ["A"]


def test_a_session_is_closed_when_time_has_passed_or_the_visitor_left() -> None:
    """Idle time and logouts close it; activity keeps it open; nobody has no session to close."""
    open_visit = arrive(at(0))[0].visits
    assert close(open_visit, at(30).at) is None
    assert close(open_visit, at(31).at) == End("A", "timeout", at(0).at)
    assert close(open_visit, at(3).at, KIOSK) == End("A", "kiosk", at(0).at)
    assert close(arrive(at(0, logout=True))[0].visits, at(1).at) == End("A", "logout", at(0).at)
    assert close((), at(0).at) is None
