"""Rankings from a few candidates per row, continued by global popularity.

Scores stay in order: a candidate scores above 1, the rest is its share of all interactions, between 0 and 1.
"""

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ports.models import Ranking, Sequences

ROWS = 4096


@frozen(eq=False)
class Candidates:
    """Flat and parallel: `rows` rises, and within a row the best comes first; no item twice in a row."""

    rows: NDArray[np.int64]
    items: NDArray[np.int32]
    scores: NDArray[np.float32]


def shares(sequences: Sequences, n_items: int) -> NDArray[np.float32]:
    """Each item's share of all interactions, float32 [n_items]."""
    counts = np.bincount(sequences.items, minlength=n_items)
    return np.asarray(counts / counts.sum(), np.float32)


def blocks(prefixes: Sequences) -> Iterator[Sequences]:
    """Cut many prefixes into pieces that fit into the cache and bound the memory."""
    for start in range(0, len(prefixes), ROWS):
        ends = prefixes.offsets[start : start + ROWS + 1]
        yield prefixes.slices(ends[:-1], ends[1:])


def backfill(
    candidates: Candidates, n_rows: int, popularity: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None
) -> Ranking:
    """Rank the candidates that may be shown, then the most popular others."""
    shown = np.ones(len(popularity), np.bool_) if mask is None else mask
    items, scores = _first(candidates, shown, n_rows, k)
    order = np.argsort(-popularity, kind="stable").astype(np.int32)
    popular = order[shown[order]][: 2 * k]
    repeated = (items[:, :, None] == popular).any(axis=1)
    tail = np.where(repeated, np.int32(-1), popular)
    items = np.concatenate([items, tail], axis=1)
    scores = np.concatenate([scores, np.where(repeated, 0, popularity[popular])], axis=1)
    front = np.argsort(items < 0, axis=1, kind="stable")[:, :k]
    ranked = np.take_along_axis(items, front, axis=1)
    return Ranking(ranked, np.where(ranked < 0, -np.inf, np.take_along_axis(scores, front, axis=1)).astype(np.float32))


def _first(
    candidates: Candidates, shown: NDArray[np.bool_], n_rows: int, k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Lay the first k shown candidates of each row side by side, -1 where there are fewer."""
    chosen = shown[candidates.items]
    rows = candidates.rows[chosen]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    within = place < k
    items = np.full((n_rows, k), -1, dtype=np.int32)
    scores = np.zeros((n_rows, k), dtype=np.float32)
    items[rows[within], place[within]] = candidates.items[chosen][within]
    scores[rows[within], place[within]] = candidates.scores[chosen][within]
    return items, scores


def joined(rankings: list[Ranking], k: int) -> Ranking:
    """Put the rankings of successive blocks under each other."""
    empty = Ranking(np.empty((0, k), np.int32), np.empty((0, k), np.float32))
    parts = [empty, *rankings]
    return Ranking(np.concatenate([part.items for part in parts]), np.concatenate([part.scores for part in parts]))
