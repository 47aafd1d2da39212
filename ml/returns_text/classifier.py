"""What the phrases do not catch: one-vs-rest logistic regression over words and pieces of words, calibrated per label.

Learnt in a second or two from the corpus at first use, so that no model file has to be kept or trusted.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from domain.returns.comment import LABELS

#: Of what is said above a label's threshold so many are right, on comments that were not learnt from. More than the
#: nine in ten that are wanted, because the comments that are left to the classifier are harder than those.
PRECISION = 0.95
#: A threshold has to be met by so many right ones: with fewer nobody knows how precise it is.
FEWEST = 8
FOLDS, SEED = 5, 17
_REGULARISATION = 10.0


@frozen(eq=False)
class Classifier:
    """`slopes`, `offsets` [labels] make a score a probability; below `thresholds` [labels] nothing is said."""

    _features: Any
    weights: NDArray[np.float64]
    biases: NDArray[np.float64]
    slopes: NDArray[np.float64]
    offsets: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    @classmethod
    def learnt(cls, texts: Sequence[str], truth: NDArray[np.bool_]) -> "Classifier":
        """Learn from marked words and what they say, bool [texts, labels]."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  # takes seconds to import
        from sklearn.pipeline import make_union  # noqa: PLC0415

        features = make_union(
            TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2),
        )
        matrix = features.fit_transform(texts)
        weights, biases = _regressions(matrix, truth)
        scores = np.zeros(truth.shape)
        folds = np.random.default_rng(SEED).permutation(len(texts)) % FOLDS
        for fold in range(FOLDS):
            held = folds == fold
            fold_weights, fold_biases = _regressions(matrix[~held], truth[~held])
            scores[held] = matrix[held] @ fold_weights.T + fold_biases
        slopes, offsets = np.array([_platt(*pair) for pair in zip(scores.T, truth.T, strict=True)]).T
        chances = _sigmoid(scores * slopes + offsets)
        thresholds = np.array([_threshold(*pair) for pair in zip(chances.T, truth.T, strict=True)])
        return cls(features, weights, biases, slopes, offsets, thresholds)

    def chances(self, text: str) -> NDArray[np.float64]:
        """Return the calibrated probability of every label, [labels], for marked words."""
        scores = np.asarray(self._features.transform([text]) @ self.weights.T).reshape(-1) + self.biases
        return _sigmoid(scores * self.slopes + self.offsets)

    def read(self, text: str) -> dict[str, float]:
        """Return the labels whose probability is above their threshold."""
        chances = self.chances(text)
        return {
            label: float(chance)
            for label, chance, threshold in zip(LABELS, chances, self.thresholds, strict=True)
            if chance >= threshold
        }


def _regressions(matrix: Any, truth: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights [labels, features] and biases [labels]."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    fitted = [
        LogisticRegression(C=_REGULARISATION, solver="liblinear", dual=True, random_state=SEED).fit(matrix, one)
        for one in truth.T
    ]
    return np.vstack([one.coef_ for one in fitted]), np.concatenate([one.intercept_ for one in fitted])


def _platt(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset that make scores probabilities (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    fitted = LogisticRegression(C=1e4).fit(scores[:, None], truth)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _threshold(chances: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the lowest chance from which on enough is right; infinity if there is none."""
    order = np.argsort(-chances, kind="stable")
    right = np.cumsum(truth[order])
    precise = (right / np.arange(1, len(order) + 1) >= PRECISION) & (right >= FEWEST)
    return float(chances[order[np.flatnonzero(precise)[-1]]]) if precise.any() else float("inf")


def _sigmoid(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-scores))
