"""Item-kNN: what was met in the same sessions as the last item (Hidasi et al., 2016; Sarwar et al., 2001)."""

from collections.abc import Mapping

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from ml.arrays import part
from ml.baselines.backfill import Candidates, backfill, blocks, joined, shares
from ml.signals import in_favour
from ports.models import Interactions, Progress, Ranking, Sequences

NEIGHBOURS = 100
SESSIONS = 50_000
#: Added to each support, so that two rare items met once together do not look alike: the published default.
DAMPING = 20


@define(eq=False)
class ItemKNN:
    """Ranks by the damped cosine between the sets of sessions that hold two items; keeps `NEIGHBOURS` of each."""

    name: str = "item_knn"
    _popularity: NDArray[np.float32] = field(factory=lambda: np.empty(0, np.float32))
    _neighbours: Sequences = field(factory=lambda: Sequences.of([]))
    _cosines: NDArray[np.float32] = field(factory=lambda: np.empty(0, np.float32))

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        del seed  # counting draws no random number
        sequences = in_favour(data)
        codes, together = _co_occurrences(sequences, data.n_items, progress)
        one, other = codes // data.n_items, codes % data.n_items
        support = np.full(data.n_items, float(DAMPING))
        support[one[one == other]] += together[one == other]
        cosines = (together / np.sqrt(support[one] * support[other])).astype(np.float32)
        order = np.lexsort((other, -cosines, one))
        order = order[one[order] != other[order]]
        ranked = one[order]
        order = order[np.arange(len(order)) - np.searchsorted(ranked, ranked) < NEIGHBOURS]
        offsets = np.concatenate([[0], np.cumsum(np.bincount(one[order], minlength=data.n_items))])
        self._neighbours = Sequences(other[order].astype(np.int32), offsets)
        self._cosines = cosines[order]
        self._popularity = shares(sequences, data.n_items)

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        rankings = [backfill(self._near(block), len(block), self._popularity, k, mask) for block in blocks(prefixes)]
        return joined(rankings, k)

    def _near(self, prefixes: Sequences) -> Candidates:
        asked = np.flatnonzero(prefixes.lengths)
        last = prefixes.items[prefixes.offsets[asked + 1] - 1]
        starts, stops = self._neighbours.offsets[last], self._neighbours.offsets[last + 1]
        places = Sequences(np.arange(len(self._cosines), dtype=np.int32), self._neighbours.offsets)
        chosen = places.slices(starts, stops).items
        return Candidates(np.repeat(asked, stops - starts), self._neighbours.items[chosen], 1 + self._cosines[chosen])

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {
            "popularity": self._popularity,
            "neighbours": self._neighbours.items,
            "neighbour_offsets": self._neighbours.offsets,
            "cosines": self._cosines,
        }

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        popularity = part(arrays, "popularity", np.float32, (None,))
        neighbours = part(arrays, "neighbours", np.int32, (None,))
        self._neighbours = Sequences(neighbours, part(arrays, "neighbour_offsets", np.int64, (len(popularity) + 1,)))
        self._cosines = part(arrays, "cosines", np.float32, (len(neighbours),))
        self._popularity = popularity


def _co_occurrences(
    sequences: Sequences, n_items: int, progress: Progress
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the sessions that hold both items: pairs coded `one * n_items + other`, rising, with their counts."""
    codes, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    for start in range(0, len(sequences), SESSIONS):
        offsets = sequences.offsets[start : start + SESSIONS + 1]
        some = sequences.slices(offsets[:-1], offsets[1:])
        rows = np.repeat(np.arange(len(some)), some.lengths)
        distinct = np.unique(rows * n_items + some.items)
        rows, items = distinct // n_items, distinct % n_items
        sizes = np.bincount(rows, minlength=len(some))
        ends = np.cumsum(sizes)
        partners = Sequences(items.astype(np.int32), ends).slices((ends - sizes)[rows], ends[rows]).items
        pairs, met = np.unique(np.repeat(items, sizes[rows]) * n_items + partners, return_counts=True)
        merged, place = np.unique(np.concatenate([codes, pairs]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([counts, met]), len(merged)).astype(np.int64)
        codes = merged
        progress(min(start + SESSIONS, len(sequences)), len(sequences), "item_knn")
    return codes, counts
