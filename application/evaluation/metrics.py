"""Ranking metrics per evaluation row, vectorised.

A ranking is int32 [m, k], best first, -1 where it ends. Targets are sets: `Sequences` with one row per ranking, in
which a repeated item counts once. Definitions: Järvelin and Kekäläinen (2002) for NDCG with binary gains; recall@k of
a single target is what the session literature prints as P@k or HR@k.
"""

from collections.abc import Callable, Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ports.models import Sequences


@frozen(eq=False)
class Judged:
    """`hits`: bool [m, k], True where the ranked item is a target. `relevant`: int64 [m], size of the target set."""

    hits: NDArray[np.bool_]
    relevant: NDArray[np.int64]


def judge(ranked: NDArray[np.int32], targets: Sequences) -> Judged:
    """Compare rankings with their targets. Errors: `ValueError` if the rows do not pair or a target set is empty."""
    if len(ranked) != len(targets):
        raise ValueError(f"{len(ranked)} rankings for {len(targets)} target sets")
    if np.any(targets.lengths == 0):
        raise ValueError("every evaluation row needs a target")
    span = int(max(ranked.max(initial=0), targets.items.max(initial=0))) + 1
    rows = np.arange(len(ranked), dtype=np.int64)
    wanted = np.unique(np.repeat(rows, targets.lengths) * span + targets.items)
    codes = np.where(ranked >= 0, rows[:, None] * span + ranked, -1)
    return Judged(np.isin(codes, wanted), np.bincount(wanted // span, minlength=len(ranked)))


def recall(judged: Judged, k: int) -> NDArray[np.float64]:
    """Share of the targets that are in the first k."""
    return np.asarray(judged.hits[:, :k].sum(axis=1) / judged.relevant)


def precision(judged: Judged, k: int) -> NDArray[np.float64]:
    """Share of the first k that are targets; a short ranking is not excused."""
    return np.asarray(judged.hits[:, :k].sum(axis=1) / k)


def hit(judged: Judged, k: int) -> NDArray[np.float64]:
    """1 where any target is in the first k."""
    return np.asarray(judged.hits[:, :k].any(axis=1), np.float64)


def mrr(judged: Judged, k: int) -> NDArray[np.float64]:
    """1 / position of the first target within the first k, else 0."""
    top = judged.hits[:, :k]
    return np.where(top.any(axis=1), 1.0 / (top.argmax(axis=1) + 1), 0.0)


def ndcg(judged: Judged, k: int) -> NDArray[np.float64]:
    """Discounted gain of the first k over that of the best possible ranking."""
    discounts = 1.0 / np.log2(np.arange(k) + 2)
    ideal = np.cumsum(discounts)[np.minimum(judged.relevant, k) - 1]
    top = judged.hits[:, :k]
    return np.asarray(top @ discounts[: top.shape[1]] / ideal)


#: The metrics that are means over rows, by the name under which a report prints them.
PER_ROW: Mapping[str, Callable[[Judged, int], NDArray[np.float64]]] = {
    "recall": recall,
    "ndcg": ndcg,
    "mrr": mrr,
    "precision": precision,
    "hit": hit,
}


def coverage(ranked: NDArray[np.int32], k: int, n_items: int) -> float:
    """Share of the catalogue that appears in the first k of any row."""
    top = ranked[:, :k]
    return len(np.unique(top[top >= 0])) / n_items
