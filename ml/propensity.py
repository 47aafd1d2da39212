"""How likely a place is looked at, from what was seen on the screen; with it, outcomes are made comparable.

Position-based model: an outcome needs that its place is examined (Joachims et al., WSDM 2017; Wang et al., WSDM 2018).
They infer examination from clicks; here it is observed, since clients report what came into view.
"""

import numpy as np
from numpy.typing import NDArray

#: Impressions that a group borrows from all groups: what was seldom shown does not jump to 0 or 1.
BORROWED = 10.0
#: No propensity is less, so that no outcome counts for more than ten: variance is worse than a little bias.
FLOOR = 0.1


def examined(shown: NDArray[np.int64], viewed: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return float32 [groups, positions] in [0.1, 1], never rising along a row.

    `shown` and `viewed`: counts [groups, positions], a group being a surface and a viewport, positions from the top.
    A place that was never shown is taken from its neighbours and from the other groups. Errors: `ValueError` for
    counts of different shapes, below 0, or of more views than impressions.
    """
    if shown.ndim != 2 or shown.shape != viewed.shape:
        raise ValueError(f"shown is {shown.shape} and viewed {viewed.shape}, expected [groups, positions] of both")
    if (viewed < 0).any() or (viewed > shown).any():
        raise ValueError("viewed has to be between 0 and shown")
    total = shown.sum(axis=0) + 2.0
    everywhere = _falling((viewed.sum(axis=0) + 1) / total, total)
    amounts = shown + BORROWED
    rates = (viewed + BORROWED * everywhere) / amounts
    falling = [_falling(rate, amount) for rate, amount in zip(rates, amounts, strict=True)]
    return np.clip(np.asarray(falling, np.float32).reshape(shown.shape), np.float32(FLOOR), np.float32(1))


def weights(theta: NDArray[np.float32], groups: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return `RankingExamples.weights`, float32 [n] in [1, 10]: 1 over the propensity, clipped.

    `theta` [groups, positions] as `examined` gives it; `groups` and `positions` [n], from 0. Below the last position of
    `theta` its last holds. Errors: `IndexError` for a group that is not there, `ValueError` for one or a position
    below 0.
    """
    if (groups < 0).any() or (positions < 0).any():
        raise ValueError("groups and positions count from 0")
    chances = theta[groups, np.minimum(positions, theta.shape[1] - 1)]
    return np.asarray(1 / np.clip(chances, FLOOR, 1), np.float32)


def _falling(rates: NDArray[np.float64], amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the nearest row that never rises, by weighted squares: neighbours that rise are pooled."""
    pools: list[tuple[float, float, int]] = []
    for rate, amount in zip(rates.tolist(), amounts.tolist(), strict=True):
        pool = (rate, amount, 1)
        while pools and pools[-1][0] <= pool[0]:
            mean, mass, length = pools.pop()
            total = mass + pool[1]
            pool = ((mean * mass + pool[0] * pool[1]) / total, total, length + pool[2])
        pools.append(pool)
    return np.repeat([mean for mean, _, _ in pools], [length for _, _, length in pools])
