"""Retrieval: what could come next in a session, out of everything a release knows."""

from collections.abc import Callable, Sequence

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from application.index_gate import require_recall
from ports.artifacts import Release
from ports.item_index import ItemIndex
from ports.models import Recommender, Sequences, VectorRecommender

#: An index finds at least this share of what an exact search finds, or it does not serve.
MINIMUM_RECALL = 0.9
_PROBES = 200


@frozen
class Candidate:
    product_id: str
    score: float


@define(eq=False)
class Retrieval:
    """`make_index`: number of items -> an empty index. A model without vectors ranks by itself.

    Errors on creation: `ValueError` if the arrays do not fit the model, `RecallTooLow`.
    """

    release: Release
    model: Recommender
    make_index: Callable[[int], ItemIndex]
    vocabulary: Sequence[str] = field(init=False)
    _numbers: dict[str, int] = field(init=False)
    _index: ItemIndex | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.vocabulary = self.release.documents["vocabulary"]
        self._numbers = {product: number for number, product in enumerate(self.vocabulary)}
        self.model.restore(self.release.arrays)
        if isinstance(self.model, VectorRecommender):
            vectors = self.model.item_vectors
            self._index = self.make_index(len(vectors))
            self._index.build(vectors)
            require_recall(self._index, vectors, vectors[:_PROBES], k=20, minimum=MINIMUM_RECALL)

    @property
    def index_kind(self) -> str:
        """Return which index answers, none for a model that ranks by itself."""
        return "" if self._index is None else str(self._index.manifest()["kind"])

    def knows(self, product_id: str) -> bool:
        return product_id in self._numbers

    def candidates(self, seen: Sequence[str], k: int, *, unseen_only: bool = False) -> Sequence[Candidate]:
        """Return at most k products that could follow `seen`, best first; unknown products say nothing."""
        mask = np.ones(len(self.vocabulary), np.bool_)
        if unseen_only:
            mask[[self._numbers[one] for one in seen if one in self._numbers]] = False
        items, scores = self.search(seen, k, mask)
        pairs = zip(items.tolist(), scores.tolist(), strict=True)
        return [Candidate(self.vocabulary[item], score) for item, score in pairs]

    def search(
        self, seen: Sequence[str], k: int, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the numbers of at most k items for which `mask` is True, best first, with their scores."""
        known = [self._numbers[one] for one in seen if one in self._numbers]
        prefix, k = Sequences.of([known]), min(k, len(self.vocabulary))
        if self._index is not None and known and isinstance(self.model, VectorRecommender):
            found = self._index.search(self.model.session_vectors(prefix), k, mask)
            items, scores = found.items[0], found.scores[0]
        else:
            ranking = self.model.recommend(prefix, k, mask)
            items, scores = ranking.items[0], ranking.scores[0]
        return items[items >= 0].astype(np.int64), scores[items >= 0]
