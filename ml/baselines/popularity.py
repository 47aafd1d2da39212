"""POP: everybody sees the most frequent items."""

from collections.abc import Mapping

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from ml.arrays import part
from ml.baselines.backfill import Candidates, backfill, blocks, joined, shares
from ml.signals import in_favour
from ports.models import Interactions, Progress, Ranking, Sequences


@define(eq=False)
class Popularity:
    """Ranks by the share of all interactions; a prefix changes nothing."""

    name: str = "popularity"
    _popularity: NDArray[np.float32] = field(factory=lambda: np.empty(0, np.float32))

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        del seed  # counting draws no random number
        self._popularity = shares(in_favour(data), data.n_items)
        progress(1, 1, self.name)

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        nothing = Candidates(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
        return joined([backfill(nothing, len(block), self._popularity, k, mask) for block in blocks(prefixes)], k)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {"popularity": self._popularity}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._popularity = part(arrays, "popularity", np.float32, (None,))
