import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.evaluation.bootstrap import percentile_interval, resampled_means
from application.evaluation.metrics import PER_ROW, coverage, judge
from ports.models import Sequences

ITEMS = 6
Case = tuple[list[int], list[int]]
rankings = st.lists(st.integers(0, ITEMS - 1), unique=True, max_size=5)
targets = st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=5)


def brute_force(metric: str, ranked: list[int], wanted: set[int], k: int) -> float:
    hits = [item in wanted for item in ranked[:k]]
    best = sum(1 / math.log2(i + 2) for i in range(min(k, len(wanted))))
    return {
        "recall": sum(hits) / len(wanted),
        "precision": sum(hits) / k,
        "hit": float(any(hits)),
        "mrr": next((1 / (i + 1) for i, hit in enumerate(hits) if hit), 0.0),
        "ndcg": sum(1 / math.log2(i + 2) for i, hit in enumerate(hits) if hit) / best,
    }[metric]


@given(st.lists(st.tuples(rankings, targets), min_size=1, max_size=8), st.integers(1, 7))
def test_metrics_equal_brute_force(cases: list[Case], k: int) -> None:
    """Every vectorised metric equals its definition written out, for ragged rankings and target sets."""
    ranked = np.array([row + [-1] * (5 - len(row)) for row, _ in cases], dtype=np.int32)
    judged = judge(ranked, Sequences.of(wanted for _, wanted in cases))
    for name, metric in PER_ROW.items():
        expected = [brute_force(name, row, set(wanted), k) for row, wanted in cases]
        np.testing.assert_allclose(metric(judged, k), expected, err_msg=name)


def test_coverage_counts_distinct_items_within_k() -> None:
    """Coverage is the share of the catalogue shown in the first k, without the padding."""
    ranked = np.array([[0, 1, 5], [1, 2, -1]], dtype=np.int32)
    assert coverage(ranked, 2, 10) == 0.3
    assert coverage(ranked, 3, 10) == 0.4


def test_judge_refuses_rows_that_do_not_pair() -> None:
    """Rankings and targets of different numbers, or an empty target set, are an error and not a zero."""
    ranked = np.zeros((2, 1), np.int32)
    with pytest.raises(ValueError, match="2 rankings for 1"):
        judge(ranked, Sequences.of([[1]]))
    with pytest.raises(ValueError, match="needs a target"):
        judge(ranked, Sequences.of([[1], []]))


def test_bootstrap_interval_agrees_with_the_normal_theory() -> None:
    """The percentile interval of a mean is close to mean +- 1.96 standard errors on many rows."""
    values = np.random.default_rng(3).random((4000, 1))
    interval = percentile_interval(resampled_means(values, seed=1, replicates=2000)[:, 0])
    error = 1.96 * values.std() / math.sqrt(len(values))
    assert interval.low == pytest.approx(values.mean() - error, abs=error / 10)
    assert interval.high == pytest.approx(values.mean() + error, abs=error / 10)


def test_bootstrap_columns_share_their_resamples() -> None:
    """Columns are resampled together: a column that is another plus a constant differs by exactly that."""
    column = np.random.default_rng(4).random(50)
    means = resampled_means(np.stack([column, column + 0.25], axis=1), seed=2, replicates=30)
    np.testing.assert_allclose(means[:, 1] - means[:, 0], 0.25)
    np.testing.assert_array_equal(means, resampled_means(np.stack([column, column + 0.25], 1), seed=2, replicates=30))


def test_bootstrap_refuses_no_rows() -> None:
    """An interval over nothing is an error."""
    with pytest.raises(ValueError, match="nothing to resample"):
        resampled_means(np.empty((0, 2)), seed=0, replicates=10)
