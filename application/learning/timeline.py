"""History once more from the beginning: at any moment on the way, what was known of a customer and of a product.

Walking once over all touches costs what they are; asking each slate for its past would cost them again and again.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from math import inf, nextafter

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from application.features.declarations import Measure
from application.features.fold import State, Value, add, read
from application.features.ranking import (
    CUSTOMER_MEASURES,
    PRODUCT_MEASURES,
    Dynamics,
    profile_of,
    ranking_features,
)
from application.features.touch import Touch
from application.learning.dataset import Dataset
from application.learning.histories import Histories


@define(eq=False)
class Timeline:
    """`advance` only forwards. As in `as_of`, a touch counts after it happened, and from when it was known."""

    _touches: Sequence[tuple[float, str, Touch]]
    _dataset: Dataset
    _numbers: Mapping[str, int]
    _dynamics: Dynamics
    _next: int = field(init=False, default=0)
    _customers: dict[str, State] = field(init=False, factory=dict)
    _products: dict[str, State] = field(init=False, factory=dict)
    _seen: dict[str, list[tuple[float, str]]] = field(init=False, factory=dict)

    @classmethod
    def of(cls, histories: Histories, dataset: Dataset) -> "Timeline":
        """Lay the touches of everybody in one order."""
        touches = [(_counts_from(one), person, one) for person, every in histories.people() for one in every]
        nothing = Dynamics(*(np.zeros(len(dataset.vocabulary), np.float32) for _ in range(3)))
        return cls(sorted(touches, key=_when), dataset, dataset.numbers(), nothing)

    def advance(self, at: float) -> None:
        """Take in everything that had happened before `at` (Unix seconds) and was known by then."""
        while self._next < len(self._touches) and self._touches[self._next][0] <= at:
            _, person, touch = self._touches[self._next]
            self._next += 1
            add(self._products.setdefault(touch.product, {}), PRODUCT_MEASURES, touch)
            if person:
                add(self._customers.setdefault(person, {}), CUSTOMER_MEASURES, touch)
                seen = self._seen.setdefault(person, [])
                if touch.action != "return":
                    insort(seen, (touch.at, touch.product), key=_when)
                elif touch.taste <= 0:  # as `ranking.sought` has it
                    seen[:] = [one for one in seen if one[1] != touch.product or one[0] > touch.at]

    def features(
        self, person: str, at: float, items: NDArray[np.int64], retrieval: NDArray[np.float32], subject: int | None
    ) -> NDArray[np.float32]:
        """Return what `ranking_features` would have given at `at`, which is where `advance` has come to.

        Of what moves only the rows of `items` are brought up to date: nothing else is read.
        """
        table, moving = self._dataset.table, self._dynamics
        now = Dynamics.of([self._product(self._dataset.vocabulary[item], at) for item in items.tolist()])
        moving.popularity[items], moving.selling_price[items] = now.popularity, now.selling_price
        moving.return_share[items] = now.return_share
        values = _read(self._customers.get(person, {}), CUSTOMER_MEASURES, at)
        profile = profile_of(values, table, self._numbers)
        return ranking_features(profile, table, moving, items, retrieval, subject=subject)

    def _product(self, product_id: str, at: float) -> Mapping[str, float]:
        values = _read(self._products.get(product_id, {}), PRODUCT_MEASURES, at)
        return {name: value for name, value in values.items() if isinstance(value, float)}

    def seen(self, person: str, count: int) -> Sequence[str]:
        """Return the last products that the customer looks for, oldest first, as `ranking.sought` has them."""
        return [product for _, product in self._seen.get(person, [])[-count:]]


def _when(entry: tuple[float, *tuple[object, ...]]) -> float:
    return entry[0]


def _counts_from(touch: Touch) -> float:
    return touch.known if touch.known > touch.at else nextafter(touch.at, inf)


def _read(state: State, measures: Sequence[Measure], at: float) -> Mapping[str, Value]:
    return {one.name: read(state, one, at) for one in measures}
