"""S-POP: the items of the current session first, then what is popular (Hidasi et al., 2016)."""

from collections.abc import Mapping

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from ml.arrays import part
from ml.baselines.backfill import Candidates, backfill, blocks, joined, shares
from ml.signals import in_favour
from ports.models import Interactions, Progress, Ranking, Sequences


@define(eq=False)
class SessionPopularity:
    """Ranks the items of the prefix by how often, then how recently they were met."""

    name: str = "session_popularity"
    _popularity: NDArray[np.float32] = field(factory=lambda: np.empty(0, np.float32))

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        del seed  # counting draws no random number
        self._popularity = shares(in_favour(data), data.n_items)
        progress(1, 1, self.name)

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        n_items = len(self._popularity)
        rankings = [backfill(_met(block, n_items), len(block), self._popularity, k, mask) for block in blocks(prefixes)]
        return joined(rankings, k)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {"popularity": self._popularity}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._popularity = part(arrays, "popularity", np.float32, (None,))


def _met(prefixes: Sequences, n_items: int) -> Candidates:
    """Score each distinct item of a prefix 1 + count + (its last place as a fraction of the prefix)."""
    rows = np.repeat(np.arange(len(prefixes)), prefixes.lengths)
    place = np.arange(len(rows)) - prefixes.offsets[rows]
    codes, first_from_the_end, counts = np.unique(
        (rows * n_items + prefixes.items)[::-1], return_index=True, return_counts=True
    )
    last = place[::-1][first_from_the_end]
    row, item = codes // n_items, codes % n_items
    scores = 1 + counts + last / prefixes.lengths[row]
    order = np.lexsort((item, -scores, row))
    return Candidates(row[order], item[order].astype(np.int32), scores[order].astype(np.float32))
