"""What is to be learned, as one value: equal work has an equal fingerprint, and is done once."""

from hashlib import sha256
from typing import Any

from attrs import frozen
from numpy.typing import NDArray

from application.features.ranking import RANKING_FEATURES
from application.learning.dataset import Dataset, feature_schema
from application.learning.exam import Exam, Plan
from application.learning.ranking import RankingData


@frozen(eq=False)
class Work:
    """`ranking`: the slates that a ranker is learned from, if there is to be one."""

    dataset: Dataset
    asked: Exam
    plan: Plan
    ranking: RankingData | None = None

    def fingerprint(self) -> str:
        """Return a digest of the data, the plan, the feature schema, what is trained on and what is asked."""
        slates = "" if self.ranking is None else self.ranking.digest()
        relevances = [one.relevance for one in self.asked.cases]
        named = (self.plan, feature_schema(), RANKING_FEATURES, self.dataset.vocabulary, relevances, slates)
        digest = sha256(repr(named).encode())
        data, parts = self.dataset.interactions, [self.dataset.interactions.sequences, self.asked.train.sequences]
        parts += [part for cases in self.asked.cases for part in (cases.prefixes, cases.targets)]
        labels = data.labels
        arrays: list[NDArray[Any]] = [data.times, data.actions, data.user_features, data.item_features]
        arrays += [labels.final, labels.provisional, labels.since]
        arrays += [array for part in parts for array in (part.items, part.offsets)]
        for array in arrays:
            digest.update(b"%d:" % array.nbytes)
            digest.update(array.tobytes())
        return digest.hexdigest()
