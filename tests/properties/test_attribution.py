"""Labels follow from what happened, and not from the order in which visits, orders and returns were heard of.

That is so where an order is heard after the touches that led to it: an order is looked at once.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from attrs import frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from application.projections.rows import generation_name
from domain.session.partition import Moment, account_of, partition
from domain.slate.outcome import LABELS, OUTCOMES, Outcome
from tests.support.feedback import DAY, clicked, outcomes, serve, shown
from tests.support.memory_house import MemoryHouse
from tests.support.shop import MONDAY, ordered, sent_back

SLATES: Mapping[str, Sequence[str]] = {"s-1": ("coat", "hat", "scarf"), "s-2": ("scarf", "coat", "hat")}
#: Whose each browser is, whenever somebody logs in there.
OWNERS = {"phone": "ada", "laptop": "ada"}
REASONS = {"too-small": 1.0, "style": -1.0, "no-idea": -0.2}


@frozen
class Fact:
    """A click on a place, or only a look at the slate (`position` 0)."""

    minute: int
    cookie: str
    slate: str
    position: int
    logged_in: bool

    @property
    def product(self) -> str:
        return SLATES[self.slate][self.position - 1]

    def body(self) -> bytes:
        who = {"anonymous_id": self.cookie} | ({"user_id": OWNERS[self.cookie]} if self.logged_in else {})
        if self.position:
            return clicked(self.minute, self.product, self.position, self.slate, **who)
        return shown(self.minute, 2000, slate_id="theirs", **who)


@frozen
class Order:
    """Of one product; `reason`: why it came back, if it did."""

    minute: float
    account: str
    product: str
    reason: str | None


#: In the order in which they are heard.
FACTS = st.lists(
    st.builds(
        Fact,
        st.integers(0, 11).map(lambda n: 25 * n),  # neighbours are one visit, others are two
        st.sampled_from(list(OWNERS)),
        st.sampled_from(list(SLATES)),
        st.integers(0, 3),
        st.sampled_from([False, False, True]),
    ),
    min_size=2,
    max_size=9,
    unique_by=lambda fact: fact.minute,
)
#: A click 50 minutes after a login, and then the look between that makes it one visit.
BRIDGED = [Fact(0, "phone", "s-1", 0, True), Fact(50, "phone", "s-1", 1, False), Fact(25, "phone", "s-1", 0, False)]
ORDERS = st.lists(
    st.builds(
        Order,
        st.integers(300, 320) | st.integers(int(7 * DAY), int(7 * DAY) + 300),
        st.sampled_from(["ada", "ada", "bob"]),
        st.sampled_from(SLATES["s-1"]),
        st.sampled_from([None, None, *REASONS]),
    ),
    max_size=4,
    unique_by=lambda order: order.product,  # of several returns for one place the one heard last has the word
)


def expected(facts: Sequence[Fact], orders: Sequence[Order]) -> Mapping[tuple[str, int], tuple[str, float]]:
    """The last word on each place, from the definition."""
    found: dict[tuple[str, int], tuple[str, float]] = {}

    def say(slate: str, position: int, outcome: Outcome, label: float) -> None:
        known = found.get((slate, position))
        if known is None or OUTCOMES.index(known[0]) < OUTCOMES.index(outcome):
            found[slate, position] = outcome, label

    touches: list[tuple[int, str | None, Fact]] = []
    for cookie, owner in OWNERS.items():
        of_cookie = {str(one.minute): one for one in facts if one.cookie == cookie}
        moments = {
            key: Moment(MONDAY + timedelta(minutes=one.minute), owner if one.logged_in else None)
            for key, one in of_cookie.items()
        }
        linked = account_of(moments.values())  # a login tells whose the browser is, also in visits without one
        for ids in partition(moments.items()):
            account = account_of(moments[one] for one in ids) or linked
            touches += [(of_cookie[one].minute, account, of_cookie[one]) for one in ids if of_cookie[one].position]
    for _, _, fact in touches:
        say(fact.slate, fact.position, "click", LABELS.label("click"))
    for order in orders:
        led = [
            (minute, fact.slate, fact.position)
            for minute, account, fact in touches
            if account == order.account and fact.product == order.product and order.minute - minute <= 7 * DAY
        ]
        if led:
            _, slate, position = max(led)
            say(slate, position, "purchase", LABELS.label("purchase"))
            if order.reason is not None:
                say(slate, position, "return", REASONS[order.reason])
    return found


def receive(house: MemoryHouse, source: str, bodies: Sequence[bytes], sizes: Sequence[int]) -> None:
    rest, number = list(bodies), 0
    while rest:
        size = sizes[number % len(sizes)]
        house.receive(source, rest[:size], f"{source}-{number}")
        rest, number = rest[size:], number + 1


@settings(max_examples=60, deadline=None)
@given(facts=FACTS, orders=ORDERS, sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3), seed=st.integers(0, 99))
@example(BRIDGED, [Order(300, "ada", "coat", None)], [1], 0)
def test_labels_follow_from_what_happened(facts: list[Fact], orders: list[Order], sizes: list[int], seed: int) -> None:
    """Visits in any order, over several devices, then orders and returns in any order: the same last word.

    Late facts join and divide sessions on the way, and a rebuild gives the rows of the live projection.
    """
    house, dice = MemoryHouse(), Random(seed)
    for slate_id, products in SLATES.items():
        serve(house, slate_id, products)
    house.project()
    money = [ordered(f"o-{n}", one.minute, f"{one.product}/m", user=one.account) for n, one in enumerate(orders)]
    for n, one in enumerate(orders):
        if one.reason is not None:
            money.append(sent_back(f"r-{n}", f"o-{n}", one.minute + 60, f"{one.product}/m", one.reason))
    dice.shuffle(money)
    receive(house, "web", [one.body() for one in facts], sizes)
    receive(house, "oms", money, sizes)
    found = {(slate, place): said for slate in SLATES for place, said in outcomes(house, slate).items()}
    assert found == expected(facts, orders)
    live = house.rows(generation_name("attribution", 1))
    house.runner.rebuild(house.projections["attribution"])
    assert house.rows(generation_name("attribution", 2)) == live
