"""What a session is after: every feature on a small story, and the order of the facts does not matter."""

from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.features.intent import Action, Knowledge, PriceLevel, intent_of
from application.features.step import Engaged, Step
from application.features.touch import Touch


def touch(at: float, action: str, product: str, category: str = "coats", price: int = 100_00, **rest: Any) -> Touch:
    return Touch(at, at, action, product, category=category, price=price, list_price=120_00, **rest)


TOUCHES = [
    touch(10, "view", "a", page="p1", colour="navy"),
    touch(20, "view", "b", page="p2", colour="navy"),
    touch(40, "view", "a", page="p3", colour="navy"),
    touch(70, "view", "hat", "hats", 40_00, page="p4", colour="red"),
    touch(80, "wishlist", "hat", "hats"),
    touch(90, "cart", "a", size="M"),
]
STEPS = [
    Step(5, 5, "page_viewed", page="home", value="home"),
    Step(15, 15, "products_searched", value="coat"),
    Step(16, 16, "products_searched", value="winter coat"),
    Step(18, 18, "product_list_filtered", value="size=M"),
    Step(30, 30, "product_media_viewed", "b", value="zoom"),
    Step(35, 35, "size_guide_viewed", "b"),
    Step(85, 85, "size_selected", "a", "M"),
    Step(95, 95, "product_removed_from_cart", "a", minor=30_00),
]
ENGAGED = {
    "p1": Engaged(5_000, 6_000, 50, 20),
    "p2": Engaged(15_000, 16_000, 90, 40),
    "p4": Engaged(1_000, 1_000, 10, 500),
}
TOLD = {"referral=email\nseason=winter": [5.0, 20.0], "referral=direct": [60.0]}
KNOWLEDGE = Knowledge(
    prices={"coats": PriceLevel(log(100_00), 0.5), "hats": PriceLevel(log(40_00), 0.0)},
    silhouettes={"a": "a_line", "b": "straight"},
    subjects={"a": "women", "b": "women", "hat": "men"},
    usual=frozenset({"women"}),
)


def test_a_story_is_read_as_it_was() -> None:
    """Looked at two coats and a hat, searched twice, asked for a size, put one into the cart and took part back."""
    found = intent_of(TOUCHES, STEPS, ENGAGED, TOLD, at=100, knowledge=KNOWLEDGE)
    assert (found.n_events, found.n_products, found.n_categories) == (14, 3, 2)
    assert found.top_category_share == pytest.approx(0.75)
    assert found.category_entropy == pytest.approx(0.8113, abs=1e-4)
    assert found.new_category_rate == pytest.approx(0.5)
    assert found.last[-1] == Action("a", "cart", 10)
    assert found.price_z == pytest.approx(0.0)
    assert found.price_z_deviation == pytest.approx(0.0)
    assert found.marked_down_share == 1.0
    assert found.colours == {"navy": 0.75, "red": 0.25}
    assert found.silhouettes == {"a_line": pytest.approx(2 / 3), "straight": pytest.approx(1 / 3)}
    assert (found.sizes, found.inferred_size, found.facets) == (("M",), "M", ("size=M",))
    assert (found.searches, found.reformulations) == (2, 1)
    assert found.query_recency == pytest.approx(2 ** (-84 / 300))
    assert (found.median_dwell_ms, found.max_dwell_ms, found.median_scroll_pct) == (10_000, 15_000, 70)
    assert found.most_revisits == 1
    assert found.revisited_share == pytest.approx(1 / 3)
    assert (found.zooms, found.fit_anxiety) == (1, 1)
    assert (found.cart_value_minor, found.cart_adds, found.cart_removes, found.wishlist_adds) == (70_00, 1, 1, 1)
    assert (found.since_last_s, found.elapsed_s) == (5, 95)
    assert found.circumstances == {"referral": "direct", "season": "winter"}
    assert found.gift_hint == 0.25
    assert found.stage == "decide"


@pytest.mark.parametrize(
    ("at", "stage"), [(9, "land"), (21, "browse"), (41, "compare"), (91, "decide"), (1000, "checkout")]
)
def test_a_session_comes_further_and_further(at: float, stage: str) -> None:
    """From landing to checkout, by what had happened by then."""
    steps = [*STEPS, Step(200, 200, "checkout_started")]
    assert intent_of(TOUCHES, steps, {}, {}, at=at, knowledge=Knowledge()).stage == stage


@given(st.permutations(TOUCHES), st.permutations(STEPS), st.sampled_from([9.0, 41.0, 100.0]))
def test_the_order_of_the_facts_does_not_matter(touches: list[Touch], steps: list[Step], at: float) -> None:
    """Any order of touches and steps gives the same intent."""
    found = intent_of(touches, steps, ENGAGED, TOLD, at=at, knowledge=KNOWLEDGE)
    assert found == intent_of(TOUCHES, STEPS, ENGAGED, TOLD, at=at, knowledge=KNOWLEDGE)


@given(st.floats(0, 120))
def test_nothing_that_was_not_known_yet_counts(at: float) -> None:
    """What comes later, or was heard of later, changes nothing that was read before."""
    known = [one for one in TOUCHES if one.at < at]
    done = [one for one in STEPS if one.at < at]
    heard_later = touch(at - 1, "view", "late")
    late = Touch(heard_later.at, at + 1, "view", "late")
    found = intent_of([*TOUCHES, late], STEPS, ENGAGED, TOLD, at=at, knowledge=KNOWLEDGE)
    engaged = {page: row for page, row in ENGAGED.items() if row.known < at}
    told = {key: [one for one in times if one < at] for key, times in TOLD.items()}
    assert found == intent_of(known, done, engaged, told, at=at, knowledge=KNOWLEDGE)


def test_nothing_is_known_of_nothing() -> None:
    """An empty session has landed, and says nothing else."""
    found = intent_of([], [], {}, {}, at=0, knowledge=Knowledge())
    assert (found.n_events, found.last, found.stage, found.since_last_s) == (0, (), "land", None)
