"""What a shop lists and counts, said late and out of order by two systems."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.catalogue.product import (
    DECIDER,
    Colourway,
    Count,
    Event,
    Product,
    ProductListed,
    StockCounted,
    Variant,
    count_stock,
    list_product,
)
from haberdasher.testing.given_when_then import given

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
RED = Colourway("dress-red", (Variant("dress/s", "S"), Variant("dress/m", "M")), "red")


def listed(day: int, title: str = "Dress") -> ProductListed:
    return ProductListed("dress", title, MONDAY + timedelta(days=day), (RED,))


def counted(day: int, **levels: int) -> StockCounted:
    return StockCounted("dress", {f"dress/{size}": level for size, level in levels.items()}, MONDAY + timedelta(day))


#: Told in order of time; sizes are counted in turns, and one count names all of them.
STORY: Sequence[Event] = (
    counted(0, s=9, m=9),
    listed(1, "Dres"),
    counted(2, s=8),
    listed(3, "Dress"),
    counted(4, m=7, l=1),
    listed(5, "Red dress"),
    counted(6, s=5),
)


def told(story: Sequence[Event]) -> Product:
    """Return the state after each message went through its decision."""
    state = DECIDER.initial()
    for message in story:
        decided = list_product if isinstance(message, ProductListed) else count_stock
        for event in decided(state, message):  # type: ignore[arg-type]
            state = DECIDER.evolve(state, event)
    return state


@for_all(st.permutations(STORY))
def test_the_order_of_arrival_does_not_matter(story: Sequence[Event]) -> None:
    """The latest listing, and the latest count of each variant, stand in the end, whatever came first."""
    levels = {"dress/s": (5, 6), "dress/m": (7, 4), "dress/l": (1, 4)}
    stock = {one: Count(quantity, MONDAY + timedelta(day)) for one, (quantity, day) in levels.items()}
    assert told(story) == Product(listed(5, "Red dress"), stock)


def test_counts_may_come_before_the_listing() -> None:
    """Stock of a product that nobody listed yet is kept, and is there when the listing comes."""
    given(DECIDER).when(count_stock, counted(0, s=3)).then(counted(0, s=3))
    state = DECIDER.fold((counted(0, s=3), listed(1)))
    assert (state.listing, state.on_hand("dress/s")) == (listed(1), 3)


def test_what_was_never_counted_is_not_on_hand() -> None:
    """A listed variant without a count has no pieces, as has one that was counted down to none."""
    state = DECIDER.fold((listed(0), counted(1, m=0)))
    assert (state.on_hand("dress/s"), state.on_hand("dress/m")) == (0, 0)


def test_a_listing_that_is_not_newer_is_nothing_to_do() -> None:
    """An older one, and one of the same time, change nothing; a newer one does."""
    present = given(DECIDER, listed(1))
    present.when(list_product, listed(0, "Old dress")).then_nothing()
    present.when(list_product, listed(1, "Another dress")).then_nothing()
    present.when(list_product, listed(2, "New dress")).then(listed(2, "New dress"))


def test_a_count_that_is_not_newer_is_nothing_to_do() -> None:
    """An older count, and one of the same time, change nothing."""
    present = given(DECIDER, counted(1, s=3))
    present.when(count_stock, counted(0, s=8)).then_nothing()
    present.when(count_stock, counted(1, s=8)).then_nothing()


def test_a_count_tells_only_what_is_news() -> None:
    """Of a late count the variants that were counted since are left out, the others are recorded."""
    given(DECIDER, counted(2, s=3)).when(count_stock, counted(1, s=8, m=4)).then(counted(1, m=4))


def test_a_count_leaves_the_variants_it_does_not_name() -> None:
    """A count of one size says nothing about another."""
    state = DECIDER.fold((counted(0, s=3, m=4), counted(1, s=2)))
    levels: Mapping[str, int] = {one: count.quantity for one, count in state.stock.items()}
    assert levels == {"dress/s": 2, "dress/m": 4}
