"""Retrieval and ranking together, judged like any model: the candidates of the one in the order of the other."""

from collections.abc import Sequence

import numpy as np
from attrs import define, frozen
from numpy.typing import NDArray

from application.evaluation.cases import Cases
from application.features.ranking import CANDIDATES
from application.features.touch import Observation
from application.learning.dataset import Dataset
from application.learning.timeline import Timeline
from ports.models import Progress, Ranking, Recommender, Sequences
from ports.ranker import Ranker


@frozen(eq=False)
class Considered:
    """The candidates of every case. `items`: int32 [m, c], -1 after the last. `features`: float32 [c, f] each."""

    items: NDArray[np.int32]
    features: Sequence[NDArray[np.float32]]


def consider(
    model: Recommender,
    every: Sequence[Cases],
    dataset: Dataset,
    observations: Sequence[Observation],
    *,
    rows: NDArray[np.int64],
    progress: Progress,
) -> Sequence[Considered]:
    """Retrieve for all cases, and compute the features of the candidates as of each case's moment.

    `rows`: which row of the data set each row is that the cases name. One walk over history serves them all.
    """
    found = [model.recommend(cases.prefixes, min(CANDIDATES, len(dataset.vocabulary))) for cases in every]
    features: list[list[NDArray[np.float32]]] = [[np.empty(0, np.float32)] * len(cases) for cases in every]
    order = sorted(((float(at), c, r) for c, cases in enumerate(every) for r, at in enumerate(cases.at)))
    timeline = Timeline.of(observations, dataset)
    for done, (at, c, r) in enumerate(order):
        timeline.advance(at)
        subject = dataset.began_as[rows[every[c].rows[r]]]
        known = found[c].items[r] >= 0
        items = found[c].items[r][known].astype(np.int64)
        features[c][r] = timeline.features(subject, at, items, found[c].scores[r][known], None)
        if done % 100 == 0:
            progress(done, len(order), "cases")
    progress(len(order), len(order), "cases")
    return [Considered(ranking.items, rows_) for ranking, rows_ in zip(found, features, strict=True)]


@define(eq=False)
class Reranked:
    """A recommender for the cases that were considered, in their order, and for nothing else."""

    name: str
    considered: Considered
    ranker: Ranker

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        """Rank the candidates of each case. Errors: `ValueError` for other prefixes, or for a mask."""
        if len(prefixes) != len(self.considered.items) or mask is not None:
            raise ValueError("this ranks the cases it was made for, and nothing else")
        items = np.full((len(prefixes), k), -1, np.int32)
        scores = np.full((len(prefixes), k), -np.inf, np.float32)
        for row, features in enumerate(self.considered.features):
            score = self.ranker.score(features)
            best = np.argsort(-score, kind="stable")[:k]
            items[row, : len(best)] = self.considered.items[row][best]
            scores[row, : len(best)] = score[best]
        return Ranking(items, scores)
