"""The table that a training run prints and a release keeps: metrics with intervals, models side by side."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.evaluation.bootstrap import percentile_interval, resampled_means
from application.evaluation.cases import Cases
from application.evaluation.metrics import PER_ROW, coverage, judge
from ports.models import Ranking, Sequences


@frozen
class Row:
    """One figure. With `against`, `value` is the paired difference to that model.

    Coverage has no interval: a resample of rows shows fewer items than the rows do, so it would not bracket the value.
    """

    model: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    against: str = ""


@frozen
class Report:
    """Plain data: msgspec writes it as JSON as it stands. `cases` is the number of evaluation rows."""

    relevance: str
    cases: int
    rows: tuple[Row, ...]

    def value(self, model: str, metric: str) -> float:
        """Return one figure. Errors: `KeyError` if it is not in the table."""
        for row in self.rows:
            if (row.model, row.metric, row.against) == (model, metric, ""):
                return row.value
        raise KeyError(f"{metric} of {model}")

    def gain(self, model: str, metric: str, against: str) -> Row:
        """Return the paired difference of a model to another. Errors: `KeyError` if it is not in the table."""
        for row in self.rows:
            if (row.model, row.metric, row.against) == (model, metric, against):
                return row
        raise KeyError(f"{metric} of {model} against {against}")


class Ranks(Protocol):
    """Whatever ranks items for cases, under a name: a recommender, or more than one put together."""

    @property
    def name(self) -> str: ...

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking: ...


#: What else may be asked of rankings, row by row: int32 [m, k] -> float64 [m].
Measure = Callable[[NDArray[np.int32]], NDArray[np.float64]]


def _no_ranks(_: Cases) -> Sequence[Ranks]:
    return ()


def _no_measures(_: Cases) -> Mapping[str, Measure]:
    return {}


@frozen
class Witness:
    """Somebody who knows more than the cases say.

    `ranks`: rankings to judge beside the models. `measures`: more to ask of every ranking, by name.
    """

    ranks: Callable[[Cases], Sequence[Ranks]] = _no_ranks
    measures: Callable[[Cases], Mapping[str, Measure]] = _no_measures


def evaluate(
    recommenders: Sequence[Ranks],
    cases: Cases,
    *,
    n_items: int,
    ks: Sequence[int] = (20,),
    mask: NDArray[np.bool_] | None = None,
    against: Sequence[str] = (),
    measures: Mapping[str, Measure] = MappingProxyType({}),
    seed: int = 0,
    replicates: int = 1000,
) -> Report:
    """Rank all items for every case with every model; 95 % intervals from one shared bootstrap.

    `measures`: more figures for each row, beside the metrics. `against` names the models that all others are compared
    with, pairwise over the same resamples.
    Errors: `ValueError` without cases or models, or if one of `against` is none of the models.
    """
    names = [model.name for model in recommenders]
    if not names or len(cases) == 0:
        raise ValueError("an evaluation needs a model and a case")
    if unknown := [name for name in against if name not in names]:
        raise ValueError(f"{unknown[0]} is not among {', '.join(names)}")
    metrics = [(metric, k) for k in ks for metric in PER_ROW]
    labels = [f"{metric}@{k}" for metric, k in metrics] + [f"{name}@{max(ks)}" for name in measures]
    columns: list[NDArray[np.float64]] = []
    covered: list[Row] = []
    for model in recommenders:
        ranked = model.recommend(cases.prefixes, max(ks), mask).items
        judged = judge(ranked, cases.targets)
        columns += [PER_ROW[metric](judged, k) for metric, k in metrics]
        columns += [measure(ranked) for measure in measures.values()]
        covered += [Row(model.name, f"coverage@{k}", coverage(ranked, k, n_items)) for k in ks]
    values = np.stack(columns, axis=1)
    resampled = resampled_means(values, seed=seed, replicates=replicates)
    shape = (len(names), len(labels))
    means, samples = values.mean(axis=0).reshape(shape), resampled.reshape(-1, *shape)
    rows: list[Row] = []
    for m, name in enumerate(names):
        for c, label in enumerate(labels):
            rows.append(_row(name, label, means[m, c], samples[:, m, c], ""))
    for other in against:
        base = names.index(other)
        for m, name in enumerate(names):
            for c, label in enumerate(labels):
                if m != base:
                    gain, gains = means[m, c] - means[base, c], samples[:, m, c] - samples[:, base, c]
                    rows.append(_row(name, label, gain, gains, other))
    return Report(cases.relevance, len(cases), (*rows, *covered))


def _row(model: str, metric: str, value: float, samples: NDArray[np.float64], against: str) -> Row:
    interval = percentile_interval(samples)
    return Row(model, metric, float(value), interval.low, interval.high, against)
