"""The two-tower recommender: fitted in JAX, answering from plain arrays."""

from collections.abc import Mapping

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from application.top_k import top_k
from ml.arrays import part
from ml.signals import in_favour
from ml.two_tower.batches import examples
from ml.two_tower.serving import UserWeights
from ml.two_tower.settings import TwoTowerSettings
from ml.two_tower.window import window
from ports.models import Interactions, Progress, Ranking, Sequences

ROWS = 512


@define(eq=False)
class TwoTower:
    """Ranks by the cosine of the session's vector and the item's.

    A prefix of which nothing is known is answered from the prior: how often a session opens with an item, then how
    often it is met at all. `Interactions.user_features` are not read: `recommend` is not told whose prefix it is.
    """

    settings: TwoTowerSettings = field(factory=TwoTowerSettings)
    name: str = "two_tower"
    _items: NDArray[np.float32] = field(init=False)
    _prior: NDArray[np.float32] = field(init=False)
    _user: UserWeights = field(init=False)

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        """Learn from scratch. Errors: `ValueError` for empty data or features not finite, `TrainingDiverged`."""
        from ml.two_tower.training import train  # noqa: PLC0415  # a server never fits, and starts without JAX

        sequences = in_favour(data)
        learned = train(examples(sequences), _standardised(data.item_features), self.settings, seed, progress)
        user = {f"user.{name}": array for name, array in learned.user.items()}
        self.restore({"items": learned.items, "prior": _prior(sequences, data.n_items), **user})

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        items = np.full((len(prefixes), k), -1, dtype=np.int32)
        scores = np.full((len(prefixes), k), -np.inf, dtype=np.float32)
        for start in range(0, len(prefixes), ROWS):
            ends = prefixes.offsets[start : start + ROWS + 1]
            users = self._encode(prefixes.items, ends[:-1], ends[1:])
            unknown = ~users.any(axis=1)
            scored = users @ self._items.T
            scored[unknown] = self._prior
            items[start : start + ROWS], scores[start : start + ROWS] = top_k(scored, k, mask)
        return Ranking(items, scores)

    def session_vectors(self, prefixes: Sequences) -> NDArray[np.float32]:
        """Return float32 [rows, d]: the queries for an index over `item_vectors`. Zero for an unknown prefix."""
        return self._encode(prefixes.items, prefixes.offsets[:-1], prefixes.offsets[1:])

    @property
    def item_vectors(self) -> NDArray[np.float32]:
        """float32 [n_items, d], of length 1, or 0 for an item of which nothing is known."""
        return self._items

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        user = {f"user.{name}": getattr(self._user, name) for name in self._user.__annotations__}
        return {"items": self._items, "prior": self._prior, **user}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        items = part(arrays, "items", np.float32, (None, None))
        prior = part(arrays, "prior", np.float32, (len(items),))
        self._user = UserWeights.of(arrays, items.shape[1])
        self._items, self._prior = items, prior

    def _encode(
        self, items: NDArray[np.int32], starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        return self._user.encode(window(items, starts, stops, len(self._user.position)), self._items)


def _prior(sequences: Sequences, n_items: int) -> NDArray[np.float32]:
    begun = sequences.offsets[:-1][sequences.lengths > 0]
    opened = np.bincount(sequences.items[begun], minlength=n_items)
    met = np.bincount(sequences.items, minlength=n_items)
    return np.asarray((opened + met / met.sum()) / (len(begun) + 1), np.float32)


def _standardised(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give each item feature mean 0 and deviation 1 over the catalogue; a constant one becomes 0."""
    if not np.isfinite(features).all():
        raise ValueError("item_features holds values that are not finite")
    spread = features.std(axis=0)
    return np.asarray((features - features.mean(axis=0)) / np.where(spread > 0, spread, 1), np.float32)
