"""Learn, judge, publish: a model is released with the figures that are true of it, or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.evaluation.cases import Cases
from application.evaluation.report import Ranks, Report, Witness, evaluate
from application.features.ranking import RANKING_FEATURES
from application.learning.dataset import feature_schema
from application.learning.exam import Exam, Plan, trained_until
from application.learning.pipeline import Reranked, consider
from application.learning.ranking import LearnedRankers, examination_document, learn_rankers
from application.learning.work import Work
from ports.artifacts import RANKER_PREFIX, Draft, Manifest, Releases
from ports.models import Progress, Recommender

K = 20
Factory_ = Callable[[str], Recommender]
NOBODY = Witness()


@frozen(eq=False)
class Fitted:
    """`rankers`: those of the plan, if there were slates to learn from."""

    model: Recommender
    rankers: LearnedRankers | None = None


def learn_release(
    work: Work,
    make: Factory_,
    releases: Releases,
    *,
    data_to: int,
    now: datetime,
    progress: Progress,
    witness: Witness = NOBODY,
) -> tuple[Manifest, tuple[Report, ...]]:
    """Fit, judge and publish; the same work is done and published once, and read back the next time."""
    if (made := releases.made_from(work.fingerprint())) is not None:
        return made, stored_reports(releases, made.release_id)
    fitted = fit(work, make, progress)
    reports = judge(work, fitted, make, progress, witness)
    return publish(work, fitted, reports, releases, data_to=data_to, now=now), reports


def fit(work: Work, make: Factory_, progress: Progress) -> Fitted:
    """Learn the model of the plan, and its rankers from the slates there are."""
    plan, asked = work.plan, work.asked
    model = make(plan.model)
    model.fit(asked.train, seed=plan.seed, progress=progress)
    if work.ranking is None or not plan.rankers:
        return Fitted(model)
    rankers = learn_rankers(
        work.ranking,
        work.dataset,
        asked.train,
        model,
        make_model=make,
        names=plan.rankers,
        seed=plan.seed,
        progress=progress,
    )
    return Fitted(model, rankers)


def judge(
    work: Work, fitted: Fitted, make: Factory_, progress: Progress, witness: Witness = NOBODY
) -> tuple[Report, ...]:
    """Return a table per relevance, the purchase first: baselines, the model, the model with each ranker."""
    reranked = _reranked(work, fitted, progress)
    baselines = fit_baselines(work.asked, work.plan, make, progress)
    both = Witness(lambda cases: [*reranked(cases), *witness.ranks(cases)], witness.measures)
    reports = judge_all([*baselines, fitted.model], work.asked, work.plan, both)
    slates = fitted.rankers.report if fitted.rankers else None
    return reports if slates is None else (*reports, slates)


def publish(
    work: Work, fitted: Fitted, reports: Sequence[Report], releases: Releases, *, data_to: int, now: datetime
) -> Manifest:
    """Publish model, ranker and figures as one release."""
    own = [row for row in reports[0].rows if row.model == work.plan.model and not row.against]
    draft = Draft(
        model=work.plan.model,
        fingerprint=work.fingerprint(),
        created_at=now,
        data_from=1,
        data_to=data_to,
        feature_schema=feature_schema(),
        metrics={f"{row.metric} {reports[0].relevance}": row.value for row in own},
        arrays={**fitted.model.arrays(), **_ranker_arrays(fitted.rankers)},
        documents={
            "vocabulary": list(work.dataset.vocabulary),
            "reports": msgspec.to_builtins(reports),
            "trained_until": trained_until(work.asked),
            "labels": {"kind": work.plan.labels, "policy": work.dataset.maturing.rates.policy.version},
            **_ranker_documents(fitted.rankers),
        },
    )
    return releases.publish(draft)


def judge_all(models: Sequence[Recommender], asked: Exam, plan: Plan, witness: Witness = NOBODY) -> tuple[Report, ...]:
    """Return one table per relevance, every model beside every other, compared with the floor and the best baseline."""
    against = [name for name in plan.against if any(model.name == name for model in models)]
    return tuple(
        evaluate(
            [*models, *witness.ranks(cases)],
            cases,
            n_items=asked.train.n_items,
            ks=(K,),
            against=against,
            measures=witness.measures(cases),
            seed=plan.seed,
        )
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


def stored_reports(releases: Releases, release_id: str) -> tuple[Report, ...]:
    """Return the tables that were made when the release was."""
    return msgspec.convert(releases.open(release_id).documents["reports"], tuple[Report, ...])


def _reranked(work: Work, fitted: Fitted, progress: Progress) -> Callable[[Cases], Sequence[Ranks]]:
    """Return the model's candidates in the order of each ranker, for the cases that ask for a purchase."""
    if fitted.rankers is None or work.ranking is None:
        return lambda _: ()
    chosen = [cases for cases in work.asked.cases if cases.relevance != "next_item" and len(cases.rows)]
    considered = consider(
        fitted.model, chosen, work.dataset, work.ranking.histories.observations, rows=work.asked.rows, progress=progress
    )
    by_relevance = {cases.relevance: one for cases, one in zip(chosen, considered, strict=True)}
    rankers = fitted.rankers.rankers

    def ranks(cases: Cases) -> Sequence[Ranks]:
        one = by_relevance.get(cases.relevance)
        return [Reranked(f"{fitted.model.name} + {ranker.name}", one, ranker) for ranker in rankers] if one else ()

    return ranks


def _ranker_arrays(learned: LearnedRankers | None) -> Mapping[str, NDArray[np.generic]]:
    arrays = {} if learned is None else learned.rankers[0].arrays()
    return {RANKER_PREFIX + name: array for name, array in arrays.items()}


def _ranker_documents(learned: LearnedRankers | None) -> Mapping[str, object]:
    if learned is None:
        return {}
    return {
        "ranker": learned.rankers[0].name,
        "ranking_features": list(RANKING_FEATURES),
        "ranking_rows": learned.rows,
        "propensity": examination_document(learned.examination),
    }
