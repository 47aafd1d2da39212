"""How far a ranking is from the truth, in a simulated shop, where there is a truth to ask.

The only product module that may: an import contract keeps what shoppers really want from everything that learns.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.sources.simulation.season import Season
from adapters.sources.simulation.truth import Truth
from application.evaluation.cases import Cases
from application.evaluation.report import Measure, Ranks, Witness
from application.learning.dataset import Dataset
from application.top_k import top_k
from ports.models import Ranking, Sequences
from ports.vault import Vault

#: Rankings are compared with the truth on their first so many places.
DEPTH = 20
DAY = 86_400.0


@define(eq=False)
class Oracle:
    """Ranks by what the shoppers of its cases really want: the best that any model could do, but for chance."""

    appeal: NDArray[np.float32]
    name: str = "hidden truth"

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        if len(prefixes) != len(self.appeal):
            raise ValueError("this ranks for the cases it was made for, and nothing else")
        return Ranking(*top_k(self.appeal, k, mask))


@define(eq=False)
class HiddenTruth:
    """`appeal_of(cases)`: float32 [m, n_items], how much each item appeals to each case's shopper at its moment."""

    truth: Truth
    vault: Vault
    dataset: Dataset
    rows: NDArray[np.int64]
    _numbers: NDArray[np.int64] = field(init=False)

    def __attrs_post_init__(self) -> None:
        numbers = self.dataset.numbers()
        self._numbers = np.array([numbers.get(product, -1) for product in self.truth.products], np.int64)

    def witness(self) -> Witness:
        """Judge the oracle beside the models, and ask of every ranking how near the truth it comes."""
        appeal = lru_cache(maxsize=8)(self.appeal_of)  # cases are compared by identity

        def ranks(cases: Cases) -> Sequence[Ranks]:
            return [Oracle(appeal(cases))] if len(cases.rows) else []

        def measures(cases: Cases) -> Mapping[str, Measure]:
            return {"truth": lambda ranked: nearness(ranked, appeal(cases))} if len(cases.rows) else {}

        return Witness(ranks, measures)

    def appeal_of(self, cases: Cases) -> NDArray[np.float32]:
        """What is not sold by the simulated shop appeals to nobody; a machine wants what people want on average."""
        begin = self.truth.season.begin.timestamp()
        appeal = np.full((len(cases), len(self.dataset.vocabulary)), -np.inf, np.float32)
        known = self._numbers >= 0
        for case, (row, at) in enumerate(zip(cases.rows.tolist(), cases.at.tolist(), strict=True)):
            shopper = self._shopper(self.dataset.subjects[self.rows[row]])
            day = (at - begin) / DAY
            wanted = self._average(int(day)) if shopper is None else self.truth.appeal(shopper, day)
            appeal[case, self._numbers[known]] = wanted[known]
        return appeal

    def _shopper(self, subject: str) -> int | None:
        if not subject:
            return None
        identifier = self.vault.reveal(subject)
        return self.truth.shopper_of(identifier.kind, identifier.value)

    @lru_cache(maxsize=400)  # noqa: B019 - one truth lives as long as the process that judges by it
    def _average(self, day: int) -> NDArray[np.float32]:
        shoppers = range(0, self.truth.season.shoppers, max(1, self.truth.season.shoppers // 50))
        return np.asarray(np.mean([self.truth.appeal(one, float(day)) for one in shoppers], axis=0), np.float32)


def hidden_truth(season: Season, vault: Vault, dataset: Dataset, rows: NDArray[np.int64]) -> HiddenTruth:
    """`rows`: which row of the data set each row is that cases name (`Exam.rows`)."""
    return HiddenTruth(Truth.of(season), vault, dataset, rows)


def nearness(ranked: NDArray[np.int32], appeal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [m]: mean appeal of the first places, 0 if it is that of the catalogue, 1 if none is better."""
    top = ranked[:, :DEPTH]
    sold = np.isfinite(appeal)
    lowest = np.where(sold, appeal, np.inf).min(axis=1, keepdims=True)
    filled = np.where(sold, appeal, lowest)
    shown = np.where(top >= 0, np.take_along_axis(filled, np.maximum(top, 0).astype(np.int64), axis=1), lowest)
    best = np.take_along_axis(filled, top_k(appeal, DEPTH)[0].astype(np.int64), axis=1).mean(axis=1)
    usual = filled.mean(axis=1)
    return np.asarray((shown.mean(axis=1) - usual) / np.maximum(best - usual, 1e-9), np.float64)
