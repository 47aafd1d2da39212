"""What a release is served with, and that serving computes what training computed: through the door, event by event."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from attrs import evolve

from application.features.ranking import RANKING_FEATURES
from application.learning.dataset import build
from application.learning.histories import Histories
from application.learning.timeline import Timeline
from application.projections.catalogue import PRODUCTS
from application.projections.rows import View
from application.serving.context import context_of
from application.serving.shelf import Shelf
from application.serving.stack import Stack, open_stack
from haberdasher.testing.recommender import quiet
from ports.vault import Identifier
from tests.support.counter import SIZES, Linear, N, counted, draft, listed, makers, product, release_of
from tests.support.memory_house import MemoryHouse
from tests.support.observed import observed
from tests.support.shop import MONDAY, ordered, sent, sent_back

USERS = ("ada", "bob", "cem")
END = 600.0


def behaviour(seed: int) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Return a few hours of visits, and the orders and returns that came of them."""
    dice = Random(seed)
    visits, money = [], []
    for n in range(40):
        user, minute, item = dice.choice(USERS), dice.uniform(0, END), dice.randrange(12)
        words = {"product_id": product(item), "category_id": f"c-{item % 6}", "brand_id": f"b-{item % 12}"}
        words |= {"unit_price": f"{20 + item}.00", "currency": "EUR", "color": dice.choice(["red", "navy"])}
        who = {"anonymous_id": f"cookie-{user}"} | ({"user_id": user} if dice.random() < 0.5 else {})
        name = dice.choice(["product_viewed", "product_viewed", "product_clicked", "product_added_to_wishlist"])
        visits.append(sent(name, minute, properties=words, **who))
        if n % 5 == 0:
            variants = [f"{product(dice.randrange(12))}/{dice.choice(SIZES)}" for _ in range(dice.randint(1, 2))]
            money.append(ordered(f"o-{n}", dice.uniform(0, END), *dict.fromkeys(variants), user=user))
            if n % 10 == 0:
                money.append(sent_back(f"r-{n}", f"o-{n}", END - 1, variants[0], dice.choice(["too-small", "style"])))
    return visits, money


def served(house: MemoryHouse, at: float) -> Stack:
    shelf = Shelf(house.log, house.read_models)
    shelf.refresh(MONDAY)
    return open_stack(release_of(draft()), makers(), shelf, house.read_models, at)


@pytest.fixture
def house() -> MemoryHouse:
    house = MemoryHouse(batch=200)
    house.receive("oms", [body for n in range(N) for body in (listed(n), counted(n, n % 3))], "stock")
    return house


@pytest.mark.parametrize("seed", range(8))
def test_serving_computes_what_training_computed(house: MemoryHouse, seed: int) -> None:
    """The same customer, moment, items and subject have the same features, to 1e-5, from the same events."""
    visits, money = behaviour(seed)
    house.receive("web", visits, "visits")
    house.receive("oms", money, "money")
    at = MONDAY.timestamp() + END * 60 + 120
    stack = served(house, at)
    histories = observed(Histories.read(house.read_models))
    dataset = build(histories, quiet, dict(View(house.read_models, "catalogue").all(PRODUCTS)))
    timeline = Timeline.of(histories.observations, dataset)
    timeline.advance(at)
    names = [product(n) for n in range(16)]
    ours, theirs = [
        np.array([numbers[one] for one in names], np.int64) for numbers in (stack.numbers, dataset.numbers())
    ]
    retrieval = np.linspace(1, 0, len(names), dtype=np.float32)
    for user in (*USERS, "stranger"):
        context = context_of(house.read_models, house.vault, [Identifier("account", user)], None, at)
        known = histories.person(context.identifiers[0]) if context.identifiers else "stranger"
        for about in (None, product(3)):
            serving = stack.features(
                stack.profile(context.touches, at), ours, retrieval, None if about is None else stack.numbers[about]
            )
            training = timeline.features(
                known, at, theirs, retrieval, None if about is None else dataset.numbers()[about]
            )
            for column, name in enumerate(RANKING_FEATURES):
                np.testing.assert_allclose(serving[:, column], training[:, column], rtol=1e-5, atol=1e-5, err_msg=name)
        assert list(timeline.seen(known, 10)) == list(context.seen)


def test_what_is_known_too_late_changes_no_feature(house: MemoryHouse) -> None:
    """An order that the order system tells a minute later is not there at the moment in between."""
    house.receive("web", behaviour(1)[0], "visits")
    at = MONDAY.timestamp() + END * 60
    who = [Identifier("account", "ada")]
    before = context_of(house.read_models, house.vault, who, None, at)
    house.receive("oms", [ordered("o-1", END - 0.5, "p-01/m")], "money")
    assert context_of(house.read_models, house.vault, who, None, at).touches == before.touches
    after = context_of(house.read_models, house.vault, who, None, at + 60)
    assert [touch.action for touch in after.touches][-1] == "purchase"


def test_only_what_is_listed_and_in_stock_is_available(house: MemoryHouse) -> None:
    """Every third product was counted to nothing."""
    stack = served(house, MONDAY.timestamp())
    assert list(stack.available) == [n % 3 > 0 for n in range(N)]
    assert stack.release_id == "r-1"


def test_a_change_on_the_shelf_replaces_the_mask(house: MemoryHouse) -> None:
    """Whoever holds the old mask keeps it whole; products that the release does not know change nothing."""
    shelf = Shelf(house.log, house.read_models)
    shelf.refresh(MONDAY)
    stack = open_stack(release_of(draft()), makers(), shelf, house.read_models, MONDAY.timestamp())
    before = stack.available
    house.receive("oms", [counted(1, 0, -500), counted(3, 1, -500), listed(77), counted(77, 1)], "news")
    stack.restock(shelf, shelf.refresh(MONDAY))
    assert list(before[:4]) == [False, True, True, False]
    assert list(stack.available[:4]) == [False, False, True, True]


def test_the_most_popular_stand_first(house: MemoryHouse) -> None:
    """By what was touched lately, then by the order of the vocabulary."""
    visits = [sent("product_viewed", n, anonymous_id="c", properties={"product_id": product(5)}) for n in range(3)]
    house.receive("web", [*visits, sent("product_viewed", 9, anonymous_id="c", properties={"product_id": "p-09"})])
    stack = served(house, MONDAY.timestamp() + 3600)
    assert [stack.vocabulary[item] for item in stack.popular[:4]] == ["p-05", "p-09", "p-00", "p-01"]


def test_a_ranker_of_a_release_is_restored(house: MemoryHouse) -> None:
    """It scores as the one that was released."""
    shelf = Shelf(house.log, house.read_models)
    shelf.refresh(MONDAY)
    one = release_of(draft(ranker=Linear("price")))
    stack = open_stack(one, makers(), shelf, house.read_models, MONDAY.timestamp())
    assert stack.ranker is not None
    row = np.zeros((1, len(RANKING_FEATURES)), np.float32)
    row[0, RANKING_FEATURES.index("price")] = 3.0
    assert stack.ranker.score(row).tolist() == [3.0]


def test_a_ranker_of_other_features_is_refused(house: MemoryHouse) -> None:
    """The order of the features is part of what it learned."""
    one = release_of(draft(ranker=Linear()))
    other = evolve(one, documents={**one.documents, "ranking_features": list(reversed(RANKING_FEATURES))})
    with pytest.raises(ValueError, match="other features"):
        open_stack(other, makers(), Shelf(house.log, house.read_models), house.read_models, MONDAY.timestamp())
