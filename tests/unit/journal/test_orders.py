"""What the journal makes of orders: lines, amendments, returns, labels, and orders that do not count."""

from collections.abc import Sequence

import pytest

from domain import order
from domain.identity.consent import ConsentChanged
from domain.identity.person import PersonForgotten
from domain.returns.maturity import LabelMatured, LineLabel
from domain.returns.routes import SignalRouted, SignalWithdrawn
from domain.session import facts, session
from domain.values import Bill, LineItem, Money
from tests.unit.journal.log import Log, at, states

ADA, MAIL, COOKIE = "account:ada", "email:m", "anonymous:c"
LINE = "order/o%2F1/"


def bill(*lines: str, quantity: int = 1) -> Bill:
    price = Money(4000, "EUR")
    items = tuple(
        LineItem(one, f"{one}/m", one, quantity, price, tax_included=True, size_label="m", brand_id="acme")
        for one in lines
    )
    return Bill(items, price * len(lines))


def placed(*lines: str, account: str | None = ADA, email: str | None = None, quantity: int = 1) -> order.OrderPlaced:
    return order.OrderPlaced("o/1", bill(*lines, quantity=quantity), "web", at(0), 0, account=account, email=email)


def claim(quantity: int = 1) -> order.ReturnAllocated:
    return order.ReturnAllocated("o/1", order.Claim("r", 1, at(60), "coat"), "coat", quantity)


def routed(destination: str, what: str, weight: float) -> SignalRouted:
    about = ("r", "coat", "o/1", "coat", "coat/m", ADA)
    return SignalRouted(*about, destination, what, weight, "p", at(70))  # type: ignore[arg-type]


def told(*events: object, also: Sequence[str] = ()) -> Log:
    log = Log()
    log.see(ADA, *also)
    for minute, event in enumerate(events):
        log.add("order-o/1", event, minute)
    return log


def test_every_line_is_a_purchase_of_whoever_ordered() -> None:
    """With price, size and brand, under an id of order and line; known when the order system said it."""
    log = told(placed("coat", "hat"))
    coat, hat = log.versions()
    assert (coat.id, hat.id) == (f"{LINE}coat", f"{LINE}hat")
    assert (coat.action, coat.product, coat.price, coat.size, coat.brand) == ("purchase", "coat", 4000, "m", "acme")
    assert (coat.customer, coat.visitor, coat.account, coat.session) == (ADA, ADA, ADA, "")
    assert (coat.position, coat.at, coat.known) == (20, at(0).timestamp(), at(0).timestamp())


def test_a_guest_is_nobody_and_an_address_is_whose_it_becomes() -> None:
    """Without any name the customer is empty; an address is a stranger until it is linked."""
    assert [one.customer for one in told(placed("coat", account=None)).versions()] == [""]
    log = told(placed("coat", account=None, email=MAIL), also=(MAIL,))
    log.link(ADA, MAIL, 5)
    assert [(one.customer, one.visitor, one.account) for one in log.versions()] == [(MAIL, MAIL, ""), (ADA, MAIL, "")]


def test_what_is_amended_away_or_cancelled_never_happened_from_then_on() -> None:
    """It is revoked, not deleted; what an amendment brings back is there again."""
    log = told(
        placed("coat", "hat"),
        order.OrderAmended("o/1", bill("coat"), at(5), 0),
        order.OrderAmended("o/1", bill("coat", "hat"), at(6), 0),
        order.OrderCancelled("o/1", "x", "why", at(7)),
    )
    assert [(one.position, one.revoked) for one in log.versions(f"{LINE}hat")] == [
        (20, False), (30, True), (40, False), (50, True),
    ]  # fmt: skip
    assert all(one.revoked for one in log.heard().current)


def test_a_return_says_more_as_it_is_understood() -> None:
    """Allocated, then its direction and what is left of the taste, for the purchase too; withdrawn, that is unsaid."""
    log = told(placed("coat"), claim(), routed("size_model", "small", 0.8), routed("taste", "item", -0.4))
    back, line = log.versions("return/o%2F1/r/coat"), log.versions(f"{LINE}coat")
    assert [(one.position, one.fit, one.taste) for one in back] == [
        (30, "", 0.0), (40, "too_small", 0.0), (50, "too_small", -0.4),
    ]  # fmt: skip
    assert [(one.position, one.taste, one.settled) for one in line] == [(20, 1.0, 0.0), (50, -0.4, at(3).timestamp())]
    assert {one.at for one in back} == {at(60).timestamp()}
    log.add("order-o/1", SignalWithdrawn(routed("size_model", "small", 0.8), at(80)), 80)
    log.add("order-o/1", claim(0), 81)
    back = log.versions("return/o%2F1/r/coat")
    assert [(one.fit, one.revoked) for one in back[-2:]] == [("", False), ("", True)]


def test_a_label_that_has_matured_is_a_new_version() -> None:
    """Its value and since when it holds; the same again is none."""
    matured = LabelMatured("o/1", (LineLabel("coat", "coat", "coat/m", 0.7),), at(50), "p")
    log = told(placed("coat"), matured, matured)
    assert [(one.position, one.taste, one.settled) for one in log.versions()] == [
        (20, 1.0, 0.0), (30, 0.7, at(50).timestamp()),
    ]  # fmt: skip


def test_a_bulk_order_counts_for_nothing_until_it_is_amended() -> None:
    """Two of one variant are many here."""
    log = told(placed("coat", quantity=2), order.OrderAmended("o/1", bill("coat"), at(5), 0))
    assert states(log.versions()) == [(20, ADA, 0.0), (30, ADA, 1.0)]


def test_an_order_that_a_robot_led_to_counts_for_nothing() -> None:
    """The last touch of the account within a day before it decides: a robot's, or after it a person's."""
    log = told()
    log.add("order-o/1", placed("coat"), 100)
    log.start("bot", COOKIE, 0)
    log.view("bot", 10)
    log.bind("bot", ADA, 11)
    log.fact("bot", facts.AgentObserved(at(12), "crawl"))
    log.start("hers", "anonymous:p", 0)
    log.bind("hers", ADA, 20)
    log.view("hers", 20)
    log.view("bot", 30)
    log.view("bot", 101)
    assert states(log.versions(f"{LINE}coat")) == [(20, ADA, 1.0), (60, ADA, 0.0), (90, ADA, 1.0), (100, ADA, 0.0)]


def test_a_forgotten_order_goes_with_what_was_revoked_of_it() -> None:
    """The ids of all its observations are told, and nothing of it is kept."""
    log = told(placed("coat", "hat"), order.OrderAmended("o/1", bill("coat"), at(5), 0))
    log.add(f"person-{ADA}", PersonForgotten(ADA, (ADA,), at(6), orders=("o/1",)), 6)
    (forgotten,) = log.heard().forgotten
    assert forgotten.observations == {f"{LINE}coat", f"{LINE}hat"}
    assert log.heard().versions == []


@pytest.mark.parametrize(
    "gone", [session.SessionCut("bot", "next", at(5), "cap"), session.SessionsBridged("next", "bot")]
)
def test_a_robot_whose_looks_are_the_accounts_no_more_led_to_nothing(gone: object) -> None:
    """What is cut away or bridged from a session with a login takes along what it says of the account's order."""
    log = told()
    log.add("order-o/1", placed("coat"), 100)
    log.start("bot", COOKIE, 0)
    log.start("next", COOKIE, 50)
    log.fact("bot", facts.AgentObserved(at(1), "crawl"))
    log.view("bot", 10)
    log.view("bot", 3)
    log.bind("bot", ADA, 7)
    log.add("session-bot", gone, 61)
    assert states(log.versions(f"{LINE}coat")) == [(20, ADA, 1.0), (80, ADA, 0.0), (90, ADA, 1.0)]


def test_a_robot_that_gives_itself_away_elsewhere_led_to_the_order_as_well() -> None:
    """The verdict is of the visitor: found out in a session without a login, it holds for the one with it."""
    log = told()
    log.add("order-o/1", placed("coat"), 100)
    log.start("bot", COOKIE, 0)
    log.start("next", COOKIE, 200)
    log.view("bot", 10)
    log.bind("bot", ADA, 2)
    log.fact("next", facts.AgentObserved(at(200), "crawl"))
    assert states(log.versions(f"{LINE}coat")) == [(20, ADA, 1.0), (70, ADA, 0.0)]


def test_who_takes_back_consent_takes_back_their_orders() -> None:
    """As learning does: an order of theirs says nothing any more."""
    log = told(placed("coat"))
    log.add(f"consent-{ADA}", ConsentChanged(ADA, {"personalisation": "denied"}, at(2)), 2)
    assert states(log.versions()) == [(20, ADA, 1.0), (30, ADA, 0.0)]
