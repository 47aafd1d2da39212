"""Retrieval answers what the model would, whichever index searches, and says so when an index forgets."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from adapters.item_index import AnnoyItemIndex, ExactItemIndex
from application.index_gate import RecallTooLow
from application.serving.retrieval import Retrieval
from haberdasher.testing.recommender import quiet, season
from ml.registry import make_model
from ml.two_tower import TwoTower, TwoTowerSettings
from ports.artifacts import Manifest, Release
from ports.item_index import ItemIndex
from ports.models import Recommender, Sequences

TINY = TwoTowerSettings(dimension=8, epochs=2, batch=64)


def tiny(name: str) -> Recommender:
    return TwoTower(TINY) if name == "two_tower" else make_model(name)


@pytest.fixture(scope="module", params=["two_tower", "item_knn"])
def release(request: pytest.FixtureRequest) -> Release:
    model = tiny(request.param)
    model.fit(season(), seed=0, progress=quiet)
    manifest = Manifest("r-1", request.param, "", datetime(2026, 11, 23, tzinfo=UTC), 1, 2, "", "", {}, {})
    return Release(manifest, model.arrays(), {"vocabulary": [f"p-{n}" for n in range(season().n_items)]})


@pytest.mark.parametrize("make_index", [lambda _: ExactItemIndex(), lambda _: AnnoyItemIndex()])
def test_an_index_finds_what_the_model_would_rank(release: Release, make_index: Callable[[int], ItemIndex]) -> None:
    """Products and order are those of the model's own ranking, whatever index is wired in."""
    retrieval = Retrieval(release, tiny(release.manifest.model), make_index)
    model = tiny(release.manifest.model)
    model.restore(release.arrays)
    ranked = model.recommend(Sequences.of([[3, 4]]), 5).items[0]
    found = retrieval.candidates(["p-3", "nobody-knows-it", "p-4"], 5)
    assert [one.product_id for one in found] == [f"p-{n}" for n in ranked if n >= 0]


def test_what_was_seen_can_be_left_out(release: Release) -> None:
    """`unseen_only` masks before the best are taken, so the row stays full."""
    found = Retrieval(release, tiny(release.manifest.model), lambda _: ExactItemIndex()).candidates(
        ["p-3", "p-4"], 10, unseen_only=True
    )
    assert len(found) == 10
    assert not {"p-3", "p-4"} & {one.product_id for one in found}


def test_an_empty_session_is_answered(release: Release) -> None:
    """Somebody of whom nothing is known gets the model's prior, not an error."""
    assert len(Retrieval(release, tiny(release.manifest.model), lambda _: ExactItemIndex()).candidates([], 3)) == 3


class Forgetful(ExactItemIndex):
    def search(self, queries, k, mask=None):  # type: ignore[no-untyped-def]
        found = super().search(queries, k, mask)
        return type(found)(found.items, np.full_like(found.scores, -np.inf))


@pytest.mark.parametrize("release", ["two_tower"], indirect=True)
def test_a_forgetful_index_does_not_serve(release: Release) -> None:
    """Recall below the gate is refused when the release is opened, not found out by shoppers."""
    with pytest.raises(RecallTooLow):
        Retrieval(release, tiny("two_tower"), lambda _: Forgetful())
