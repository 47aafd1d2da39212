"""Learn, judge, publish: a model is released with the figures that are true of it, or not at all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from attrs import frozen
from numpy.typing import NDArray

from application.evaluation.cases import Cases, keep, next_item, next_purchase
from application.evaluation.report import Report, evaluate
from application.evaluation.split import split_by_time
from application.learning.dataset import Dataset, feature_schema
from ports.artifacts import Draft, Manifest, Releases
from ports.models import Interactions, Progress, Recommender, Sequences

K = 20
#: The least number of cases on which a relevance is judged: fewer say nothing.
MIN_CASES = 20


@frozen
class Plan:
    """Which model is learned, beside which baselines it is judged, and how the sessions are split by time."""

    model: str = "two_tower"
    baselines: tuple[str, ...] = ("popularity", "session_popularity", "item_knn")
    test: float = 0.1
    seed: int = 0


@frozen
class PublishedTest:
    """Prefixes and next items that a data set comes with, as product ids. All sessions of the log are then training."""

    prefixes: Sequence[Sequence[str]]
    targets: Sequence[str]


@frozen
class Exam:
    """What is learned from and what is asked; `unseen` published targets are in no training session."""

    train: Interactions
    cases: tuple[Cases, ...]
    unseen: int


Factory_ = Callable[[str], Recommender]


def exam(dataset: Dataset, plan: Plan, published: PublishedTest | None) -> Exam:
    """Set the exam: published prefixes, or the last sessions in time; purchase first, then keep and next item.

    Raises `ValueError` if the held-out part gives no relevance enough cases.
    """
    if published is not None:
        cases, unseen = _published(dataset, published)
        return Exam(dataset.interactions, (cases,), unseen)
    split = split_by_time(dataset.interactions, validation=0.0, test=plan.test)
    every = (next_purchase(split.test), keep(split.test), next_item(split.test))
    enough = tuple(cases for cases in every if len(cases) >= MIN_CASES)
    if not enough:
        raise ValueError(f"the last {plan.test:.0%} of the sessions hold fewer than {MIN_CASES} cases of any relevance")
    return Exam(split.train, enough, 0)


def judge_all(models: Sequence[Recommender], asked: Exam, plan: Plan) -> tuple[Report, ...]:
    """Return one table per relevance, every model beside every other, the strongest baseline as the one to beat."""
    against = plan.baselines[-1] if plan.baselines else ""
    return tuple(
        evaluate(models, cases, n_items=asked.train.n_items, ks=(K,), against=against, seed=plan.seed)
        for cases in asked.cases
    )


def fit_baselines(asked: Exam, plan: Plan, make: Factory_, progress: Progress) -> list[Recommender]:
    """Return the baselines of the plan, fitted; one that is itself to be released is not fitted twice."""
    baselines = []
    for name in plan.baselines:
        if name == plan.model:
            continue
        model = make(name)
        model.fit(asked.train, seed=plan.seed, progress=progress)
        baselines.append(model)
    return baselines


def learn_release(
    dataset: Dataset,
    asked: Exam,
    plan: Plan,
    make: Factory_,
    releases: Releases,
    *,
    data_to: int,
    now: datetime,
    progress: Progress,
) -> tuple[Manifest, tuple[Report, ...]]:
    """Fit, judge and publish; the same data, plan, exam and features are published once and read back the next time."""
    fingerprint = work_fingerprint(dataset, asked, plan)
    if (made := releases.made_from(fingerprint)) is not None:
        return made, stored_reports(releases, made.release_id)
    model = make(plan.model)
    model.fit(asked.train, seed=plan.seed, progress=progress)
    reports = judge_all([*fit_baselines(asked, plan, make, progress), model], asked, plan)
    draft = Draft(
        model=plan.model,
        fingerprint=fingerprint,
        created_at=now,
        data_from=1,
        data_to=data_to,
        feature_schema=feature_schema(),
        metrics={f"{row.metric} {reports[0].relevance}": row.value for row in reports[0].rows if _own(row, plan)},
        arrays=model.arrays(),
        documents={
            "vocabulary": list(dataset.vocabulary),
            "reports": msgspec.to_builtins(reports),
            "trained_until": trained_until(asked),
        },
    )
    return releases.publish(draft), reports


def trained_until(asked: Exam) -> float:
    """Return the time (Unix seconds) of the last interaction that is learned from: what ends later is unseen."""
    return float(asked.train.times.max(initial=0.0))


def stored_reports(releases: Releases, release_id: str) -> tuple[Report, ...]:
    """Return the tables that were made when the release was."""
    return msgspec.convert(releases.open(release_id).documents["reports"], tuple[Report, ...])


def work_fingerprint(dataset: Dataset, asked: Exam, plan: Plan) -> str:
    """Return a digest of the data, the plan, the feature schema, what is trained on and what is asked."""
    digest = sha256(repr((plan, feature_schema(), dataset.vocabulary, [one.relevance for one in asked.cases])).encode())
    data, parts = dataset.interactions, [dataset.interactions.sequences, asked.train.sequences]
    parts += [part for cases in asked.cases for part in (cases.prefixes, cases.targets)]
    arrays: list[NDArray[Any]] = [data.times, data.actions, data.user_features]
    arrays += [array for part in parts for array in (part.items, part.offsets)]
    for array in arrays:
        digest.update(b"%d:" % array.nbytes)
        digest.update(array.tobytes())
    return digest.hexdigest()


def _published(dataset: Dataset, published: PublishedTest) -> tuple[Cases, int]:
    """Number the products; a target that was never seen in training keeps its case, which every model then misses."""
    numbers = dataset.numbers()
    never = len(numbers)
    targets = [numbers.get(target, never) for target in published.targets]
    prefixes = ([numbers[item] for item in prefix if item in numbers] for prefix in published.prefixes)
    return Cases("next_item", Sequences.of(prefixes), Sequences.of([target] for target in targets)), targets.count(
        never
    )


def _own(row: object, plan: Plan) -> bool:
    return getattr(row, "model", "") == plan.model and not getattr(row, "against", "")
