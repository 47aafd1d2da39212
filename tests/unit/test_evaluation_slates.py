"""Scorers on slates: what the figures mean, and that neither position nor a slate of one kind moves them."""

from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from application.evaluation.cases import Cases
from application.evaluation.report import Witness, evaluate
from application.evaluation.slates import METRICS, judge_scores
from ports.models import Ranking, Sequences

Slate = list[tuple[float, float]]
SLATES: st.SearchStrategy[list[Slate]] = st.lists(
    st.lists(st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([-1.0, 0.0, 2.0])), min_size=1, max_size=6),
    min_size=1,
    max_size=5,
)


def auc(slate: Slate) -> float:
    """Share of the pairs that stand in the right order, ties half."""
    pairs = [(mine, yours) for (good, mine), (bad, yours) in product(slate, slate) if good > bad]
    return sum(1.0 if mine > yours else 0.5 if mine == yours else 0.0 for mine, yours in pairs) / len(pairs)


def ndcg(slate: Slate) -> float:
    """What a place gains is the mean label of those that might stand there."""
    ranked = sorted((score for _, score in slate), reverse=True)
    gains = [np.mean([label for label, score in slate if score == at]) for at in ranked]
    best = sorted((label for label, _ in slate), reverse=True)

    def discounted(values: list[float]) -> float:
        return sum(value / log2(place + 2) for place, value in enumerate(values))

    return discounted([float(gain) for gain in gains]) / discounted(best)


def arrays(slates: list[Slate]) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    labels = np.array([label for slate in slates for label, _ in slate], np.float32)
    scores = np.array([score for slate in slates for _, score in slate], np.float32)
    owners = np.array([3 * n for n, slate in enumerate(slates) for _ in slate], np.int64)
    return {"model": scores, "perfect": labels, "nothing": np.zeros_like(labels)}, labels, owners


def mixed(slates: list[Slate]) -> list[Slate]:
    return [slate for slate in slates if len({label for label, _ in slate}) > 1]


@given(SLATES)
def test_the_figures_are_their_definitions(slates: list[Slate]) -> None:
    """Both are means over the slates with different labels, as brute force has them; the others do not count."""
    assume(mixed(slates))
    report = judge_scores(*arrays(slates), replicates=5)
    assert (report.relevance, report.cases) == ("slate", len(mixed(slates)))
    assert report.value("model", "auc") == pytest.approx(np.mean([auc(slate) for slate in mixed(slates)]))
    assert report.value("model", "ndcg") == pytest.approx(np.mean([ndcg(slate) for slate in mixed(slates)]), abs=1e-6)


@given(SLATES)
def test_the_labels_themselves_score_best(slates: list[Slate]) -> None:
    """A perfect scorer has 1 of everything, and one that tells nothing apart the half of all pairs."""
    assume(mixed(slates))
    report = judge_scores(*arrays(slates), replicates=5)
    assert report.value("perfect", "auc") == 1
    assert report.value("perfect", "ndcg") == pytest.approx(1, abs=1e-6)
    assert report.value("nothing", "auc") == 0.5


@given(SLATES)
def test_where_a_place_stood_decides_nothing(slates: list[Slate]) -> None:
    """Rows of a slate in the opposite order give the same figures, ties included."""
    assume(mixed(slates))
    one = judge_scores(*arrays(slates), replicates=5)
    other = judge_scores(*arrays([slate[::-1] for slate in slates]), replicates=5)
    for model, metric in product(("model", "perfect", "nothing"), METRICS):
        assert one.value(model, metric) == pytest.approx(other.value(model, metric), abs=1e-6)


@pytest.mark.parametrize("slates", [[], [[(1.0, 0.5)]], [[(1.0, 1.0), (1.0, 2.0)], [(0.0, 1.0), (0.0, 3.0)]]])
def test_slates_of_one_label_judge_nothing(slates: list[Slate]) -> None:
    """Where no slate holds two labels there is nothing to be told, and that is said."""
    with pytest.raises(ValueError, match="no slate holds two different labels"):
        judge_scores(*arrays(slates))


def test_scorers_are_compared_in_pairs() -> None:
    """Every scorer is compared with every other that is named, never with itself, inside its interval."""
    rng = np.random.default_rng(4)
    slates = [[(float(rng.integers(2)), float(rng.normal())) for _ in range(6)] for _ in range(60)]
    report = judge_scores(*arrays(slates), against=("nothing", "model"), replicates=200)
    compared = {(row.model, row.against) for row in report.rows if row.against}
    names = ("model", "perfect", "nothing")
    assert compared == {(one, other) for one in names for other in ("nothing", "model") if one != other}
    for one, other in compared:
        gain = report.gain(one, "auc", other)
        assert gain.value == pytest.approx(report.value(one, "auc") - report.value(other, "auc"))
        assert gain.low is not None
        assert gain.high is not None
        assert gain.low <= gain.value <= gain.high
    surely = report.gain("perfect", "auc", "model").low
    assert surely is not None
    assert surely > 0


class Same:
    """Shows the same items to everybody."""

    def __init__(self, name: str, *items: int) -> None:
        self.name, self._items = name, items

    def recommend(self, prefixes: Sequences, k: int, mask: object = None) -> Ranking:
        del mask
        items = np.tile(np.array(self._items[:k], np.int32), (len(prefixes), 1))
        return Ranking(items, np.zeros(items.shape, np.float32))


CASES = Cases("purchase", Sequences.of([[0]] * 40), Sequences.of([[1]] * 20 + [[2]] * 15 + [[3]] * 5))
MODELS = [Same("floor", 3, 1), Same("strong", 2, 3), Same("model", 1, 2)]


def test_what_a_witness_knows_stands_beside_the_metrics() -> None:
    """A measure of a witness is one more column of every model, with an interval, and is compared like the others."""
    case = np.arange(len(CASES))

    def measures(cases: Cases) -> dict[str, object]:
        return {"truth": lambda ranked: (ranked[:, 0] + case / len(cases)).astype(np.float64)}

    witness = Witness(lambda _: [Same("witness", 5, 6)], measures)  # type: ignore[arg-type]  # values are measures
    models = [*MODELS, *witness.ranks(CASES)]
    report = evaluate(
        models, CASES, n_items=7, ks=(1, 2), against=("floor",), measures=witness.measures(CASES), replicates=200
    )
    rest = float(case.mean()) / len(CASES)
    for model, first in (("floor", 3), ("strong", 2), ("model", 1), ("witness", 5)):
        [row] = [row for row in report.rows if (row.model, row.metric, row.against) == (model, "truth@2", "")]
        assert row.value == pytest.approx(first + rest)
        assert row.low is not None
        assert row.high is not None
        assert row.low < row.value < row.high
    gain = report.gain("witness", "truth@2", "floor")
    assert (gain.value, gain.low, gain.high) == pytest.approx((2, 2, 2))


def test_without_a_witness_nothing_is_added() -> None:
    """Nobody ranks nothing and measures nothing."""
    assert (list(Witness().ranks(CASES)), dict(Witness().measures(CASES))) == ([], {})
    assert not [row for row in evaluate(MODELS, CASES, n_items=7, replicates=5).rows if "truth" in row.metric]


def test_gains_are_given_against_every_baseline() -> None:
    """With two baselines each model has two gains, each the difference of the figures, and none against itself."""
    report = evaluate(MODELS, CASES, n_items=7, ks=(1,), against=("floor", "strong"), replicates=200)
    for one, other in (("model", "floor"), ("model", "strong"), ("strong", "floor"), ("floor", "strong")):
        gain = report.gain(one, "hit@1", other)
        assert gain.value == pytest.approx(report.value(one, "hit@1") - report.value(other, "hit@1"))
        assert gain.low is not None
        assert gain.high is not None
        assert gain.low <= gain.value <= gain.high
    with pytest.raises(KeyError, match="floor against floor"):
        report.gain("floor", "hit@1", "floor")


def test_a_baseline_that_is_no_model_is_refused() -> None:
    """The name of the baseline that is missing is in the message, wherever it stands."""
    with pytest.raises(ValueError, match="nobody is not among floor, strong, model"):
        evaluate(MODELS, CASES, n_items=7, against=("floor", "nobody"))
