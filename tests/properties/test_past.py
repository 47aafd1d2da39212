"""No row of a training set knows anything that was not known when its slate was served."""

from collections.abc import Mapping, Sequence
from math import inf, isclose

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from application.features.fold import as_of
from application.features.ranking import CUSTOMER_FOLD, PRODUCT_FOLD, sought
from application.features.touch import Observation
from application.learning.past import Past
from ports.measures import Value

DAY = 86_400.0
T = 1_800_000_000.0
WHO = ("ada", "ben", "cookie")


@st.composite
def versions(draw: st.DrawFn) -> list[Observation]:
    """Return touches with their versions, in the order of the log: whose, what it counts, and whether at all."""
    told: list[Observation] = []
    for number in range(draw(st.integers(0, 12))):
        at = T + draw(st.integers(0, 20)) * DAY
        known = at + draw(st.sampled_from([-DAY, 0.0, 0.0, 3 * DAY]))
        action = draw(st.sampled_from(["view", "cart", "purchase", "return"]))
        who = draw(st.sampled_from(WHO))
        first = Observation(
            at,
            known,
            action,
            draw(st.sampled_from(["coat", "hat"])),
            category="outer",
            price=draw(st.sampled_from([0, 1000, 4000])),
            id=f"e-{number}",
            position=0,
            customer=who,
            visitor=who,
        )
        told.append(first)
        for _ in range(draw(st.integers(0, 2))):
            first = replace(
                first,
                known=first.known + draw(st.integers(0, 5)) * DAY,
                customer=draw(st.sampled_from(WHO)),
                counts=draw(st.sampled_from([1.0, 0.25, 0.0])),
                revoked=draw(st.booleans()),
            )
            told.append(first)
    order = draw(st.permutations(range(len(told))))
    placed = sorted(zip(told, order, strict=True), key=lambda pair: (pair[0].known, pair[1]))
    result = []
    for position, (one, _) in enumerate(placed, start=1):
        result.append(replace(one, position=position))
    return result


def same(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return one.keys() == other.keys() and all(
        same(value, other[key])  # type: ignore[arg-type]
        if isinstance(value, Mapping)
        else value == other[key] or isclose(value, other[key], rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]
        for key, value in one.items()
    )


def known(observations: Sequence[Observation], key: str, who: str, at: float) -> list[Observation]:
    """Return what was known of somebody or something at a moment, from the definition."""
    newest: dict[str, Observation] = {}
    for one in observations:
        if one.known <= at and (one.id not in newest or newest[one.id].position < one.position):
            newest[one.id] = one
    return [one for one in newest.values() if not one.revoked and one.at < at and getattr(one, key) == who]


@settings(max_examples=150, deadline=None)
@given(observations=versions(), days=st.lists(st.integers(-1, 30), min_size=1, max_size=5))
def test_the_walk_says_what_was_known_at_each_moment(observations: list[Observation], days: list[int]) -> None:
    """Of every customer and product, at any moments one after the other: the fold of what was known then."""
    past = Past.of(observations, CUSTOMER_FOLD, PRODUCT_FOLD)
    for at in sorted(T + day * DAY for day in days):
        past.advance(at)
        for who in WHO:
            theirs = known(observations, "customer", who, at)
            expected = as_of(theirs, CUSTOMER_FOLD, at=at, known=inf)
            assert same(CUSTOMER_FOLD.read(past.customer(who), at), expected)
            ordered = sorted(theirs, key=lambda one: (one.at, one.product))
            assert list(past.seen(who, 50)) == list(sought(ordered))
        for product in ("coat", "hat"):
            expected = as_of(known(observations, "product", product, at), PRODUCT_FOLD, at=at, known=inf)
            assert same(PRODUCT_FOLD.read(past.product(product), at), expected)


@settings(max_examples=100, deadline=None)
@given(observations=versions(), planted=versions(), day=st.integers(0, 25))
def test_planted_events_of_the_future_change_nothing(
    observations: list[Observation], planted: list[Observation], day: int
) -> None:
    """What becomes known a moment after the slate, whenever it happened and whatever it corrects, is in no feature."""
    at = T + day * DAY
    after = len(observations)
    late = [
        replace(
            one, known=max(one.known, at + 0.001), position=after + number, id=one.id if number % 2 else f"p-{number}"
        )
        for number, one in enumerate(planted, start=1)
    ]
    found = []
    for every in (observations, [*observations, *late]):
        past = Past.of(every, CUSTOMER_FOLD, PRODUCT_FOLD)
        past.advance(at)
        found.append(
            (
                [CUSTOMER_FOLD.read(past.customer(who), at) for who in WHO],
                [PRODUCT_FOLD.read(past.product(one), at) for one in ("coat", "hat")],
                [past.seen(who, 50) for who in WHO],
                [past.customer_of(who) for who in WHO],
            )
        )
    assert found[0] == found[1]


def test_a_login_to_come_gives_a_session_no_history() -> None:
    """What began on a laptop that nobody knew has nothing of whoever logs in there later."""

    def seen(at: float, known: float, position: int, **whose: str) -> Observation:
        return Observation(at, known, "view", "coat", id=f"e-{at}", position=position, **whose)  # type: ignore[arg-type]

    told = [
        seen(T - DAY, T - DAY, 1, customer="ada", visitor="phone", account="account-ada"),
        seen(T, T, 2, customer="laptop", visitor="laptop"),
        seen(T, T + 600, 3, customer="ada", visitor="laptop", account="account-ada"),
    ]
    past = Past.of(told, CUSTOMER_FOLD, PRODUCT_FOLD)
    past.advance(T + 60)
    assert past.customer_of("laptop") == "laptop"
    past.advance(T + 700)
    assert past.customer_of("laptop") == "ada"
