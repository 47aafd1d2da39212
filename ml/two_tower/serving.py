"""The user tower in numpy: the same arithmetic as `towers.UserTower`, without a compiler on the request path."""

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ml.arrays import part
from ml.two_tower.window import Window

EPSILON = np.float32(1e-8)


@frozen(eq=False)
class UserWeights:
    """The arrays of the user tower, named as they are there."""

    position: NDArray[np.float32]
    each: NDArray[np.float32]
    newest: NDArray[np.float32]
    bias: NDArray[np.float32]
    attention: NDArray[np.float32]
    output: NDArray[np.float32]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], dimension: int) -> "UserWeights":
        """Take the arrays `user.position` and so on. Errors: `ValueError` if one is absent or does not fit."""
        d = dimension
        return cls(
            position=part(arrays, "user.position", np.float32, (None, d)),
            each=part(arrays, "user.each", np.float32, (d, d)),
            newest=part(arrays, "user.newest", np.float32, (d, d)),
            bias=part(arrays, "user.bias", np.float32, (d,)),
            attention=part(arrays, "user.attention", np.float32, (d,)),
            output=part(arrays, "user.output", np.float32, (2 * d, d)),
        )

    def encode(self, seen: Window, items: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 [rows, d]; zero where no known item has a vector in `items` [n_items, d]."""
        recent = np.where(seen.known[:, :, None], items[seen.items], np.float32(0))
        newest = recent[:, 0]
        looked_at = (recent + self.position) @ self.each + (newest @ self.newest)[:, None] + self.bias
        weights = _sigmoid(looked_at) @ self.attention * seen.known
        summary = np.einsum("rl,rld->rd", weights, recent)
        return normalised(np.concatenate([summary, newest], axis=1) @ self.output)


def normalised(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(x / np.sqrt((x * x).sum(axis=-1, keepdims=True) + EPSILON), np.float32)


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), np.float32)
