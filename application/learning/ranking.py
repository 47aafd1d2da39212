"""The ranker of a release: learned from slates that its retrieval had not seen, judged on slates that came later."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

import msgspec
import numpy as np
from attrs import field, frozen

from application.evaluation.report import Report
from application.evaluation.slates import judge_scores
from application.evaluation.split import sessions
from application.features.ranking import RANKING_FEATURES
from application.learning.dataset import Dataset
from application.learning.histories import Histories
from application.learning.shown_places import Debiasing, Examination, Replay, Seen, slates_of
from ports.event_log import ReadModels
from ports.models import Interactions, Progress, Recommender, VectorRecommender
from ports.ranker import Ranker, RankingExamples

#: A retrieval model for the ranker's features learns from this share of the training sessions, the ranker from the
#: slates after them: of what a model has learned from, its scores know the outcome.
EARLIER = 0.6
#: Fewer rows than this teach a ranker nothing.
MIN_ROWS = 500
#: Scorers that need no learning, beside which rankers are judged: a feature by its name.
SIMPLE = ("retrieval", "popularity")


@frozen(eq=False)
class RankingData:
    """What there is to learn a ranker from, and how."""

    histories: Histories
    slates: Sequence[Seen]
    make: Callable[[str], Ranker]
    debiasing: Debiasing

    @classmethod
    def read(
        cls, read_models: ReadModels, histories: Histories, make: Callable[[str], Ranker], debiasing: Debiasing
    ) -> "RankingData":
        return cls(histories, slates_of(read_models, histories), make, debiasing)

    def digest(self) -> str:
        """Return a digest of the slates with their labels and whose they were, and of what was known when.

        Observations are never rewritten, so their number and the newest position tell them.
        """
        known = self.histories.observations
        upto = len(known), max((one.position for one in known), default=0)
        slates = [(one.slate_id, one.shown, one.subject, one.device) for one in self.slates]
        return sha256(msgspec.json.encode((upto, slates))).hexdigest()


@frozen(eq=False)
class LearnedRankers:
    """`rankers`: the one to be released first. `report`: on slates after the training, None if too few came."""

    rankers: Sequence[Ranker]
    examination: Examination
    rows: int
    report: Report | None = field(default=None)


def learn_rankers(
    data: RankingData,
    dataset: Dataset,
    train: Interactions,
    retrieval: Recommender,
    *,
    make_model: Callable[[str], Recommender],
    names: Sequence[str],
    seed: int,
    progress: Progress,
) -> LearnedRankers | None:
    """Fit the named rankers on the slates of the training's last part; None if there is too little to learn from.

    `retrieval`: the fitted model of the release, whose scores the rankers are judged with.
    """
    trained_until = float(train.times.max(initial=0.0))
    split_at = _time_of(train, EARLIER)
    known = [one for one in data.slates if one.shown.at < trained_until]
    if not known or not isinstance(retrieval, VectorRecommender):
        return None
    examination = Examination.of(known, data.debiasing)
    earlier = make_model(retrieval.name)
    earlier.fit(_until(train, split_at), seed=seed, progress=progress)
    assert isinstance(earlier, VectorRecommender), "the same kind of model as `retrieval`"
    replay = Replay(data.histories, dataset, earlier, examination, data.debiasing)
    recent = [one for one in known if one.shown.at >= split_at]
    examples = replay.examples(recent, labelled_before=trained_until, progress=progress)
    if len(examples) < MIN_ROWS or not examples.labels.any():
        return None
    rankers = []
    for name in names:
        ranker = data.make(name)
        ranker.fit(examples, seed=seed, progress=progress)
        rankers.append(ranker)
    later = [one for one in data.slates if one.shown.at >= trained_until and one.evidence]
    judged = Replay(data.histories, dataset, retrieval, Examination.of(data.slates, data.debiasing), data.debiasing)
    exam = judged.examples(later, labelled_before=float("inf"), progress=progress)
    return LearnedRankers(rankers, examination, len(examples), _judge(rankers, exam, seed))


def examination_document(examination: Examination) -> Mapping[str, object]:
    """Return what a release says of the chance that a place is looked at; its version is a digest of the values."""
    theta = np.round(examination.theta.astype(float), 4).tolist()
    version = sha256(msgspec.json.encode([sorted(examination.groups), theta])).hexdigest()[:12]
    return {"version": version, "theta": {name: theta[row] for name, row in examination.groups.items()}}


def _judge(rankers: Sequence[Ranker], exam: RankingExamples, seed: int) -> Report | None:
    scores = {name: exam.features[:, RANKING_FEATURES.index(name)] for name in SIMPLE}
    scores |= {one.name: one.score(exam.features) for one in rankers}
    try:
        return judge_scores(scores, exam.labels, exam.slates, against=SIMPLE, seed=seed)
    except ValueError:  # no later slate has two different labels
        return None


def _ends(data: Interactions) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.asarray(np.maximum.reduceat(data.times, data.sequences.offsets[:-1]))


def _time_of(data: Interactions, share: float) -> float:
    return float(np.quantile(_ends(data), share))


def _until(data: Interactions, at: float) -> Interactions:
    return sessions(data, np.flatnonzero(_ends(data) < at))
