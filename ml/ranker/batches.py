"""Slates, padded to one shape, so that a step is compiled once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Batch(NamedTuple):
    """`features`: float32 [slates, rows, f]; `relevance`: float32 [slates, rows]; both 0 where not `known`."""

    features: NDArray[np.float32]
    relevance: NDArray[np.float32]
    known: NDArray[np.bool_]


def places(slates: NDArray[np.int64], longest: int) -> NDArray[np.int64]:
    """Return [groups, rows]: the rows of each slate, then -1. A slate longer than `longest` becomes several groups."""
    rows = np.arange(len(slates))
    first = np.concatenate([[True], np.diff(slates) != 0])
    within = rows - np.flatnonzero(first)[np.cumsum(first) - 1]
    group = np.cumsum(first | (within % longest == 0)) - 1
    within = within % longest
    table = np.full((group[-1] + 1, within.max() + 1), -1)
    table[group, within] = rows
    return table


def batches(
    features: NDArray[np.float32],
    relevance: NDArray[np.float32],
    table: NDArray[np.int64],
    *,
    size: int,
    epochs: int,
    seed: int,
) -> Iterator[Batch]:
    """Shuffle the groups of `table` each epoch and cut them; the last batch is filled up with empty slates."""
    rng = np.random.default_rng(seed)
    padding = np.full((-len(table) % size, table.shape[1]), -1)
    for _ in range(epochs):
        shuffled = np.concatenate([table[rng.permutation(len(table))], padding])
        for rows in shuffled.reshape(-1, size, table.shape[1]):
            known = rows >= 0
            yield Batch(features[rows] * known[:, :, None], relevance[rows] * known, known)
