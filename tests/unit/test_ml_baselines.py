import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haberdasher.testing.recommender import quiet, sessions
from ml.baselines import ItemKNN, Popularity, SessionPopularity
from ml.baselines.item_knn import DAMPING
from ports.models import ACTIONS, Sequences

ROWS = st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=6), min_size=1, max_size=12)


@given(ROWS, st.integers(0, 7))
def test_item_knn_equals_counting_by_hand(rows: list[list[int]], last: int) -> None:
    """Neighbours rank by sessions in common over the root of the damped supports, then the rest by popularity."""
    model = ItemKNN()
    model.fit(sessions(rows, n_items=8), seed=0, progress=quiet)
    sets = [set(row) for row in rows]
    support = [sum(item in one for one in sets) + DAMPING for item in range(8)]
    flat = [item for row in rows for item in row]
    scores = []
    for item in range(8):
        both = sum({item, last} <= one for one in sets) if item != last else 0
        near = np.float32(both / math.sqrt(support[item] * support[last]))
        scores.append(1 + near if both else np.float32(flat.count(item) / len(flat)))
    expected = sorted(range(8), key=lambda item: (-scores[item], item))
    assert model.recommend(Sequences.of([[5, last]]), 8).items[0].tolist() == expected


def test_popularity_does_not_count_returns() -> None:
    """An item that keeps coming back is not popular for that."""
    data = sessions([[1, 1, 2, 2, 2]])
    data.actions[2:4] = ACTIONS.index("return")
    model = Popularity()
    model.fit(data, seed=0, progress=quiet)
    assert model.recommend(Sequences.of([[]]), 2).items[0].tolist() == [1, 2]


def test_session_popularity_ranks_by_count_then_recency() -> None:
    """The session's own items come first, most often met first, then most recently; popularity follows."""
    model = SessionPopularity()
    model.fit(sessions([[8, 8, 8], [9, 9]]), seed=0, progress=quiet)
    prefixes = Sequences.of([[4, 5, 4, 6], [], [9]])
    assert model.recommend(prefixes, 4).items.tolist() == [[4, 6, 5, 8], [8, 9, 0, 1], [9, 8, 0, 1]]
