"""What serving would have computed at any moment of the past, for training and for judging what was trained."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import define
from numpy.typing import NDArray

from application.features.ranking import (
    CUSTOMER_FOLD,
    PRODUCT_FOLD,
    Dynamics,
    profile_of,
    ranking_features,
)
from application.features.touch import Observation
from application.learning.dataset import Dataset
from application.learning.past import Past


@define(eq=False)
class Timeline:
    """The past in the units of the ranker. `advance` only forwards."""

    _past: Past
    _dataset: Dataset
    _numbers: Mapping[str, int]
    _dynamics: Dynamics

    @classmethod
    def of(cls, observations: Iterable[Observation], dataset: Dataset) -> "Timeline":
        nothing = Dynamics(*(np.zeros(len(dataset.vocabulary), np.float32) for _ in range(3)))
        return cls(Past.of(observations, CUSTOMER_FOLD, PRODUCT_FOLD), dataset, dataset.numbers(), nothing)

    def advance(self, at: float) -> None:
        """Take in everything that had happened before `at` (Unix seconds) and was known by then."""
        self._past.advance(at)

    def features(
        self, identifier: str, at: float, items: NDArray[np.int64], retrieval: NDArray[np.float32], subject: int | None
    ) -> NDArray[np.float32]:
        """Return what `ranking_features` would have given at `at`, which is where `advance` has come to.

        `identifier`: whose the features are, as far as it was known whose it is.

        Of what moves only the rows of `items` are brought up to date: nothing else is read.
        """
        table, moving = self._dataset.table, self._dynamics
        now = Dynamics.of([self._product(self._dataset.vocabulary[item], at) for item in items.tolist()])
        moving.popularity[items], moving.selling_price[items] = now.popularity, now.selling_price
        moving.return_share[items] = now.return_share
        values = CUSTOMER_FOLD.read(self._past.customer(self._past.customer_of(identifier)), at)
        profile = profile_of(values, table, self._numbers)
        return ranking_features(profile, table, moving, items, retrieval, subject=subject)

    def _product(self, product_id: str, at: float) -> Mapping[str, float]:
        values = PRODUCT_FOLD.read(self._past.product(product_id), at)
        return {name: value for name, value in values.items() if isinstance(value, float)}

    def seen(self, identifier: str, count: int) -> Sequence[str]:
        """Return the last products that whoever this was looked for, oldest first, as `ranking.sought` has them."""
        return self._past.seen(self._past.customer_of(identifier), count)
