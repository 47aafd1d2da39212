"""The ranker orders a few hundred candidates by their features. It trades in numpy, as every model does."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ports.models import Progress


@frozen(eq=False)
class RankingExamples:
    """What was shown and what came of it: one row per item of a slate.

    `features`: float32 [n, f] in the order of `names`; where an item was shown is none of them. `labels`: float32 [n]
    in [0, 1], how good the outcome was. `weights`: float32 [n] > 0, the inverse of the chance that the row was looked
    at; 1 where that is certain. `slates`: int64 [n], rising: rows of one slate are neighbours.

    A weight multiplies the label, not the row (Joachims et al., 2017): good outcomes are missed in places that nobody
    looks at, while a row without one says no more because it was hard to see. So the rows are all that were shown,
    looked at or not, and what is learnt is the mean of label times weight.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]
    slates: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


class Ranker(Protocol):
    """Learns from slates which candidates come to a good end, and scores candidates. One thread scores alone."""

    @property
    def name(self) -> str:
        """The name under which reports and releases know this kind of ranker. It never changes."""
        ...

    def fit(self, data: RankingExamples, *, seed: int, progress: Progress) -> None:
        """Learn from scratch: what was fitted or restored before is forgotten.

        The same data and seed give the same model, bit for bit. `progress` is told at least of the end, where done
        equals total. Errors: `ValueError`, and the model stays as it was, for no rows, for arrays that do not fit
        each other, for slates that fall, for a feature, label or weight that is not finite, for a label outside
        [0, 1] and for a weight that is not positive; it names which.
        """
        ...

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a finite float32 [n] for features [n, f] in the order of `RankingExamples.names`: higher is better.

        Scores are comparable within one call. They do not depend on the other rows (up to rounding), nor on a
        feature that never varied in the training; asking again gives the same, and no rows give no scores. The order
        of the answer is that of the rows. Errors: `ValueError` for another f and for values that are not finite.
        """
        ...

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Everything `restore` needs, as plain arrays without objects. Asking changes nothing."""
        ...

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Become the model that gave these arrays: scores are then equal, bit for bit. Twice is the same as once.

        Errors: `ValueError` if an array is missing, of another type or shape, or damaged; the model stays as it was.
        """
        ...
