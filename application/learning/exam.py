"""What a model is asked, and what it may have learned from: the last part in time is never part of the training."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.evaluation.cases import Cases, discovery, keep, next_item, next_purchase
from application.evaluation.split import split_by_time
from application.learning.dataset import Dataset
from application.learning.maturity import LabelKind
from ports.models import Interactions, Sequences

#: The least number of cases on which a relevance is judged: fewer say nothing.
MIN_CASES = 20


@frozen
class Plan:
    """Which model is learned, beside which baselines it is judged, and how the sessions are split by time.

    `rankers`: learned where there are slates; the first is released, the others stand beside it. `labels`: whether
    purchases that may still come back are learned from, for as much as such things are kept, or only final ones.
    """

    model: str = "two_tower"
    baselines: tuple[str, ...] = ("popularity", "session_popularity", "item_knn")
    rankers: tuple[str, ...] = ("network", "gradient_boosting")
    test: float = 0.1
    seed: int = 0
    labels: LabelKind = "provisional"

    @property
    def against(self) -> tuple[str, ...]:
        """The floor and the strongest baseline: what every model is compared with, pair by pair."""
        return tuple(dict.fromkeys((self.baselines[0], self.baselines[-1]))) if self.baselines else ()


@frozen
class PublishedTest:
    """Prefixes and next items that a data set comes with, as product ids. All sessions of the log are then training."""

    prefixes: Sequence[Sequence[str]]
    targets: Sequence[str]


@frozen
class Exam:
    """What is learned from and what is asked; `unseen` published targets are in no training session.

    `rows`: int64, which row of the data set each row is that the cases name; empty for a published test.
    """

    train: Interactions
    cases: tuple[Cases, ...]
    unseen: int
    rows: NDArray[np.int64]


def exam(dataset: Dataset, plan: Plan, published: PublishedTest | None) -> Exam:
    """Set the exam: published prefixes, or the last sessions in time; what was bought first, then the next item.

    Raises `ValueError` if the held-out part gives no relevance enough cases.
    """
    if published is not None:
        cases, unseen = _published(dataset, published)
        return Exam(dataset.interactions, (cases,), unseen, np.empty(0, np.int64))
    split = split_by_time(dataset.interactions, validation=0.0, test=plan.test)
    every = (next_purchase(split.test), keep(split.test), discovery(split.test), next_item(split.test))
    enough = tuple(cases for cases in every if len(cases) >= MIN_CASES)
    if not enough:
        raise ValueError(f"the last {plan.test:.0%} of the sessions hold fewer than {MIN_CASES} cases of any relevance")
    return Exam(split.train, enough, 0, split.test_rows)


def trained_until(asked: Exam) -> float:
    """Return the time (Unix seconds) of the last interaction that is learned from: what ends later is unseen."""
    return float(asked.train.times.max(initial=0.0))


def _published(dataset: Dataset, published: PublishedTest) -> tuple[Cases, int]:
    """Number the products; a target that was never seen in training keeps its case, which every model then misses."""
    numbers = dataset.numbers()
    never = len(numbers)
    targets = [numbers.get(target, never) for target in published.targets]
    prefixes = ([numbers[item] for item in prefix if item in numbers] for prefix in published.prefixes)
    return Cases("next_item", Sequences.of(prefixes), Sequences.of([target] for target in targets)), targets.count(
        never
    )
