"""Models trade in numpy. What they are made of (JAX, trees, counts) never leaks."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

#: The kinds of interaction a training sequence may hold; `Interactions.actions` are positions in this tuple.
ACTIONS = ("view", "click", "wishlist", "cart", "purchase", "return")

#: Called with (done, total, what) while something long is running.
Progress = Callable[[int, int, str], None]


@frozen(eq=False)
class Sequences:
    """Ragged rows of item numbers, oldest first: row i is `items[offsets[i]:offsets[i + 1]]`.

    `items`: int32 [n], `offsets`: int64 [rows + 1], rising from 0 to n.
    """

    items: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, i: int) -> NDArray[np.int32]:
        return self.items[self.offsets[i] : self.offsets[i + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.offsets)

    def slices(self, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> "Sequences":
        """Return new rows: row i is `items[starts[i]:stops[i]]` of these items, wherever the old rows ended."""
        offsets = np.concatenate([[0], np.cumsum(stops - starts)])
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], stops - starts)
        return Sequences(self.items[np.repeat(starts, stops - starts) + within], offsets)

    @classmethod
    def of(cls, rows: Iterable[Iterable[int]]) -> "Sequences":
        """Return the sequences of plain lists."""
        arrays = [np.asarray(list(row), dtype=np.int32) for row in rows]
        lengths = np.array([len(array) for array in arrays], dtype=np.int64)
        return cls(np.concatenate([np.empty(0, np.int32), *arrays]), np.concatenate([[0], np.cumsum(lengths)]))


@frozen(eq=False)
class Labels:
    """What interactions say of (person, item) as examples of taste, -1 to 1; what is not above 0 speaks for nothing.

    `final`: float32 [n], which holds from `since` on (float64 [n], Unix seconds); before that `provisional` (float32
    [n]) does.
    """

    final: NDArray[np.float32]
    provisional: NDArray[np.float32]
    since: NDArray[np.float64]

    def known(self, at: float) -> NDArray[np.float32]:
        """Return the labels as they were known at a moment: float32 [n]."""
        return np.where(self.since <= at, self.final, self.provisional)

    def take(self, places: NDArray[np.int32]) -> "Labels":
        return Labels(self.final[places], self.provisional[places], self.since[places])

    @classmethod
    def plain(cls, n: int) -> "Labels":
        """Return the labels of interactions that all speak for their item."""
        return cls(np.ones(n, np.float32), np.ones(n, np.float32), np.full(n, -np.inf))


@frozen(eq=False)
class Interactions:
    """A training set: one row per session, rows in order of time.

    `times`: float64 [n], Unix seconds. `actions`: int8 [n], positions in `ACTIONS`. `item_features`: float32
    [n_items, f] (f may be 0). `user_features`: float32 [rows, g], as known when the session began (g may be 0).
    Item numbers are 0 .. n_items - 1; the release's vocabulary says which product each one is.
    """

    sequences: Sequences
    times: NDArray[np.float64]
    actions: NDArray[np.int8]
    n_items: int
    item_features: NDArray[np.float32]
    user_features: NDArray[np.float32]
    labels: Labels = field()

    @labels.default
    def _plain(self) -> Labels:
        return Labels.plain(len(self.times))


@frozen(eq=False)
class Ranking:
    """`items`: int32 [rows, k], best first, -1 where there are no more. `scores`: float32 [rows, k], then -inf."""

    items: NDArray[np.int32]
    scores: NDArray[np.float32]


class Recommender(Protocol):
    """Learns from sessions, answers what comes next. Rankings hold an item once; ties go to the smaller number."""

    @property
    def name(self) -> str:
        """The name under which reports and releases know this kind of model."""
        ...

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        """Learn from scratch. The same data and seed give the same model. Errors: `ValueError` for empty data."""
        ...

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        """Rank all items for each prefix, full ranking, and return the best k.

        `mask`: bool [n_items], True where an item may be shown; masked before the top k is taken. Items of the
        prefix may be recommended again (people do go back). An empty prefix is answered from popularity or the
        model's own prior, never refused.
        """
        ...

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Everything `restore` needs, as plain arrays without objects."""
        ...

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Become the model that gave these arrays. Answers are then equal. Errors: `ValueError` if they do not fit."""
        ...


@runtime_checkable
class VectorRecommender(Recommender, Protocol):
    """A recommender whose ranking is the inner product of two vectors, so that an `ItemIndex` can search for it."""

    def session_vectors(self, prefixes: Sequences) -> NDArray[np.float32]:
        """Return float32 [rows, d], zero where nothing of a prefix is known."""
        ...

    @property
    def item_vectors(self) -> NDArray[np.float32]:
        """float32 [n_items, d]."""
        ...
