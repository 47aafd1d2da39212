import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.propensity import BORROWED, examined, weights

COUNTS = st.lists(st.tuples(st.integers(0, 200), st.floats(0, 1)), min_size=1, max_size=8)


def test_the_propensities_of_a_position_based_model_are_recovered() -> None:
    """From 4,000 slates a group, whose lower places are shown less often, each theta is found within .03."""
    rng = np.random.default_rng(1)
    theta = np.array([[0.95, 0.9, 0.7, 0.55, 0.4, 0.3, 0.2], [0.9, 0.5, 0.35, 0.25, 0.2, 0.15, 0.12]])
    shown = np.broadcast_to(np.linspace(4000, 2500, 7).astype(np.int64), theta.shape)
    np.testing.assert_allclose(examined(shown, rng.binomial(shown, theta)), theta, atol=0.03)


def test_examination_never_rises_along_the_page() -> None:
    """Neighbours in the wrong order are pooled by how often they were shown."""
    shown = np.array([[100_000, 300_000, 100_000]])
    found = examined(shown, np.array([[50_000, 210_000, 40_000]]))
    np.testing.assert_allclose(found, [[0.65, 0.65, 0.4]], atol=1e-3)


def nearest_falling(rate: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.float64]:
    """Isotonic regression by its min-max formula; `rate` is a mean of `mass` observations."""
    n, total = len(rate), rate * mass
    return np.array(
        [
            min(max(total[i : k + 1].sum() / mass[i : k + 1].sum() for k in range(j, n)) for i in range(j + 1))
            for j in range(n)
        ]
    )


@given(COUNTS)
def test_one_group_is_the_nearest_falling_row(counts: list[tuple[int, float]]) -> None:
    """The answer falls, stays in [.1, 1], and equals isotonic regression by definition, also of what is borrowed."""
    shown = np.array([[n for n, _ in counts]])
    viewed = np.array([[round(n * share) for n, share in counts]])
    borrowed = nearest_falling((viewed[0] + 1) / (shown[0] + 2), shown[0] + 2.0)
    mass = shown[0] + BORROWED
    expected = nearest_falling((viewed[0] + BORROWED * borrowed) / mass, mass)
    found = examined(shown, viewed)[0]
    assert (np.diff(found) <= 0).all()
    np.testing.assert_allclose(found, np.clip(expected, 0.1, 1), atol=1e-6)


def test_what_was_seldom_shown_is_taken_from_the_others() -> None:
    """A group without impressions has the propensities of all groups, and a place below the fold those above it."""
    found = examined(np.array([[9000, 9000, 0], [0, 0, 0]]), np.array([[8100, 2700, 0], [0, 0, 0]]))
    np.testing.assert_allclose(found, [[0.9, 0.3, 0.3]] * 2, atol=0.02)


def test_no_outcome_counts_more_than_ten() -> None:
    """Weights are one over the propensity of group and place, at most 10; below the last place its last holds."""
    theta = np.array([[1.0, 0.5, 0.02], [0.8, 0.4, 0.1]], np.float32)
    found = weights(theta, np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 1, 7]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [1, 2, 10, 2.5, 10])
    assert (weights(examined(np.array([[500]]), np.array([[0]])), np.array([0]), np.array([0])) == 10).all()


def test_counts_that_cannot_be_are_refused() -> None:
    """More views than impressions, negative counts, other shapes, and places above the top are a `ValueError`."""
    ones = np.ones((1, 3), np.int64)
    for shown, viewed in ((ones, 2 * ones), (ones, -ones), (ones, ones[:, :2]), (ones[0], ones[0])):
        with pytest.raises(ValueError, match="viewed"):
            examined(shown, viewed)
    theta = examined(ones, ones)
    with pytest.raises(ValueError, match="from 0"):
        weights(theta, np.array([0]), np.array([-1]))
    with pytest.raises(IndexError):
        weights(theta, np.array([1]), np.array([0]))


def test_weighted_clicks_find_the_better_item() -> None:
    """Views give the propensities, these the weights: then the hidden, better item wins, which bare clicks lose.

    The estimator is a frequency: clicks times weight, over times shown.
    """
    rng = np.random.default_rng(4)
    theta, good = np.array([0.9, 0.25]), np.array([0.2, 0.3])
    n = 20_000
    item = rng.integers(2, size=n)
    # The worse item is mostly shown on top.
    position = np.where(rng.random(n) < 0.9, item, 1 - item)
    seen = rng.random(n) < theta[position]
    clicked = seen & (rng.random(n) < good[item])
    shown, viewed = np.bincount(position, minlength=2), np.bincount(position, seen, 2).astype(np.int64)
    ips = weights(examined(shown[None], viewed[None]), np.zeros(n, np.int64), position)
    times = np.bincount(item, minlength=2)
    naive, debiased = np.bincount(item, clicked) / times, np.bincount(item, clicked * ips) / times
    assert naive[0] > naive[1]
    assert debiased[1] > debiased[0]
    np.testing.assert_allclose(debiased, good, atol=0.03)
