"""Late events: whatever the order in which observations come, and however late, streaming gives the same values."""

from random import Random
from typing import Any

import pytest

from application.features.fold import Fold
from application.features.touch import Observation
from ports.measures import ENTITIES, Entity, Value
from tests.support.features import DECLARED_AND_MORE, NOW, Cases, cases, live, same

LATER = NOW + 1.0


@pytest.fixture(scope="module", params=range(3))
def shops(request: pytest.FixtureRequest) -> Cases:
    """Sixty small shops, whose observations reach over an hour, days, or years."""
    return cases(request.param, 60)


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_order_of_arrival_does_not_matter(shops: Cases, entity: Entity) -> None:
    """In order, backwards (each but the first is late, by years), and shuffled: equal to 1e-9, for every measure."""
    measures = [one for one in DECLARED_AND_MORE if one.entity == entity]
    observations = live(shops.observations, LATER, LATER)
    in_order = sorted(observations, key=lambda one: one.at)
    shuffled = Random(1).sample(observations, len(observations))
    assert max(one.at for one in observations) - min(one.at for one in observations) > 365 * 86_400
    fold = Fold(measures)

    def values(arriving: list[Observation]) -> dict[str, dict[str, Value]]:
        states: dict[str, Any] = {}
        for one in arriving:
            if key := getattr(one, entity):
                fold.add(states.setdefault(key, {}), one)
        return {key: fold.read(state, LATER, shops.references) for key, state in states.items()}

    due = values(in_order)
    assert due
    for arriving in (in_order[::-1], shuffled):
        found = values(arriving)
        assert found.keys() == due.keys()
        wrong = [
            (key, one.name)
            for key, told in due.items()
            for one in measures
            if not same(one, told[one.name], found[key][one.name])
        ]
        assert wrong == []
