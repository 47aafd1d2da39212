"""Rankers on slates of the future: of what a shopper saw, what turned out well should stand above what did not.

Only places that were seen are compared, and only within a slate, so that position decides nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from application.evaluation.bootstrap import percentile_interval, resampled_means
from application.evaluation.report import Report, Row

METRICS = ("auc", "ndcg")


def judge_scores(
    scores: Mapping[str, NDArray[np.float32]],
    labels: NDArray[np.float32],
    slates: NDArray[np.int64],
    *,
    against: Sequence[str] = (),
    seed: int = 0,
    replicates: int = 1000,
) -> Report:
    """Compare scorers on slates that hold different labels; 95 % intervals from one bootstrap over slates.

    `scores`: scorer -> float32 [n]. `labels`, `slates`: [n], rows of one slate are neighbours. `auc`: share of the
    pairs of a slate with different labels that stand in the right order, ties half. `ndcg`: gains are the labels, those
    of tied scores their mean: the order of the rows, which is that of the places, breaks no tie.
    Errors: `ValueError` if no slate holds two labels.
    """
    begins = np.flatnonzero(np.diff(slates, prepend=slates[:1] - 1))
    groups = [one for one in np.split(np.arange(len(slates)), begins[1:]) if len(set(labels[one].tolist())) > 1]
    if not groups:
        raise ValueError("no slate holds two different labels: nothing can be ranked")
    names = list(scores)
    values = np.array(
        [[metric for name in names for metric in _judge(scores[name][one], labels[one])] for one in groups]
    )
    resampled = resampled_means(values, seed=seed, replicates=replicates)
    rows = []
    for column, (name, metric) in enumerate((name, metric) for name in names for metric in METRICS):
        rows.append(_row(name, metric, values[:, column].mean(), resampled[:, column]))
        for other in against:
            base = names.index(other) * len(METRICS) + METRICS.index(metric)
            if other != name:
                gain = values[:, column].mean() - values[:, base].mean()
                rows.append(_row(name, metric, gain, resampled[:, column] - resampled[:, base], other))
    return Report("slate", len(groups), tuple(rows))


def _judge(scores: NDArray[np.float32], labels: NDArray[np.float32]) -> tuple[float, float]:
    better = labels[:, None] > labels[None, :]
    ahead = np.sign(scores[:, None] - scores[None, :])
    auc = float(((ahead + 1) / 2)[better].mean())
    discounts = 1 / np.log2(np.arange(len(labels)) + 2)
    _, tied, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    gained = (np.bincount(tied, weights=labels) / counts)[np.sort(tied)] @ discounts
    return auc, float(gained / (np.sort(labels)[::-1] @ discounts))


def _row(model: str, metric: str, value: float, samples: NDArray[np.float64], against: str = "") -> Row:
    interval = percentile_interval(samples)
    return Row(model, metric, float(value), interval.low, interval.high, against)
