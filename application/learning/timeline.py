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
        past = Past.of(observations, CUSTOMER_FOLD, PRODUCT_FOLD)
        return cls(past, dataset, dataset.numbers(), Dynamics.none(len(dataset.vocabulary)))

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
        table, products = self._dataset.table, [self._dataset.vocabulary[item] for item in items.tolist()]
        self._dynamics.put(items, [PRODUCT_FOLD.read(self._past.product(one), at) for one in products])
        values = CUSTOMER_FOLD.read(self._past.customer(self._past.customer_of(identifier)), at)
        profile = profile_of(values, table, self._numbers)
        return ranking_features(profile, table, self._dynamics, items, retrieval, subject=subject)

    def seen(self, identifier: str, count: int) -> Sequence[str]:
        """Return the last products that whoever this was looked for, oldest first, as `ranking.sought` has them."""
        return self._past.seen(self._past.customer_of(identifier), count)
