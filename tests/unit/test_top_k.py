import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.top_k import top_k


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([3, 50, 2000]), st.sampled_from([2, 40, 10**6]))
def test_top_k_equals_a_full_sort(seed: int, k: int, n: int, levels: int) -> None:
    """Few or many distinct scores, few or many items, masked or not: score descending, then number ascending."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(levels, size=(4, n)).astype(np.float32)
    mask = rng.random(n) < rng.choice([0.0, 0.01, 0.5, 1.0])
    items, best = top_k(scores, k, mask)
    for row in range(len(scores)):
        expected = sorted(np.flatnonzero(mask), key=lambda i: (-scores[row, i], i))[:k]
        assert items[row].tolist() == expected + [-1] * (k - len(expected))
        assert best[row].tolist() == [scores[row, i] for i in expected] + [-np.inf] * (k - len(expected))


@pytest.mark.parametrize("k", [0, 5])
def test_top_k_of_nothing_is_padding(k: int) -> None:
    """No items give rows of -1, and k = 0 gives empty rows."""
    items, _ = top_k(np.empty((2, 0), np.float32), k)
    assert items.tolist() == [[-1] * k] * 2
    assert top_k(np.ones((2, 500), np.float32), 0)[0].shape == (2, 0)
