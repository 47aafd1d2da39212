from collections.abc import Mapping

import msgspec
import numpy as np
import pytest
from attrs import frozen
from numpy.typing import NDArray

from application.evaluation.cases import Cases
from application.evaluation.report import Report, evaluate
from ports.models import Interactions, Progress, Ranking, Sequences


@frozen
class Always:
    """Shows the same items to everybody."""

    name: str
    shown: tuple[int, ...]

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        raise NotImplementedError

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        items = np.tile(np.array(self.shown[:k], dtype=np.int32), (len(prefixes), 1))
        return Ranking(items, np.zeros(items.shape, np.float32))

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        raise NotImplementedError


CASES = Cases("next_item", Sequences.of([[0]] * 40), Sequences.of([[1]] * 30 + [[2]] * 10))


def report(**options: object) -> Report:
    models = [Always("ones", (1,)), Always("twos", (2, 3))]
    return evaluate(models, CASES, n_items=10, ks=(1, 2), replicates=200, **options)  # type: ignore[arg-type]  # options are named in each test


def test_a_report_holds_every_metric_of_every_model_with_its_interval() -> None:
    """The value is the mean over the cases and lies inside its interval; coverage has none."""
    table = report()
    assert table.cases == 40
    assert table.value("ones", "recall@1") == 0.75
    assert table.value("twos", "recall@1") == 0.25
    assert table.value("twos", "coverage@2") == 0.2
    row = next(row for row in table.rows if (row.model, row.metric) == ("ones", "mrr@2"))
    assert row.low is not None
    assert row.high is not None
    assert row.low < row.value < row.high
    with pytest.raises(KeyError, match="recall@7"):
        table.value("ones", "recall@7")


def test_a_comparison_is_paired() -> None:
    """The difference of two models that always disagree is as wide as the cases make it, and signed."""
    gain = next(row for row in report(against=("ones",)).rows if row.against == "ones" and row.metric == "hit@1")
    assert (gain.model, gain.value) == ("twos", -0.5)
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low < -0.5 < gain.high < 0


def test_a_report_is_plain_data_and_repeatable() -> None:
    """The same inputs give the same bytes of JSON, and the JSON reads back as the same report."""
    text = msgspec.json.encode(report(against=("ones",)))
    assert text == msgspec.json.encode(report(against=("ones",)))
    assert msgspec.json.decode(text, type=Report) == report(against=("ones",))


def test_an_evaluation_of_nothing_is_refused() -> None:
    """No cases, no models or an unknown model to compare with are errors."""
    nothing = Cases("next_item", Sequences.of([]), Sequences.of([]))
    with pytest.raises(ValueError, match="needs a model and a case"):
        evaluate([Always("ones", (1,))], nothing, n_items=10)
    with pytest.raises(ValueError, match="needs a model and a case"):
        evaluate([], CASES, n_items=10)
    with pytest.raises(ValueError, match="threes is not among ones, twos"):
        report(against=("threes",))
