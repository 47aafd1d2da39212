"""R15: whatever clocks workers have and in whatever order events come, features are those of the sorted run."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.features.fold import Fold
from application.features.measures import measures_of
from application.projections.rows import View
from application.streaming.states import STATES
from ports.measures import ENTITIES, Value
from tests.support.memory_house import NOW, MemoryHouse

#: Moments about which clocks disagree: both ends of summer time, the end of 32-bit seconds, a leap day, a new year.
EVES = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
)
EVENTS = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from("ab"), st.sampled_from(["coat", "hat"]), st.integers(0, 7 * 24)),
    min_size=1,
    max_size=14,
    unique_by=lambda one: one[0],
)


def body(number: int, at: datetime, cookie: str, product: str) -> bytes:
    """Return a look at a product at a moment."""
    said = {"product_id": product, "category": "outer", "brand": product[0], "unit_price": "40.00", "currency": "EUR"}
    told: dict[str, Any] = {"event": "product_viewed", "event_id": f"e-{number}", "timestamp": at.isoformat()}
    return json.dumps(told | {"anonymous_id": cookie, "properties": said}).encode()


def values(house: MemoryHouse, at: float) -> Mapping[str, Counter[str]]:
    """Return the values of every entity, by kind: surrogates are another in each house, so who it is does not count."""
    states = dict(View(house.read_models, "journal").all(STATES))
    found: dict[str, Counter[str]] = {}
    for entity in ENTITIES:
        fold = Fold(measures_of(entity))
        read = (fold.read(state, at) for key, state in states.items() if key.startswith(f"{entity}/"))
        found[entity] = Counter(json.dumps({name: rounded(value) for name, value in one.items()}) for one in read)
    return found


def rounded(value: Value) -> object:
    """Return a value to nine digits, and no surrogates."""
    if isinstance(value, Mapping):
        return sorted((key, float(f"{one:.9g}")) for key, one in value.items())
    return float(f"{value:.9g}")


@settings(max_examples=40, deadline=None)
@given(happened=EVENTS, eve=st.sampled_from(EVES), seed=st.integers(0, 99))
def test_features_are_those_of_the_sorted_run(
    happened: Sequence[tuple[int, str, str, int]], eve: datetime, seed: int
) -> None:
    """Up to seven days late and out of order, taken in by workers whose clocks are an hour off, either way."""
    bodies = [
        (eve + timedelta(minutes=minute), hours, body(number, eve + timedelta(minutes=minute), cookie, product))
        for number, (minute, cookie, product, hours) in enumerate(happened)
    ]
    dice, found = Random(seed), []
    for order in (lambda one: one[0], lambda one: one[0] + timedelta(hours=one[1])):
        house = MemoryHouse(batch=dice.choice([2, 7, 50]))
        for number, (_, _, sent) in enumerate(sorted(bodies, key=order)):
            house.clock.at = NOW + timedelta(hours=dice.choice([-1, 0, 1]))
            house.receive("web", [sent], f"batch-{number}")
        found.append(values(house, (eve + timedelta(days=8)).timestamp()))
    assert found[0] == found[1]
    assert sum(found[0]["product"].values()) == len({product for _, _, product, _ in happened})


@pytest.mark.parametrize("minutes", [4, 6])
def test_a_live_event_of_the_future_is_put_aside(minutes: int) -> None:
    """Five minutes are a clock that is a little fast; more is a clock that is wrong, and the event waits apart."""
    house = MemoryHouse()
    at = house.clock.at + timedelta(minutes=minutes)
    (answer,) = house.receive("live", [body(1, at, "a", "coat")])
    products = values(house, at.timestamp() + 60)["product"]
    assert (answer.outcome, sum(products.values())) == (("accepted", 1) if minutes < 5 else ("quarantined", 0))
