from datetime import UTC, datetime, timedelta
from functools import partial

from attrs import evolve as changed

from domain.order import (
    DECIDER,
    Claim,
    OrderAmended,
    OrderCancelled,
    OrderPlaced,
    RefundIssued,
    ReturnAllocated,
    ReturnUnallocated,
    amend,
    cancel,
    claim_return,
    issue_refund,
    place,
)
from domain.values import Bill, LineItem, Money
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
DRESSES = LineItem("line-1", "RED-DRESS-38", "RED-DRESS", 2, Money(4990, "EUR"), tax_included=True)
BILL = Bill((DRESSES,), Money(9980, "EUR"))
ONE_DRESS = Bill((changed(DRESSES, quantity=1),), Money(4990, "EUR"))
PLACED = OrderPlaced("order-1", BILL, "web", MONDAY, 0)
CLAIM = Claim("return-1", 2, FRIDAY, line_id="line-1")
ALLOCATED = ReturnAllocated("order-1", CLAIM, "line-1", 2)


def test_an_order_is_placed_once() -> None:
    """Placing it again is nothing to do."""
    again = partial(place, order_id="order-1", bill=BILL, channel="web", placed_at=MONDAY)
    given(DECIDER).when(again).then(PLACED)
    given(DECIDER, PLACED).when(again).then_nothing()


def test_a_bill_that_does_not_add_up_is_kept_and_flagged() -> None:
    """Facts of the order system are not refused."""
    wrong = changed(BILL, total=Money(9981, "EUR"))
    given(DECIDER).when(place, order_id="order-1", bill=wrong, channel="web", placed_at=MONDAY).then(
        changed(PLACED, bill=wrong, unexplained_minor=1)
    )


def test_a_return_is_allocated_to_the_line_it_names() -> None:
    """Claiming it again is nothing to do."""
    given(DECIDER, PLACED).when(claim_return, order_id="order-1", claim=CLAIM).then(ALLOCATED)
    given(DECIDER, PLACED, ALLOCATED).when(claim_return, order_id="order-1", claim=CLAIM).then_nothing()


def test_a_return_can_name_the_variant_only() -> None:
    """A till knows what lies before it, not the order line."""
    claim = Claim("return-1", 1, FRIDAY, variant_id="RED-DRESS-38")
    given(DECIDER, PLACED).when(claim_return, order_id="order-1", claim=claim).then(
        ReturnAllocated("order-1", claim, "line-1", 1)
    )


def test_a_return_before_its_order_waits_for_it() -> None:
    """It is unallocated with the reason, and allocated when the order arrives."""
    waits = ReturnUnallocated("order-1", CLAIM, 2, "order_not_yet_known")
    given(DECIDER).when(claim_return, order_id="order-1", claim=CLAIM).then(waits)
    given(DECIDER, waits).when(place, order_id="order-1", bill=BILL, channel="web", placed_at=MONDAY).then(
        PLACED, ALLOCATED
    )


def test_more_than_was_bought_is_excess() -> None:
    """What fits is allocated, the rest is kept with its reason."""
    claim = changed(CLAIM, quantity=3)
    given(DECIDER, PLACED).when(claim_return, order_id="order-1", claim=claim).then(
        ReturnAllocated("order-1", claim, "line-1", 2), ReturnUnallocated("order-1", claim, 1, "excess")
    )


def test_a_return_of_something_else_has_no_line() -> None:
    """It is kept, unallocated."""
    claim = changed(CLAIM, line_id="line-of-another-order")
    given(DECIDER, PLACED).when(claim_return, order_id="order-1", claim=claim).then(
        ReturnUnallocated("order-1", claim, 2, "unknown_line")
    )


def test_an_earlier_return_comes_first_although_we_hear_of_it_later() -> None:
    """Who returned first is a matter of business time, not of arrival."""
    earlier = Claim("return-0", 1, MONDAY, line_id="line-1")
    given(DECIDER, PLACED, ALLOCATED).when(claim_return, order_id="order-1", claim=earlier).then(
        ReturnAllocated("order-1", earlier, "line-1", 1),
        ReturnAllocated("order-1", CLAIM, "line-1", 1),
        ReturnUnallocated("order-1", CLAIM, 1, "excess"),
    )


def test_a_cancellation_releases_what_was_allocated() -> None:
    """Nothing that was not bought can come back; the same cancellation again is nothing to do."""
    again = partial(cancel, order_id="order-1", cancellation_id="c-1", reason="customer", cancelled_at=FRIDAY)
    cancelled = OrderCancelled("order-1", "c-1", "customer", FRIDAY)
    given(DECIDER, PLACED, ALLOCATED).when(again).then(
        cancelled, ReturnAllocated("order-1", CLAIM, "line-1", 0), ReturnUnallocated("order-1", CLAIM, 2, "excess")
    )
    given(DECIDER, PLACED, cancelled).when(again).then_nothing()


def test_an_amendment_decides_returns_anew() -> None:
    """A smaller bill bears fewer returns; the same amendment again is nothing to do."""
    amended = OrderAmended("order-1", ONE_DRESS, FRIDAY, 0)
    given(DECIDER, PLACED, ALLOCATED).when(amend, order_id="order-1", bill=ONE_DRESS, amended_at=FRIDAY).then(
        amended, ReturnAllocated("order-1", CLAIM, "line-1", 1), ReturnUnallocated("order-1", CLAIM, 1, "excess")
    )
    given(DECIDER, PLACED, amended).when(amend, order_id="order-1", bill=ONE_DRESS, amended_at=FRIDAY).then_nothing()


def test_an_amendment_heard_before_the_order_still_counts_after_it() -> None:
    """The latest bill in business time is the bill."""
    state = DECIDER.fold((OrderAmended("order-1", ONE_DRESS, FRIDAY, 0), PLACED))
    assert state.bill == ONE_DRESS
    assert state.placed


def test_a_refund_needs_no_return_and_no_order() -> None:
    """It is recorded once, whatever else is known."""
    refund = RefundIssued("order-1", "refund-1", Money(500, "EUR"), FRIDAY)
    again = partial(
        issue_refund, order_id="order-1", refund_id="refund-1", amount=Money(500, "EUR"), refunded_at=FRIDAY
    )
    given(DECIDER).when(again).then(refund)
    given(DECIDER, refund).when(again).then_nothing()
