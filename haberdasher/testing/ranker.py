"""What every `ports.ranker.Ranker` must do. Set `make` in a subclass; pytest runs the rest."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest
from attrs import evolve
from numpy.typing import NDArray

from haberdasher.testing.recommender import quiet
from ports.ranker import Ranker, RankingExamples

NAMES = ("price", "taste", "noise", "constant")
CONSTANT = NAMES.index("constant")
#: Of two items: how good each is for who sees it, and how often it is seen. The better one is hidden.
GOOD, SEEN = np.array([0.3, 0.5]), np.array([0.9, 0.2])


def candidates(n: int, seed: int) -> NDArray[np.float32]:
    """Return float32 [n, 4] in the order of `NAMES`; the last is constant."""
    features = np.random.default_rng(seed).standard_normal((n, len(NAMES)), dtype=np.float32)
    features[:, CONSTANT] = 3.7
    return features


def liked(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return bool [n], what this public likes: cheap with one taste, dear with the other. No linear score knows."""
    return features[:, 0] * features[:, 1] > 0


def season(slates: int = 400, per_slate: int = 10) -> RankingExamples:
    """Return slates of candidates and what came of them: what is liked ends well in 8 of 10 cases, the rest in 1."""
    features = candidates(slates * per_slate, seed=1)
    chance = np.where(liked(features), 0.8, 0.1)
    labels = (np.random.default_rng(2).random(len(features)) < chance).astype(np.float32)
    return RankingExamples(
        features=features,
        labels=labels,
        weights=np.ones(len(features), np.float32),
        slates=np.repeat(np.arange(slates), per_slate),
        names=NAMES,
    )


def two_items(slates: int = 3000) -> RankingExamples:
    """Return slates of two items, clicked if good and seen; the features say which item it is."""
    rng = np.random.default_rng(3)
    clicks = rng.random((slates, 2)) < GOOD * SEEN
    return RankingExamples(
        features=np.tile(np.eye(2, dtype=np.float32), (slates, 1)),
        labels=clicks.ravel().astype(np.float32),
        weights=np.tile(1 / SEEN, slates).astype(np.float32),
        slates=np.repeat(np.arange(slates), 2),
        names=("first", "second"),
    )


def auc(scores: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Return the share of pairs, one liked and one not, that the scores put in order; a tie is half a pair."""
    good, bad = scores[truth][:, None], scores[~truth]
    return float(((good > bad) + (good == bad) / 2).mean())


class RankerContract:
    """Learns what a line cannot, undoes where things were shown, deterministic, restorable, refuses what is spoilt."""

    make: ClassVar[Callable[[], Ranker]]

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls) -> Ranker:
        """Fit once for all tests of the class, which only ask."""
        ranker = cls.make()
        ranker.fit(season(), seed=0, progress=quiet)
        return ranker

    def test_learns_a_preference_that_no_linear_score_knows(self, fitted: Ranker) -> None:
        """Unseen candidates are ordered with an AUC above .9, where least squares stay near chance."""
        data, unseen = season(), candidates(2000, seed=4)
        line = np.linalg.lstsq(data.features, data.labels, rcond=None)[0]
        assert auc(unseen @ line, liked(unseen)) < 0.6
        scores = fitted.score(unseen)
        assert scores.shape == (2000,)
        assert scores.dtype == np.float32
        assert auc(scores, liked(unseen)) > 0.9

    def test_weights_undo_where_things_were_shown(self) -> None:
        """Clicks alone prefer the item that is seen; weighted with the inverse propensity, the better one wins."""
        data, both = two_items(), np.eye(2, dtype=np.float32)
        naive, weighted = type(self).make(), type(self).make()
        naive.fit(evolve(data, weights=np.ones_like(data.weights)), seed=0, progress=quiet)
        weighted.fit(data, seed=0, progress=quiet)
        assert naive.score(both).argmax() == 0
        assert weighted.score(both).argmax() == 1

    def test_the_same_data_and_seed_give_the_same_model(self, fitted: Ranker) -> None:
        """Two fits agree bit for bit, whatever was fitted before, and the fit tells its progress up to the end."""
        told: list[tuple[int, int, str]] = []
        again = type(self).make()
        again.fit(two_items(20), seed=1, progress=quiet)
        again.fit(season(), seed=0, progress=lambda *step: told.append(step))
        assert told[-1][0] == told[-1][1]
        assert all(what for _, _, what in told)
        one, other = fitted.arrays(), again.arrays()
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)

    def test_a_restored_ranker_gives_equal_scores(self, fitted: Ranker) -> None:
        """The arrays hold all there is to know, hold no objects, need not be writable, and may be restored twice."""
        copy = type(self).make()
        arrays = {name: np.array(array) for name, array in fitted.arrays().items()}
        for array in arrays.values():
            assert not array.dtype.hasobject
            array.flags.writeable = False
        unseen = candidates(50, seed=5)
        for _ in range(2):
            copy.restore(arrays)
            np.testing.assert_array_equal(copy.score(unseen), fitted.score(unseen))

    def test_arrays_that_do_not_fit_are_refused(self, fitted: Ranker) -> None:
        """A missing array, one of another shape and one of another type are a `ValueError`, and change nothing."""
        arrays, unseen = dict(fitted.arrays()), candidates(50, seed=5)
        copy = type(self).make()
        copy.restore(arrays)
        for name, array in arrays.items():
            with pytest.raises(ValueError, match=name):
                copy.restore({other: arrays[other] for other in arrays if other != name})
            for spoilt in (array[None], array.astype(np.float64)):
                with pytest.raises(ValueError, match=name):
                    copy.restore({**arrays, name: spoilt})
        np.testing.assert_array_equal(copy.score(unseen), fitted.score(unseen))

    def test_scores_do_not_depend_on_who_else_is_scored(self, fitted: Ranker) -> None:
        """A candidate alone scores as among others, in any order, and the same when asked again."""
        unseen = candidates(40, seed=6)
        together = fitted.score(unseen)
        np.testing.assert_array_equal(fitted.score(unseen), together)
        np.testing.assert_allclose(fitted.score(unseen[::-1])[::-1], together, atol=1e-5)
        for row in range(len(unseen)):
            np.testing.assert_allclose(fitted.score(unseen[row : row + 1])[0], together[row], atol=1e-5)

    def test_a_feature_that_never_varied_changes_nothing(self, fitted: Ranker) -> None:
        """What a constant does could not be learnt: another value than in training gives the same scores."""
        unseen = candidates(40, seed=6)
        moved = unseen.copy()
        moved[:, CONSTANT] = -1e6
        np.testing.assert_array_equal(fitted.score(moved), fitted.score(unseen))

    def test_no_candidates_give_no_scores(self, fitted: Ranker) -> None:
        """An empty request is an empty answer of the right type."""
        scores = fitted.score(np.empty((0, len(NAMES)), np.float32))
        assert scores.shape == (0,)
        assert scores.dtype == np.float32

    def test_extreme_candidates_get_finite_scores(self, fitted: Ranker) -> None:
        """The largest float32 is a feature like any other."""
        extreme = np.full((2, len(NAMES)), np.finfo(np.float32).max) * np.array([[1], [-1]], np.float32)
        assert np.isfinite(fitted.score(extreme)).all()

    def test_candidates_that_do_not_fit_are_refused(self, fitted: Ranker) -> None:
        """Another number of features, a row that is no matrix, and values that are not finite are a `ValueError`."""
        unseen = candidates(3, seed=7)
        for spoilt in (unseen[:, :-1], np.hstack([unseen, unseen]), unseen[0]):
            with pytest.raises(ValueError, match=str(len(NAMES))):
                fitted.score(spoilt)
        for value in (np.nan, np.inf):
            spoilt = unseen.copy()
            spoilt[1, 2] = value
            with pytest.raises(ValueError, match="not finite"):
                fitted.score(spoilt)

    def test_a_single_row_can_be_learnt(self) -> None:
        """One row in one slate is enough to fit and to answer, be it good or bad."""
        for label in (0.0, 1.0):
            ranker = type(self).make()
            one = evolve(season(1, 1), labels=np.array([label], np.float32))
            ranker.fit(one, seed=0, progress=quiet)
            assert np.isfinite(ranker.score(candidates(2, seed=8))).all()

    def test_nothing_cannot_be_learnt(self) -> None:
        """No rows are a `ValueError`."""
        with pytest.raises(ValueError, match="nothing to learn from"):
            type(self).make().fit(season(0), seed=0, progress=quiet)

    def test_spoilt_examples_are_refused_and_named(self, fitted: Ranker) -> None:
        """What is not finite or out of range is a `ValueError` that names it; the ranker stays as it was."""
        data, unseen = season(3, 4), candidates(9, seed=9)
        ranker = type(self).make()
        ranker.restore(fitted.arrays())
        spoilt: list[tuple[str, str, tuple[int, ...], float]]
        spoilt = [("feature 'taste' of row 5", "features", (5, 1), value) for value in (np.nan, np.inf)]
        spoilt += [("label of row 5", "labels", (5,), value) for value in (np.nan, -0.1, 1.1)]
        spoilt += [("weight of row 5", "weights", (5,), value) for value in (np.nan, np.inf, 0.0, -1.0)]
        spoilt += [("slates", "slates", (5,), 9)]
        for named, column, place, value in spoilt:
            array = getattr(data, column).copy()
            array[place] = value
            with pytest.raises(ValueError, match=named):
                ranker.fit(evolve(data, **{column: array}), seed=0, progress=quiet)
        for column in ("features", "weights", "slates"):
            with pytest.raises(ValueError, match=column):
                ranker.fit(evolve(data, **{column: getattr(data, column)[:-1]}), seed=0, progress=quiet)
        with pytest.raises(ValueError, match="features"):
            ranker.fit(evolve(data, names=NAMES[:-1]), seed=0, progress=quiet)
        np.testing.assert_array_equal(ranker.score(unseen), fitted.score(unseen))
