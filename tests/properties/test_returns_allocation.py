"""Whatever order the facts of an order come in, it never bears more returns than pieces were bought."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import order
from domain.order import Claim, Event, Order, ReturnAllocated, ReturnUnallocated
from domain.values import Bill, LineItem, Money

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINES = ("line-1", "line-2", "line-3")

hours = st.integers(0, 8).map(lambda hour: NOON + timedelta(hours=hour))
bills = st.builds(
    lambda quantities: Bill(
        tuple(
            LineItem(line, f"variant-{line[-1]}", "RED-LINEN-DRESS", quantity, Money(4990, "EUR"), tax_included=True)
            for line, quantity in quantities.items()
        ),
        Money(4990 * sum(quantities.values()), "EUR"),
    ),
    st.dictionaries(st.sampled_from(LINES), st.integers(1, 4), min_size=1),
)
claims = st.builds(
    Claim,
    return_id=st.sampled_from(["return-1", "return-2", "return-3"]),
    quantity=st.integers(1, 4),
    claimed_at=hours,
    line_id=st.sampled_from([None, *LINES, "line-of-another-order"]),
    variant_id=st.sampled_from([None, "variant-1", "variant-2"]),
)


@st.composite
def steps(draw: st.DrawFn) -> list[partial[tuple[Event, ...]]]:
    """Decisions about one order, in the order in which we hear of them."""
    decisions = [
        *(
            partial(order.claim_return, claim=claim)
            for claim in draw(st.lists(claims, max_size=5, unique_by=lambda claim: claim.key))
        ),
        *(
            partial(
                order.cancel,
                cancellation_id=f"cancellation-{number}",
                reason="customer",
                cancelled_at=NOON,
                quantities=quantities,
            )
            for number, quantities in enumerate(
                draw(st.lists(st.dictionaries(st.sampled_from(LINES), st.integers(1, 2)), max_size=2))
            )
        ),
        *(
            partial(order.amend, bill=draw(bills), amended_at=NOON + timedelta(hours=hour))
            for hour in draw(st.lists(st.integers(1, 8), max_size=2, unique=True))
        ),
        partial(order.place, bill=draw(bills), channel="web", placed_at=NOON),
    ]
    return list(draw(st.permutations(decisions)))


def hear(decisions: list[partial[tuple[Event, ...]]]) -> Order:
    state = Order()
    for decide in decisions:
        state = order.DECIDER.fold(decide(state, order_id="order-1"), state)
        assert decide(state, order_id="order-1") == ()
        keeps_its_limits(state)
    return state


def keeps_its_limits(state: Order) -> None:
    borne: Counter[str] = Counter()
    for allocation in state.allocations.values():
        assert 0 <= allocation.quantity <= allocation.claim.quantity
        assert (allocation.reason is None) == (allocation.quantity == allocation.claim.quantity)
        if allocation.line_id is not None:
            borne[allocation.line_id] += allocation.quantity
    free = state.free()
    assert all(pieces <= free.get(line, 0) for line, pieces in borne.items())
    assert state.bill is not None or not borne


@given(steps(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_returns_are_never_more_than_what_was_bought_and_not_cancelled(
    decisions: list[partial[tuple[Event, ...]]], random: Random
) -> None:
    """After every fact the limit holds, a repeated fact is nothing to do, and another order of facts ends the same."""
    state = hear(decisions)
    shuffled = list(decisions)
    random.shuffle(shuffled)
    again = hear(shuffled)

    assert again.allocations == state.allocations
    assert again.bill == state.bill


@given(steps())
@settings(max_examples=200, deadline=None)
def test_the_events_tell_what_the_state_knows(decisions: list[partial[tuple[Event, ...]]]) -> None:
    """A reader who keeps the last word on each claim, allocated and then unallocated, knows every allocation."""
    state, allocated, waiting = Order(), dict[str, int](), dict[str, int]()
    for decide in decisions:
        events = decide(state, order_id="order-1")
        state = order.DECIDER.fold(events, state)
        for event in events:
            if isinstance(event, ReturnAllocated):
                allocated[event.claim.key] = event.quantity
                waiting.pop(event.claim.key, None)
            elif isinstance(event, ReturnUnallocated):
                waiting[event.claim.key] = event.quantity
    for key, allocation in state.allocations.items():
        assert allocated.get(key, 0) == allocation.quantity
        assert waiting.get(key, 0) == allocation.claim.quantity - allocation.quantity
