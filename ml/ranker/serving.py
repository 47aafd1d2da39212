"""The network in numpy: the same arithmetic as `layers.Layers`, without a compiler on the request path."""

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ml.arrays import part

#: A feature counts within these quantiles of the training: what a network says beyond is a guess. Candidates differ
#: from what slates held: a shopper has seen many of the ones, and few of the others.
RANGE = (0.005, 0.995)


@frozen(eq=False)
class Weights:
    """`low` and `high` [f] bound the features, `mean` and `scale` [f] standardise them.

    `first` [f, h], `second` [h, h] and `last` [h] are layers with their biases.
    `scale` is one over the deviation, and 0 for a feature that did not vary: the network has not learnt what it does.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    first: NDArray[np.float32]
    first_bias: NDArray[np.float32]
    second: NDArray[np.float32]
    second_bias: NDArray[np.float32]
    last: NDArray[np.float32]
    last_bias: NDArray[np.float32]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Weights":
        """Take the arrays of these names. Errors: `ValueError` if one is absent, does not fit or is not finite."""
        mean = part(arrays, "mean", np.float32, (None,))
        last = part(arrays, "last", np.float32, (None,))
        f, h = len(mean), len(last)
        weights = cls(
            low=part(arrays, "low", np.float32, (f,)),
            high=part(arrays, "high", np.float32, (f,)),
            mean=mean,
            scale=part(arrays, "scale", np.float32, (f,)),
            first=part(arrays, "first", np.float32, (f, h)),
            first_bias=part(arrays, "first_bias", np.float32, (h,)),
            second=part(arrays, "second", np.float32, (h, h)),
            second_bias=part(arrays, "second_bias", np.float32, (h,)),
            last=last,
            last_bias=part(arrays, "last_bias", np.float32, (1,)),
        )
        for name, array in weights.arrays().items():
            if not np.isfinite(array).all():
                raise ValueError(f"the array {name!r} holds values that are not finite")
        return weights

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        return {name: getattr(self, name) for name in self.__annotations__}

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits, float32 [n], of features [n, f]."""
        # In float64, where no difference of two float32 overflows.
        within = np.clip(features, self.low, self.high)
        x = ((within - self.mean.astype(np.float64)) * self.scale).astype(np.float32)
        x = np.maximum(x @ self.first + self.first_bias, 0)
        x = np.maximum(x @ self.second + self.second_bias, 0)
        return np.asarray(x @ self.last + self.last_bias, np.float32)


@frozen(eq=False)
class Range:
    """What training saw of each feature, float32 [f] each: see `Weights`."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]


def standard(features: NDArray[np.float32]) -> Range:
    """Return the range of features [n, f]; one that varies less than float32 tells apart is constant."""
    low, high = (bound.astype(np.float32) for bound in np.quantile(features, RANGE, axis=0))
    within = np.clip(features, low, high)
    mean = within.mean(axis=0, dtype=np.float64)
    spread = within.std(axis=0, dtype=np.float64)
    varies = spread > 1e-7 * np.abs(mean) + 1e-12
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=varies)
    return Range(low, high, mean.astype(np.float32), scale.astype(np.float32))
