"""Placing facts one by one, in any order, groups them as partitioning them all at once does."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.session.directory import Bind, Bridge, Cut, End, Start, Visits, close, place
from domain.session.partition import KIOSK, ORDINARY, Moment, SessionPolicy, partition

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SHORT_CAP = SessionPolicy(cap=timedelta(minutes=40))

#: Minutes on a coarse grid, so that equal instants, pauses of exactly 30 minutes and long chains are common.
minutes = st.one_of(
    st.integers(0, 12).map(lambda n: 10 * n), st.integers(0, 60).map(lambda n: 5 * n), st.integers(0, 1500)
)
moments = st.builds(
    lambda minute, account, logout: Moment(MONDAY + timedelta(minutes=minute), account, logout),
    minutes,
    st.sampled_from([None, None, "account:a", "account:b"]),
    st.sampled_from([*[False] * 7, True]),
)
policies = st.sampled_from([ORDINARY, SHORT_CAP, KIOSK])


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[str, Moment]]:
    facts = [(f"fact-{n}", moment) for n, moment in enumerate(draw(st.lists(moments, max_size=25)))]
    return list(draw(st.permutations(facts)))


def arrive(facts: Iterable[tuple[str, Moment]], policy: SessionPolicy) -> tuple[Visits, dict[str, str]]:
    """Place facts in the order given; return the directory and, as a reader of the log sees it, who owns each fact."""
    visits: Visits = ()
    owners: dict[str, str] = {}
    times: dict[str, datetime] = {}
    started: set[str] = set()
    numbers = count()
    for fact_id, moment in facts:
        placement = place(visits, moment, lambda: f"session-{next(numbers)}", policy)
        for step in placement.steps:
            match step:
                case Start(session_id):
                    assert session_id not in started
                    started.add(session_id)
                case Cut(source, target, at):
                    assert target in started
                    moved = [f for f, owner in owners.items() if owner == source and times[f] >= at]
                    assert moved, "a cut moves something"
                    owners.update(dict.fromkeys(moved, target))
                case Bridge(kept, absorbed):
                    assert kept in started
                    owners.update({f: kept for f, owner in owners.items() if owner == absorbed})
                case _:
                    pass
        assert placement.session_id in started
        owners[fact_id], times[fact_id] = placement.session_id, moment.at
        visits = placement.visits
    return visits, owners


@given(arrivals(), policies)
@settings(max_examples=500, deadline=None)
def test_every_arrival_order_gives_the_partition_of_the_set(
    facts: list[tuple[str, Moment]], policy: SessionPolicy
) -> None:
    """After all redirects, the facts of a session are exactly one cell of the partition."""
    visits, owners = arrive(facts, policy)
    cells = {frozenset(f for f, owner in owners.items() if owner == session) for session in owners.values()}

    assert cells == {frozenset(cell) for cell in partition(facts, policy)}
    assert [visit.session_id for visit in visits] == [owners[cell[0]] for cell in partition(facts, policy)]


@given(arrivals())
@settings(max_examples=200, deadline=None)
def test_the_partition_is_a_function_of_the_set(facts: list[tuple[str, Moment]]) -> None:
    """The order in which facts are handed over is not visible in the sessions."""
    assert partition(facts) == partition(sorted(facts)) == partition(reversed(facts))


@given(arrivals(), policies)
@settings(max_examples=200, deadline=None)
def test_what_is_placed_twice_changes_nothing(facts: list[tuple[str, Moment]], policy: SessionPolicy) -> None:
    """A moment that is known already moves no session and takes no decision."""
    visits, _ = arrive(facts, policy)
    for _, moment in facts:
        placement = place(visits, moment, lambda: "unexpected", policy)
        assert (placement.visits, placement.steps) == (visits, ())


@given(arrivals(), policies)
@settings(max_examples=200, deadline=None)
def test_sessions_keep_their_limits(facts: list[tuple[str, Moment]], policy: SessionPolicy) -> None:
    """No pause above idle, no span above the cap, one account, nothing after a logout; all but the last have ended."""
    visits, _ = arrive(facts, policy)
    for visit in visits:
        accounts = {moment.account for moment in visit.moments} - {None}
        assert visit.last_at - visit.first_at <= policy.cap
        assert all(b.at - a.at <= policy.idle for a, b in zip(visit.moments, visit.moments[1:], strict=False))
        assert accounts == ({visit.account} if visit.account else set())
        assert not any(moment.logout for moment in visit.moments[:-1])
    end = close(visits, MONDAY + timedelta(days=9), policy)
    assert (end is None) == (not visits)


@given(arrivals(), policies)
@settings(max_examples=200, deadline=None)
def test_the_last_word_on_end_and_account_is_right(facts: list[tuple[str, Moment]], policy: SessionPolicy) -> None:
    """Of every session that is left, the latest `End` and `Bind` say what placing in order of time would have said."""

    def last_words(moments: Iterable[tuple[str, Moment]]) -> tuple[Visits, dict[str, End], dict[str, Bind]]:
        visits: Visits = ()
        ends: dict[str, End] = {}
        binds: dict[str, Bind] = {}
        numbers = count()
        for _, moment in moments:
            placement = place(visits, moment, lambda: f"session-{next(numbers)}", policy)
            visits = placement.visits
            ends.update({step.session_id: step for step in placement.steps if isinstance(step, End)})
            binds.update({step.session_id: step for step in placement.steps if isinstance(step, Bind)})
        return visits, ends, binds

    def said(words: tuple[Visits, dict[str, End], dict[str, Bind]]) -> list[object]:
        visits, ends, binds = words
        ended = [(ends[v.session_id].reason, ends[v.session_id].at) for v in visits[:-1]]
        bound = [(binds[v.session_id].account, binds[v.session_id].at) for v in visits if v.account is not None]
        return [ended, bound]

    assert said(last_words(facts)) == said(last_words(sorted(facts, key=lambda fact: fact[1].at)))
