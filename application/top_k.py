"""The best k of many scores, exactly: ties go to the smaller number, masked items never appear."""

import math

import numpy as np
from numpy.typing import NDArray


def top_k(
    scores: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return numbers int32 [rows, k] (-1 where there are no more) and their scores float32 [rows, k] (then -inf).

    `scores`: float32 [rows, n] without NaN. `mask`: bool [n], True where a number may appear.
    """
    allowed = scores if mask is None else np.where(mask, scores, np.float32(-np.inf))
    rows, n = allowed.shape
    block = math.isqrt(n // k) if k else 0
    # Blocks pay once their maxima and members together are much fewer than all scores.
    numbers = _by_blocks(allowed, k, block) if block >= 8 else _by_sorting(allowed, k)
    items = np.full((rows, k), -1, dtype=np.int32)
    best = np.full((rows, k), -np.inf, dtype=np.float32)
    best[:, : numbers.shape[1]] = np.take_along_axis(allowed, numbers, axis=1)
    items[:, : numbers.shape[1]] = numbers
    items[best == -np.inf] = -1
    return items, best


def _by_sorting(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def _by_blocks(scores: NDArray[np.float32], k: int, block: int) -> NDArray[np.intp]:
    """Sort only the members of the k blocks with the largest maxima: every better score is in one of them."""
    rows, n = scores.shape
    whole = n // block
    peaks = scores[:, : whole * block].reshape(rows, whole, block).max(axis=2)
    by_peak = np.argpartition(-peaks, k, axis=1)
    chosen = np.sort(by_peak[:, :k], axis=1)
    members = (chosen[:, :, None] * block + np.arange(block)).reshape(rows, -1)
    members = np.concatenate([members, np.tile(np.arange(whole * block, n), (rows, 1))], axis=1)
    values = np.take_along_axis(scores, members, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")[:, :k]
    numbers = np.take_along_axis(members, order, axis=1)
    worst = np.take_along_axis(values, order[:, -1:], axis=1)[:, 0]
    best_outside = np.take_along_axis(peaks, by_peak[:, k : k + 1], axis=1)[:, 0]
    tied = np.flatnonzero((best_outside == worst) & (worst > -np.inf))
    numbers[tied] = _by_sorting(scores[tied], k)
    return numbers
