import numpy as np

from domain.returns.comment import LABELS
from ml.returns_text.classifier import FEWEST, PRECISION, _platt, _sigmoid, _threshold
from ml.returns_text.reader import knowledge


def test_a_threshold_keeps_its_precision() -> None:
    """It is the lowest chance from which on enough is right."""
    chances = np.linspace(0.99, 0.01, 99)
    truth = np.arange(99) < 38
    truth[20] = False
    threshold = _threshold(chances, truth)
    kept = chances >= threshold
    assert truth[kept].mean() >= PRECISION
    below = chances >= threshold - 0.0101
    assert truth[below].mean() < PRECISION


def test_too_few_right_ones_are_no_threshold() -> None:
    """A label that is seldom right is never said, nor one that is right too rarely to know."""
    chances = np.linspace(0.99, 0.01, 50)
    assert _threshold(chances, np.arange(50) < FEWEST - 1) == float("inf")
    assert _threshold(chances, np.arange(50) % 2 == 0) == float("inf")
    assert _threshold(chances, np.arange(50) < FEWEST) < 1


def test_calibrated_scores_are_probabilities() -> None:
    """Of comments with a chance of p, a share of p is right."""
    rng = np.random.default_rng(7)
    scores = rng.normal(size=20_000)
    truth = rng.random(20_000) < _sigmoid(2 * scores - 1)
    slope, offset = _platt(scores, truth)
    chances = _sigmoid(scores * slope + offset)
    for low in (0.1, 0.4, 0.7):
        some = (chances >= low) & (chances < low + 0.2)
        assert abs(truth[some].mean() - chances[some].mean()) < 0.04


def test_most_labels_can_be_said() -> None:
    """The corpus is large enough; a few labels it never says, because it is not precise enough there."""
    classifier = knowledge().classifier
    assert classifier.thresholds.shape == (len(LABELS),)
    assert np.isfinite(classifier.thresholds).sum() >= 12


def test_it_understands_what_no_phrase_says() -> None:
    """Words near those that it learnt from are enough."""
    assert "fit_part_sleeve" in knowledge().classifier.read(". the sleeves hug my arms .")
