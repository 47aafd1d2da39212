"""Carts left behind, and orders that nobody places for herself."""

import pytest
from attrs import evolve

from application.projections.bulk import BulkProjection, bulk_orders, step_of, upper_end
from application.projections.carts import CartsProjection, abandoned_carts
from application.projections.sessions import SessionsProjection
from domain import order
from domain.session import facts, session
from domain.session.facts import ProductRef
from domain.traffic.policy import NOISE
from domain.values import Bill, LineItem, Money
from ports.event_log import Append, Commit, Fact, Metadata
from tests.unit.traffic.visitors import House, at

HOUR = 3600
COAT = ProductRef("coat", "coat/m")
ADDED = facts.ProductAddedToCart(at(0), COAT, 1)


def append(house: House, stream: str, version: int, *events: object, seconds: float = 0) -> None:
    metadata = Metadata("", at(seconds), at(seconds))
    house.log.commit(Commit([Append(f"main/{stream}", version, [Fact(one, metadata) for one in events])]))


def line(number: int, variant: str, quantity: int, currency: str = "EUR") -> LineItem:
    return LineItem(f"line-{number}", variant, "coat", quantity, Money(0, currency), tax_included=True)


def bill(total: int, *quantities: int) -> Bill:
    """Return a bill of one variant per quantity."""
    lines = tuple(line(number, f"variant-{number}", quantity) for number, quantity in enumerate(quantities))
    return Bill(items=lines, total=Money(total, "EUR"))


def left_behind(house: House) -> list[tuple[str, list[str], str]]:
    house.runner.catch_up([CartsProjection(), SessionsProjection()])
    return [(one.session_id, list(one.products), one.how) for one in abandoned_carts(house.read_models)]


def shopped(*events: facts.Fact, account: str = "") -> House:
    """Return a house with one session that ended at second 0."""
    house = House()
    house.session("0001", "visitor", [ADDED, *events])
    version = 2 + len(events)
    if account:
        append(house, "session-0001", version, session.SessionIdentityBound("0001", account, at(0)))
        version += 1
    append(house, "session-0001", version, session.SessionEnded("0001", "timeout", at(0)))
    return house


def later(house: House, seconds: float) -> None:
    """Let something else happen, so that the log's time goes on."""
    append(house, "session-0009", 0, session.SessionStarted("0009", "other", "web", at(seconds)), seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "how"), [(HOUR - 1, None), (HOUR, "soft"), (24 * HOUR - 1, "soft"), (24 * HOUR, "hard")]
)
def test_a_cart_is_abandoned_by_waiting(seconds: int, how: str | None) -> None:
    """Softly after an hour, surely after a day, counted from the session's end to the log's latest event."""
    house = shopped()
    later(house, seconds)
    assert left_behind(house) == ([] if how is None else [("0001", ["coat"], how)])


@pytest.mark.parametrize(
    ("ordered", "how"),
    [(-1, "hard"), (0, None), (HOUR, None), (HOUR + 1, "soft"), (24 * HOUR, "soft"), (24 * HOUR + 1, "hard")],
)
def test_an_order_of_the_account_ends_it(ordered: int, how: str | None) -> None:
    """An order since it was filled and within the hour was this cart's, one within a day may have been."""
    house = shopped(account="ada")
    placed = order.OrderPlaced("o-1", bill(100, 1), "web", at(ordered), 0, account="ada")
    append(house, "order-o1", 0, placed, seconds=ordered)
    later(house, 48 * HOUR)
    found = left_behind(house)
    assert [one[2] for one in found] == ([] if how is None else [how])


def test_an_empty_cart_and_a_checkout_leave_nothing() -> None:
    """What was taken out again, or checked out by the browser's word, was not left behind."""
    for event in (facts.ProductRemovedFromCart(at(0), COAT, 1), facts.CheckoutCompleted(at(0), "c-1")):
        house = shopped(event)
        later(house, 48 * HOUR)
        assert left_behind(house) == []


def test_a_session_that_goes_on_is_not_over() -> None:
    """Without the end of its session, no cart was left."""
    house = House()
    house.session("0001", "visitor", [ADDED])
    later(house, 48 * HOUR)
    assert left_behind(house) == []


def test_bridged_sessions_have_one_cart() -> None:
    """What is in the cart of an absorbed session is in the other's, and is left behind once."""
    house = shopped()
    house.session("0002", "visitor", [facts.ProductAddedToCart(at(0), ProductRef("hat"), 1)])
    append(house, "session-0001", 3, session.SessionsBridged("0002", "0001"))
    later(house, 48 * HOUR)
    assert left_behind(house) == [("0002", ["hat", "coat"], "hard")]


def test_what_was_left_behind_is_weakly_wanted() -> None:
    """Its products weigh 0.4, and are never counted against the shopper."""
    house = shopped()
    later(house, 48 * HOUR)
    house.runner.catch_up([CartsProjection()])
    (one,) = abandoned_carts(house.read_models)
    assert (one.weight, one.rule_version, one.known_at) == (0.4, NOISE.rule_version, at(24 * HOUR).timestamp())


def placed(house: House, number: int, total: int, *quantities: int) -> None:
    event = order.OrderPlaced(f"o-{number}", bill(total, *quantities), "web", at(number), 0)
    append(house, f"order-o{number}", 0, event)


def bulk(house: House) -> dict[str, str]:
    house.runner.catch_up([BulkProjection()])
    return {order_id: mark.why for order_id, mark in bulk_orders(house.read_models).items()}


@pytest.mark.parametrize(("quantities", "marked"), [((9,), False), ((10,), True), ((5, 9), False), ((1, 10), True)])
def test_ten_of_one_variant(quantities: tuple[int, ...], *, marked: bool) -> None:
    """Ten pieces of one variant are bought to be sold again."""
    house = House()
    placed(house, 1, 100, *quantities)
    assert bulk(house) == ({"o-1": "quantity"} if marked else {})


def test_two_lines_of_one_variant_add_up() -> None:
    """Six and four of the same variant are ten."""
    house = House()
    lines = line(1, "variant", 6), line(2, "variant", 4)
    append(house, "order-o1", 0, order.OrderPlaced("o-1", Bill(items=lines, total=Money(0, "EUR")), "web", at(0), 0))
    assert bulk(house) == {"o-1": "quantity"}


def test_an_amendment_is_judged_anew() -> None:
    """What is amended below ten is no bulk order any more."""
    house = House()
    placed(house, 1, 100, 12)
    append(house, "order-o1", 1, order.OrderAmended("o-1", bill(50, 3), at(9), 0))
    assert bulk(house) == {}


@pytest.mark.parametrize(
    ("before", "total", "marked"), [(999, 50_000, False), (1000, 50_000, True), (1000, 19_900, False)]
)
def test_more_than_all_but_one_of_a_thousand(before: int, total: int, *, marked: bool) -> None:
    """A total above the 99.9th percentile of a thousand orders or more is bulk; of fewer nothing is known."""
    house = House(batch=500)
    for number in range(before):
        placed(house, number, 1000 + number * 19, 1)
    placed(house, 5000, total, 1)
    assert bulk(house) == ({"o-5000": "value"} if marked else {})


def test_currencies_are_not_mixed() -> None:
    """What is usual in one currency says nothing of another."""
    rules = evolve(NOISE, bulk=evolve(NOISE.bulk, fewest_orders=1))
    house = House()
    placed(house, 1, 100, 1)
    yen = Bill(items=(line(1, "v", 1, "JPY"),), total=Money(10_000, "JPY"))
    append(house, "order-o2", 0, order.OrderPlaced("o-2", yen, "web", at(0), 0))
    house.runner.catch_up([BulkProjection(rules)])
    assert dict(bulk_orders(house.read_models)) == {}


def test_steps_are_narrow_and_in_order() -> None:
    """Every amount is within its step, which is no wider than a 32nd of it."""
    for amount in [*range(1, 3000), 99_999, 1_234_567]:
        end = upper_end(step_of(amount))
        assert step_of(end) == step_of(amount) < step_of(end + 1)
        assert amount <= end <= amount + max(amount / 32, 1)
