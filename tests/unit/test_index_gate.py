import numpy as np
import pytest
from attrs import define
from numpy.typing import NDArray

from adapters.item_index import AnnoyItemIndex, ExactItemIndex
from application.index_gate import RecallTooLow, recall_against_exact, require_recall
from ports.item_index import Neighbours

VECTORS = np.random.default_rng(0).standard_normal((3000, 16), dtype=np.float32)
QUERIES = np.random.default_rng(1).standard_normal((40, 16), dtype=np.float32)


@define(eq=False)
class Forgetful(ExactItemIndex):
    """Loses the best half of every answer."""

    def search(self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Neighbours:
        found = ExactItemIndex.search(self, queries, k + k // 2, mask)
        return Neighbours(found.items[:, k // 2 :], found.scores[:, k // 2 :])


def test_an_exact_index_passes_with_full_recall() -> None:
    """Equal vectors and ties cost no recall."""
    index, doubled = ExactItemIndex(), np.tile(VECTORS[:50], (3, 1))
    index.build(doubled)
    assert require_recall(index, doubled, QUERIES, k=10, minimum=1.0) == 1.0


def test_a_forgetful_index_is_refused() -> None:
    """Half of the answers lost is a recall of about one half, and no index."""
    index = Forgetful()
    index.build(VECTORS)
    assert recall_against_exact(index, VECTORS, QUERIES, 10) == pytest.approx(0.5)
    with pytest.raises(RecallTooLow, match=r"recall@10 is 0\.500"):
        require_recall(index, VECTORS, QUERIES, k=10, minimum=0.9)


def test_more_nodes_looked_at_find_more() -> None:
    """The gate measures what Annoy's `search_k` buys."""
    recalls = []
    for search_k in (20, 5000):
        index = AnnoyItemIndex(trees=10, search_k=search_k)
        index.build(VECTORS)
        recalls.append(recall_against_exact(index, VECTORS, QUERIES, 10))
    assert recalls[0] < recalls[1]
    assert recalls[1] > 0.9


def test_nothing_to_find_is_found() -> None:
    """An empty catalogue has full recall."""
    index = ExactItemIndex()
    index.build(VECTORS[:0])
    assert recall_against_exact(index, VECTORS[:0], QUERIES, 10) == 1.0
