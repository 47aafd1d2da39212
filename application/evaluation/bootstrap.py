"""Percentile bootstrap over evaluation rows (Efron and Tibshirani, 1993).

All columns share each resample, so the difference of two columns of the result is a paired bootstrap.
"""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen
class Interval:
    low: float
    high: float


def resampled_means(values: NDArray[np.float64], *, seed: int, replicates: int) -> NDArray[np.float64]:
    """Return float64 [replicates, columns]: the means of `values` [rows, columns] over rows drawn with replacement."""
    if len(values) == 0:
        raise ValueError("nothing to resample: there are no evaluation rows")
    rng = np.random.default_rng(seed)
    rows = len(values)
    means = np.empty((replicates, values.shape[1]))
    for replicate in range(replicates):
        drawn = np.bincount(rng.integers(rows, size=rows), minlength=rows)
        means[replicate] = drawn @ values / rows
    return means


def percentile_interval(means: NDArray[np.float64], level: float = 0.95) -> Interval:
    """Return the central `level` of one column of resampled means."""
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
