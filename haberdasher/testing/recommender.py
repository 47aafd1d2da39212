"""What every `ports.models.Recommender` must do. Set `make` in a subclass; pytest runs the rest."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest

from ports.models import ACTIONS, Interactions, Ranking, Recommender, Sequences, VectorRecommender

N_ITEMS = 30


def quiet(_done: int, _total: int, _what: str) -> None:
    """Report progress to nobody."""


def sessions(rows: list[list[int]], n_items: int = N_ITEMS) -> Interactions:
    """Return views of these items, one session a row, with two item features and one user feature."""
    sequences = Sequences.of(rows)
    rng = np.random.default_rng(11)
    return Interactions(
        sequences=sequences,
        times=np.arange(len(sequences.items), dtype=np.float64),
        actions=np.zeros(len(sequences.items), dtype=np.int8),
        n_items=n_items,
        item_features=rng.standard_normal((n_items, 2), dtype=np.float32),
        user_features=rng.standard_normal((len(rows), 1), dtype=np.float32),
    )


def season() -> Interactions:
    """Return 60 sessions that walk on from a random item."""
    rng = np.random.default_rng(5)
    starts, steps = rng.integers(N_ITEMS - 6, size=60), rng.integers(2, 6, size=60)
    return sessions([list(range(start, start + step)) for start, step in zip(starts, steps, strict=True)])


PREFIXES = Sequences.of([[3, 4], [], [7], [9, 9, 2, 9], list(range(25))])


class RecommenderContract:
    """Deterministic, restorable, masked, duplicate-free, and never without an answer."""

    make: ClassVar[Callable[[], Recommender]]

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls) -> Recommender:
        """Fit once for all tests of the class, which only ask."""
        model = cls.make()
        model.fit(season(), seed=0, progress=quiet)
        return model

    def test_the_same_data_and_seed_give_the_same_model(self, fitted: Recommender) -> None:
        """Two fits agree in every array, bit for bit, and the fit tells its progress up to the end."""
        told: list[tuple[int, int, str]] = []
        again = type(self).make()
        again.fit(season(), seed=0, progress=lambda *step: told.append(step))
        assert told[-1][0] == told[-1][1]
        assert all(what for _, _, what in told)
        one, other = fitted.arrays(), again.arrays()
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)

    def test_a_restored_model_gives_equal_answers(self, fitted: Recommender) -> None:
        """The arrays hold all there is to know, hold no objects, and need not be writable."""
        copy = type(self).make()
        arrays = {name: np.array(array) for name, array in fitted.arrays().items()}
        for array in arrays.values():
            assert not array.dtype.hasobject
            array.flags.writeable = False
        copy.restore(arrays)
        given, again = fitted.recommend(PREFIXES, 10), copy.recommend(PREFIXES, 10)
        np.testing.assert_array_equal(given.items, again.items)
        np.testing.assert_array_equal(given.scores, again.scores)

    def test_arrays_that_do_not_fit_are_refused(self, fitted: Recommender) -> None:
        """A missing array and one of another shape are a `ValueError`, each."""
        arrays = dict(fitted.arrays())
        for name, array in arrays.items():
            with pytest.raises(ValueError, match=name):
                type(self).make().restore({other: arrays[other] for other in arrays if other != name})
            with pytest.raises(ValueError, match=name):
                type(self).make().restore({**arrays, name: array[None]})

    def test_a_ranking_is_ordered_and_holds_an_item_once(self, fitted: Recommender) -> None:
        """All items can be ranked for every prefix: no repeats, scores fall, equal scores go by number."""
        ranking = fitted.recommend(PREFIXES, N_ITEMS)
        assert ranking.items.shape == ranking.scores.shape == (len(PREFIXES), N_ITEMS)
        assert ranking.items.dtype == np.int32
        assert ranking.scores.dtype == np.float32
        for items, scores in zip(ranking.items, ranking.scores, strict=True):
            assert sorted(items.tolist()) == list(range(N_ITEMS))
            assert np.lexsort((items, -scores)).tolist() == list(range(N_ITEMS))

    def test_more_than_there_is_ends_in_padding(self, fitted: Recommender) -> None:
        """Beyond the catalogue a ranking is -1."""
        ranking = fitted.recommend(PREFIXES, N_ITEMS + 5)
        assert (ranking.items[:, :N_ITEMS] >= 0).all()
        assert (ranking.items[:, N_ITEMS:] == -1).all()

    def test_masked_items_are_never_shown(self, fitted: Recommender) -> None:
        """The mask acts before the top k: the rest keep their order and fill the places."""
        mask = np.arange(N_ITEMS) % 3 > 0
        everything, allowed = fitted.recommend(PREFIXES, N_ITEMS), fitted.recommend(PREFIXES, 5, mask)
        for full, masked in zip(everything.items, allowed.items, strict=True):
            assert masked.tolist() == full[mask[full]][:5].tolist()
        nothing = fitted.recommend(PREFIXES, 5, np.zeros(N_ITEMS, np.bool_))
        assert (nothing.items == -1).all()

    def test_answers_do_not_depend_on_who_else_asks(self, fitted: Recommender) -> None:
        """A prefix alone is answered as it is among others."""
        together = fitted.recommend(PREFIXES, 7)
        for row in range(len(PREFIXES)):
            alone = fitted.recommend(Sequences.of([PREFIXES.row(row).tolist()]), 7)
            np.testing.assert_array_equal(alone.items[0], together.items[row])
            np.testing.assert_allclose(alone.scores[0], together.scores[row], atol=1e-5)

    def test_no_prefixes_give_no_rows(self, fitted: Recommender) -> None:
        """An empty request is an empty ranking of the right shape."""
        ranking: Ranking = fitted.recommend(Sequences.of([]), 4)
        assert ranking.items.shape == ranking.scores.shape == (0, 4)

    def test_the_smallest_catalogue_can_be_learnt(self) -> None:
        """One item in one session is enough to fit and to answer."""
        model = type(self).make()
        model.fit(sessions([[0]], n_items=1), seed=0, progress=quiet)
        assert model.recommend(Sequences.of([[], [0]]), 2).items.tolist() == [[0, -1], [0, -1]]

    def test_nothing_cannot_be_learnt(self) -> None:
        """No session, only empty sessions, or only returns are a `ValueError`."""
        returned = sessions([[1, 2]])
        returned.actions[:] = ACTIONS.index("return")
        for data in (sessions([]), sessions([[], []]), returned):
            with pytest.raises(ValueError, match="nothing to learn from"):
                type(self).make().fit(data, seed=0, progress=quiet)


class VectorRecommenderContract(RecommenderContract):
    """Besides: an index over the item vectors, asked with the session vectors, ranks as the model does."""

    def test_session_and_item_vectors_make_the_ranking(self, fitted: Recommender) -> None:
        """The inner products are the scores of the ranking."""
        assert isinstance(fitted, VectorRecommender)
        prefixes = Sequences.of([[3, 4], [9]])
        scores = fitted.session_vectors(prefixes) @ fitted.item_vectors.T
        assert scores.shape == (2, N_ITEMS)
        np.testing.assert_allclose(-np.sort(-scores, axis=1)[:, :5], fitted.recommend(prefixes, 5).scores, atol=1e-5)

    def test_an_unknown_prefix_has_no_direction(self, fitted: Recommender) -> None:
        """A session of which nothing is known is a zero vector, which an index must not be asked with."""
        assert isinstance(fitted, VectorRecommender)
        assert not fitted.session_vectors(Sequences.of([[]])).any()
