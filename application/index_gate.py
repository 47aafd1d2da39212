"""The gate of every index build: an index that forgets too much is not published."""

import numpy as np
from numpy.typing import NDArray

from application.top_k import top_k
from ports.item_index import ItemIndex

#: Two float32 sums of the same products in another order differ by about this much.
ROUNDING = 1e-5


class RecallTooLow(Exception):
    """The index finds too few of the items that an exact search finds. It was not accepted."""


def recall_against_exact(index: ItemIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int) -> float:
    """Return the share of the true best k that the index finds; an item that scores like the k-th is as good as it."""
    k = min(k, len(vectors))
    if k == 0 or len(queries) == 0:
        return 1.0
    _, best = top_k(queries @ vectors.T, k)
    found = index.search(queries, k).scores
    return float((found >= best[:, -1:] - ROUNDING).mean())


def require_recall(
    index: ItemIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], *, k: int, minimum: float
) -> float:
    """Return the recall@k over `queries`. Errors: `RecallTooLow` below `minimum`."""
    recall = recall_against_exact(index, vectors, queries, k)
    if recall < minimum:
        raise RecallTooLow(f"recall@{k} is {recall:.3f}, at least {minimum:.3f} is required")
    return recall
