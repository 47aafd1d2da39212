"""Gradient-boosted trees of scikit-learn: the baseline of the network, and what to fall back on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from ml.arrays import part
from ml.ranker.examples import relevance, scorable
from ml.ranker.skops_file import opened, written
from ports.models import Progress
from ports.ranker import RankingExamples

#: Slow and shallow, because weighted labels vary a lot.
SHAPE: Mapping[str, float] = {"max_iter": 100, "learning_rate": 0.05, "max_leaf_nodes": 15, "min_samples_leaf": 50}


@define(eq=False)
class GradientBoosting:
    """Scores with the relevance that is expected: squared loss, row by row; slates are not compared within.

    scikit-learn takes the number of threads from the process: a server sets `OMP_NUM_THREADS=1` when it starts. To
    limit them per call costs more than to score.
    """

    name: str = "gradient_boosting"
    _trees: Any = field(init=False)

    def fit(self, data: RankingExamples, *, seed: int, progress: Progress) -> None:
        good = relevance(data)
        from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415  # takes seconds to import

        trees = HistGradientBoostingRegressor(early_stopping=False, random_state=seed, **SHAPE)
        self._trees = trees.fit(data.features, good)
        progress(trees.n_iter_, trees.n_iter_, self.name)

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        scorable(features, self._trees.n_features_in_)
        if not len(features):
            return np.empty(0, np.float32)
        from sklearn import config_context  # noqa: PLC0415  # imported by now

        with config_context(assume_finite=True):  # just checked
            return np.asarray(self._trees.predict(features), np.float32)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {"skops": written(self._trees)}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._trees = opened(part(arrays, "skops", np.uint8, (None,)))
