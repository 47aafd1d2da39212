"""Sessions as they are read equal sessions computed from the set of facts, in whatever order these arrived."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from application.projections.rows import View, generation_name
from application.projections.sessions import BY_SUBJECT, SESSIONS
from domain.session.partition import Moment, account_of, partition
from ports.vault import Identifier
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, sent

#: (minute, account, is a logout): one visitor, each minute once.
VISIT = st.lists(
    st.tuples(st.integers(0, 40).map(lambda n: 5 * n), st.sampled_from([None, None, "ada", "bob"]), st.booleans()),
    min_size=1,
    max_size=14,
    unique_by=lambda fact: fact[0],
)
DENSE = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: 25 * n), st.sampled_from([None, "ada"]), st.just(value=False)),
    min_size=20,
    max_size=40,
    unique_by=lambda fact: fact[0],
)
PEOPLE = (Identifier("account", "ada"), Identifier("account", "bob"))
Facts = Sequence[tuple[int, str | None, bool]]


def body(minute: int, account: str | None, *, logout: bool) -> bytes:
    known = {} if account is None else {"user_id": account}
    if logout:
        return sent("logout", minute, anonymous_id="cookie", **known)
    return sent("product_viewed", minute, anonymous_id="cookie", properties={"product_id": str(minute)}, **known)


def expected(facts: Facts) -> list[tuple[str | None, list[str]]]:
    """The account and the products of every session that saw a product, from the definition."""
    moments = {
        str(minute): Moment(MONDAY + timedelta(minutes=minute), account, logout) for minute, account, logout in facts
    }
    viewed = {str(minute) for minute, _, logout in facts if not logout}
    sessions = partition(moments.items())
    found = [(account_of(moments[one] for one in ids), [one for one in ids if one in viewed]) for ids in sessions]
    return [(account, products) for account, products in found if products]


def actual(house: MemoryHouse) -> list[tuple[str | None, list[str]]]:
    named = {house.vault.find(who): who.value for who in house.vault.surrogates([*PEOPLE])}
    rows = [row for _, row in View(house.read_models, "sessions").all(SESSIONS) if row.touches]
    rows.sort(key=lambda row: min(touch.at for touch in row.touches))
    ordered = [sorted(row.touches, key=lambda touch: touch.at) for row in rows]
    return [
        (named.get(row.account), [touch.product for touch in touches])
        for row, touches in zip(rows, ordered, strict=True)
    ]


def prove(facts: Facts, sizes: Sequence[int]) -> None:
    house, bodies = MemoryHouse(), [body(minute, account, logout=logout) for minute, account, logout in facts]
    number = 0
    while bodies:
        size = sizes[number % len(sizes)]
        house.receive("web", bodies[:size], f"batch-{number}")
        bodies, number = bodies[size:], number + 1
    assert actual(house) == expected(facts)
    view = View(house.read_models, "sessions")
    listed = {session: subject for subject, sessions in view.all(BY_SUBJECT) for session in sessions}
    assert listed == {key: row.subject for key, row in view.all(SESSIONS) if not row.absorbed_by}
    live = house.rows(generation_name("sessions", 1))
    house.runner.rebuild(house.projections["sessions"])
    assert house.rows(generation_name("sessions", 2)) == live


@settings(max_examples=150, deadline=None)
@given(facts=VISIT, sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_sessions_read_are_sessions_of_the_set(facts: Facts, sizes: Sequence[int]) -> None:
    """Bridges, cuts, logins and logouts in any order and any batches end in the partition of the set of facts."""
    prove(facts, sizes)


@settings(max_examples=40, deadline=None)
@given(facts=DENSE, sizes=st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_the_cap_divides_the_same_way_whatever_came_first(facts: Facts, sizes: Sequence[int]) -> None:
    """A long visit is cut at the cap counted from its true beginning, also when that arrives last."""
    prove(facts, sizes)
