"""Discovery asks for what is bought before the shopper found it."""

from hypothesis import example, given
from hypothesis import strategies as st

from application.evaluation.cases import discovery
from ports.models import ACTIONS
from tests.unit.test_evaluation_split import as_lists, interactions

Session = list[tuple[int, str, int]]
#: item, action, seconds since the touch before
SESSIONS: st.SearchStrategy[list[Session]] = st.lists(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(ACTIONS), st.sampled_from([0, 1, 1, 1])), min_size=1, max_size=9
    ),
    min_size=1,
    max_size=5,
)
Case = tuple[list[int], list[int], int, float]


def times_of(session: Session, begin: float) -> list[float]:
    times = [begin]
    for _, _, later in session[1:]:
        times.append(times[-1] + later)
    return times


def brute_force(sessions: list[Session]) -> list[Case]:
    cases = []
    for row, session in enumerate(sessions):
        times = times_of(session, 100.0 * row)
        for place, (item, _, _) in enumerate(session):
            if item in [one for one, _, _ in session[:place]]:
                continue
            before = [one for (one, _, _), at in zip(session, times, strict=True) if at < times[place]]
            if before and (item, "purchase") in [(one, action) for one, action, _ in session]:
                cases.append((before, [item], row, times[place]))
    return cases


def found(sessions: list[Session]) -> list[Case]:
    data = interactions([[(item, action) for item, action, _ in session] for session in sessions])
    data.times[:] = [at for row, session in enumerate(sessions) for at in times_of(session, 100.0 * row)]
    cases = discovery(data)
    assert cases.relevance == "discovery"
    return list(
        zip(as_lists(cases.prefixes), as_lists(cases.targets), cases.rows.tolist(), cases.at.tolist(), strict=True)
    )


@given(SESSIONS)
@example([[(0, "view", 0), (1, "purchase", 1), (2, "purchase", 0)]])
def test_discovery_is_its_definition(sessions: list[Session]) -> None:
    """Each item bought is asked for once, from all that happened before its first touch, at that moment."""
    assert found(sessions) == brute_force(sessions)


def test_what_was_looked_at_before_is_no_hint() -> None:
    """The answer is never in the question, also where it was looked at many times before it was bought."""
    session = [(1, "view", 0), (2, "view", 1), (2, "cart", 1), (3, "view", 1), (2, "purchase", 1), (1, "purchase", 1)]
    assert found([session]) == [([1], [2], 0, 1.0)]


def test_lines_of_an_order_do_not_tell_of_each_other() -> None:
    """What is bought in one instant is asked for from what came before that instant."""
    order = [(1, "view", 0), (2, "purchase", 1), (3, "purchase", 0)]
    assert found([order]) == [([1], [2], 0, 1.0), ([1], [3], 0, 1.0)]


def test_a_session_that_only_bought_asks_nothing() -> None:
    """Where nothing came before, nothing is asked."""
    assert found([[(1, "purchase", 0), (2, "purchase", 0)], [(3, "view", 0)]]) == []
