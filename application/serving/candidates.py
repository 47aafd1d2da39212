"""Products under consideration, best first, with what each stage found of them."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen(eq=False)
class Candidates:
    """`items`: int64 [n], item numbers. `retrieval`, `rank`: float32 [n]. `features`: float32 [n, f].

    A part is None on a rung of the ladder that does without it.
    """

    items: NDArray[np.int64]
    retrieval: NDArray[np.float32] | None = None
    rank: NDArray[np.float32] | None = None
    features: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.items)

    def take(self, places: Sequence[int] | NDArray[np.intp]) -> "Candidates":
        """Return the candidates at `places`, in that order."""
        chosen = np.asarray(places, np.int64)
        parts = (self.retrieval, self.rank, self.features)
        return Candidates(self.items[chosen], *(None if part is None else part[chosen] for part in parts))
