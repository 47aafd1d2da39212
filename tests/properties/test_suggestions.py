"""However many suggestions there are, and whatever they say: persons are made of links alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from application.identity.suggesting import Proposal
from domain.identity.suggestion import LinkSuggested
from ports.event_log import Append, Commit, Fact
from tests.support.memory_house import MemoryHouse
from tests.support.shop import sent
from tests.support.suggesting import ToldLinkage, suggesting

USERS = ("ada", "grace", "alan", "edsger")
COOKIES = ("c1", "c2", "c3")
Logins = list[tuple[str, str, int]]
Rows = dict[tuple[str, str], bytes]
LOGINS = st.lists(st.tuples(st.sampled_from(USERS), st.sampled_from(COOKIES), st.integers(0, 50_000)), max_size=8)
PAIRS = st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda it: it[0] != it[1])
EVIDENCE = st.sets(st.sampled_from(["surname", "born", "email"]))
SUGGESTED = st.lists(st.tuples(PAIRS, st.floats(0, 1), EVIDENCE), max_size=8)


@given(before=LOGINS, after=LOGINS, suggested=SUGGESTED)
@settings(max_examples=40, deadline=None)
def test_suggestions_never_change_the_partition(
    before: Logins, after: Logins, suggested: list[tuple[tuple[int, int], float, set[str]]]
) -> None:
    """The identity read model is the same before and after them, rebuilt, and from a log that never had them."""
    house = MemoryHouse()
    _log_in(house, [(user, cookie, 0) for user, cookie in zip(USERS, (*COOKIES, COOKIES[0]), strict=True)])
    _log_in(house, before)
    ends = [
        house.surrogate(*one) for one in (*(("account", it) for it in USERS), *(("anonymous", it) for it in COOKIES))
    ]
    was = _persons(house)
    news = suggesting(house, ToldLinkage()).record(
        [
            Proposal(min(ends[a], ends[b]), max(ends[a], ends[b]), ("p", "q"), probability, tuple(sorted(evidence)))
            for (a, b), probability, evidence in suggested
        ]
    )
    assert news == len(house.events(LinkSuggested)) <= len(suggested)
    house.project()
    assert _persons(house) == was
    _log_in(house, after)
    live = _persons(house)
    house.runner.rebuild(house.projections["identity"])
    assert _persons(house) == live == _persons(_without_suggestions(house))


def _log_in(house: MemoryHouse, logins: Logins) -> None:
    house.receive("web", [sent("login", minute, user_id=user, anonymous_id=cookie) for user, cookie, minute in logins])


def _persons(house: MemoryHouse) -> Rows:
    return house.rows(f"identity#{house.read_models.live('identity')}")


def _without_suggestions(house: MemoryHouse) -> MemoryHouse:
    """Return a house whose log has every fact of this one's but the suggestions, and whose persons are of that log."""
    bare = MemoryHouse()
    for one in house.log.follow(after=0, limit=1_000_000):
        if not isinstance(one.event, LinkSuggested):
            bare.log.commit(Commit([Append(one.stream, one.version - 1, [Fact(one.event, one.metadata)])]))
    bare.runner.rebuild(bare.projections["identity"])
    return bare
