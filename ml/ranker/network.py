"""The default ranker: a shallow network, fitted in JAX, answering from plain arrays."""

from collections.abc import Mapping

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from ml.ranker.examples import relevance, scorable
from ml.ranker.serving import Weights
from ml.ranker.settings import NetworkSettings
from ports.models import Progress
from ports.ranker import RankingExamples


@define(eq=False)
class Network:
    """Scores with the logit of a good outcome."""

    settings: NetworkSettings = field(factory=NetworkSettings)
    name: str = "network"
    _weights: Weights = field(init=False)

    def fit(self, data: RankingExamples, *, seed: int, progress: Progress) -> None:
        """Learn from scratch. Errors: `ValueError` for examples that do not fit, `TrainingDiverged`."""
        good = relevance(data)
        from ml.ranker.training import train  # noqa: PLC0415  # a server never fits, and starts without JAX

        self._weights = train(data, good, self.settings, seed, progress)

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        scorable(features, len(self._weights.mean))
        return self._weights.score(features)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return self._weights.arrays()

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._weights = Weights.of(arrays)
