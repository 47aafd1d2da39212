"""What was bought and what came back, as it stands, in whatever order the order system said it."""

import json
from itertools import permutations
from typing import Any

import pytest

from application.features.fold import base_of
from application.features.measures import PRODUCT
from application.projections.purchases import BY_SUBJECT, PURCHASES, Purchase
from application.projections.rows import View
from tests.support.memory_house import MemoryHouse
from tests.support.popularity import product_states
from tests.support.shop import ordered, sent, sent_back


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


def purchase(house: MemoryHouse, order_id: str = "o") -> Purchase:
    found = View(house.read_models, "purchases").one(PURCHASES, order_id)
    assert found is not None
    return found


def touches(house: MemoryHouse) -> list[tuple[str, str, str]]:
    return sorted((one.action, one.product, one.fit) for one in purchase(house).touches)


def amended(minute: float, *variants: str) -> bytes:
    body = json.loads(ordered("o", minute, *variants))
    return json.dumps(body | {"event": "order_updated"}).encode()


def cancelled(minute: float) -> bytes:
    return sent("order_cancelled", minute, properties={"order_id": "o", "reason": "changed mind"})


STORIES: list[tuple[list[bytes], list[tuple[str, str, str]]]] = [
    ([ordered("o", 0, "coat/m", "hat/s")], [("purchase", "coat", ""), ("purchase", "hat", "")]),
    ([ordered("o", 0, "coat/m"), amended(5, "hat/s")], [("purchase", "hat", "")]),
    ([ordered("o", 0, "coat/m"), amended(5, "hat/s"), amended(9, "cap/s")], [("purchase", "cap", "")]),
    ([ordered("o", 0, "coat/m"), cancelled(5)], []),
    ([ordered("o", 0, "coat/m"), amended(3, "hat/s"), cancelled(5)], []),
    (
        [ordered("o", 0, "coat/m", "hat/s"), sent_back("r", "o", 60, "coat/m", "too-small")],
        [("purchase", "coat", ""), ("purchase", "hat", ""), ("return", "coat", "too_small")],
    ),
    (
        [ordered("o", 0, "coat/m"), sent_back("r", "o", 60, "coat/m", "style"), sent_back("s", "o", 61, "coat/m", "x")],
        [("purchase", "coat", ""), ("return", "coat", "")],
    ),
]


@pytest.mark.parametrize("story", range(len(STORIES)))
def test_an_order_reads_the_same_in_every_order_of_arrival(story: int) -> None:
    """The bill latest in business time counts, a cancelled order bought nothing, a return takes what is left."""
    bodies, expected = STORIES[story]
    for arrival in permutations(bodies):
        house = MemoryHouse(batch=2)
        for number, body in enumerate(arrival):
            house.receive("oms", [body], f"batch-{number}")
        assert touches(house) == sorted(expected)


def test_a_purchase_says_what_was_paid_and_by_whom(house: MemoryHouse) -> None:
    """Price in minor units, size, time of the order and when it could be known, filed under the buyer."""
    house.receive("oms", [ordered("o", 0, "coat/m", price="40.00")])
    (touch,) = purchase(house).touches
    assert (touch.price, touch.currency, touch.size, touch.known - touch.at) == (4000, "EUR", "m", 60.0)
    ada = house.surrogate("account", "ada")
    assert purchase(house).subject == ada
    assert View(house.read_models, "purchases").one(BY_SUBJECT, ada) == ["o"]


def test_orders_of_nobody_are_filed_under_nobody(house: MemoryHouse) -> None:
    """Two till receipts without a customer are not one customer."""
    for number in (1, 2):
        body: dict[str, Any] = json.loads(ordered(f"o-{number}", number, "coat/m"))
        del body["user_id"]
        house.receive("oms", [json.dumps(body).encode()], f"batch-{number}")
    assert View(house.read_models, "purchases").count(PURCHASES) == 2
    assert {collection for collection, _ in house.rows("purchases#1")} == {PURCHASES.name}


def test_a_product_knows_how_often_it_comes_back(house: MemoryHouse) -> None:
    """Returns count for the product that was bought, not for the variant or line that the return names."""
    house.receive("oms", [ordered("o", 0, "coat/m", "coat/l"), sent_back("r", "o", 60, "coat/m", "too-small")])
    states = product_states(house.read_models)
    assert sorted(states) == ["coat"]
    cell = states["coat"][base_of(next(one for one in PRODUCT if one.name == "return_share"))][""]
    assert (cell.total, cell.count) == (1.0, 2)
