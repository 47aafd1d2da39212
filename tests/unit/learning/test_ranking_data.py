"""Rankers learn from the past, are judged on what came later, and reorder what retrieval found."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from attrs import define, evolve, field
from numpy.typing import NDArray

from application.evaluation.cases import Cases, next_purchase
from application.evaluation.split import split_by_time
from application.features.ranking import RANKING_FEATURES
from application.features.touch import Touch
from application.learning.dataset import Dataset, build
from application.learning.histories import Histories, Row
from application.learning.pipeline import Considered, Reranked, consider
from application.learning.ranking import MIN_ROWS, LearnedRankers, RankingData, learn_rankers
from application.learning.shown_places import Debiasing, Seen
from application.learning.timeline import Timeline
from application.projections.slates import Labelled, Place, Shown
from haberdasher.testing.recommender import quiet
from ml import propensity
from ports.models import Interactions, Progress, Ranking, Recommender, Sequences
from ports.ranker import RankingExamples
from tests.support.observed import observed

NOW = 1_800_000_000.0
DAY = 86_400.0
DAYS = 200
PRODUCTS = 12
DEBIASING = Debiasing(propensity.examined, propensity.weights)


@define(eq=False)
class Recorder:
    """A ranker that keeps what it was given, and scores by retrieval backwards."""

    name: str = "recorder"
    fitted: list[RankingExamples] = field(factory=list)
    scored: list[NDArray[np.float32]] = field(factory=list)

    def fit(self, data: RankingExamples, *, seed: int, progress: Progress) -> None:
        del seed, progress
        self.fitted.append(data)

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        self.scored.append(features)
        return np.asarray(-features[:, RANKING_FEATURES.index("retrieval")], np.float32)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        raise NotImplementedError


@define(eq=False)
class Vectors:
    """A model that remembers until when it learned; item n has the score n."""

    name: str = "vectors"
    until: float = 0.0

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        del seed, progress
        self.until = float(data.times.max())

    @property
    def item_vectors(self) -> NDArray[np.float32]:
        return np.arange(PRODUCTS, dtype=np.float32)[:, None]

    def session_vectors(self, prefixes: Sequences) -> NDArray[np.float32]:
        return np.ones((len(prefixes), 1), np.float32)

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        assert mask is None
        items = np.tile(np.arange(PRODUCTS - 1, -1, -1, dtype=np.int32)[:k], (len(prefixes), 1))
        items[::2, -2:] = -1
        return Ranking(items, np.where(items >= 0, items, -np.inf).astype(np.float32))

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        raise NotImplementedError


@define(eq=False)
class Counts:
    """A model without vectors."""

    name: str = "counts"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def touch(day: float, product: int, action: str = "view") -> Touch:
    return Touch(NOW + day * DAY, NOW + day * DAY, action, f"p-{product % PRODUCTS}")


def known() -> tuple[Histories, Dataset]:
    """One visit a day, each of another person: two looks, then a purchase."""
    rows, people = [], dict[str, list[Touch]]()
    for day in range(DAYS):
        person = f"u-{day % 9}"
        visit = [touch(day, day), touch(day + 0.01, day + 1), touch(day + 0.02, day + 5, "purchase")]
        rows.append(Row(f"s-{day}", person, visit))
        people.setdefault(person, []).extend(visit)
    histories = observed(Histories(rows=rows, by_person=people))
    return histories, build(histories, quiet)


def labelled(at: float, *, bought: bool) -> Labelled:
    return Labelled(at, "purchase", 1.0) if bought else Labelled(at, "ignored", 0.0)


def slates(labelled_after: float = 0.1) -> list[Seen]:
    """One slate a day over all days, all places seen, one of them bought."""
    found = []
    for day in range(DAYS):
        at = NOW + (day + 0.5) * DAY
        places = {
            position: Place(f"p-{position}", labels=[labelled(at + labelled_after * DAY, bought=position == 3)])
            for position in range(1, PRODUCTS)
        }
        found.append(
            Seen(f"slate-{day}", Shown(at, told=True, surface="home", places=places), f"u-{day % 9}", "mobile")
        )
    return found


def train_of(dataset: Dataset) -> Interactions:
    return split_by_time(dataset.interactions, validation=0.0, test=0.2).train


def learn(
    shown: Sequence[Seen], make: Callable[[str], Recorder], retrieval: Recommender, made: list[Vectors] | None = None
) -> LearnedRankers | None:
    histories, dataset = known()

    def make_model(name: str) -> Recommender:
        assert name == retrieval.name
        model = Vectors()
        if made is not None:
            made.append(model)
        return model

    return learn_rankers(
        RankingData(histories, shown, make, DEBIASING),
        dataset,
        train_of(dataset),
        retrieval,
        make_model=make_model,
        names=("one", "two"),
        seed=0,
        progress=quiet,
    )


def test_nothing_is_learned_from_too_little() -> None:
    """Without slates, with rows too few, without a single good outcome, or without vectors there is no ranker."""
    enough = slates()
    silent = [
        evolve(one, shown=Shown(one.shown.at, places={n: Place(p.product) for n, p in one.shown.places.items()}))
        for one in enough
    ]
    assert learn([], Recorder, Vectors()) is None
    assert learn(enough[130:140], Recorder, Vectors()) is None
    assert learn(silent, Recorder, Vectors()) is None
    assert learn(enough, Recorder, Counts()) is None
    assert learn(enough, Recorder, Vectors()) is not None


def test_rankers_are_judged_on_slates_later_than_all_they_learned_from() -> None:
    """Training slates follow what their retrieval learned from; slates of the judgement follow all of the training."""
    _, dataset = known()
    trained_until = train_of(dataset).times.max()
    made: list[Vectors] = []
    every = slates()
    found = learn(every, Recorder, Vectors(), made)
    assert found is not None
    assert [one.name for one in found.rankers] == ["one", "two"]
    training = [one for one in every if made[0].until < one.shown.at and one.shown.at + 0.1 * DAY < trained_until]
    later = [one for one in every if one.shown.at >= trained_until]
    rows = PRODUCTS - 1
    assert 60 * rows > MIN_ROWS
    assert len(later) == 41
    for ranker in found.rankers:
        assert isinstance(ranker, Recorder)
        [given], [judged] = ranker.fitted, ranker.scored
        assert 0 <= len(training) * rows - len(given) <= rows
        assert len(judged) == len(later) * rows
        assert given.labels.reshape(-1, rows)[:, 2].all()
        assert np.count_nonzero(given.labels) == len(given) / rows
    assert found.rows == len(found.rankers[0].fitted[0])  # type: ignore[attr-defined]  # it is a recorder
    assert found.report is not None
    assert found.report.cases == len(later)


def test_labels_given_after_the_training_are_not_learned() -> None:
    """A slate of the training whose outcome came later teaches nothing, and one that is judged is judged by it."""
    patient = learn(slates(labelled_after=5), Recorder, Vectors())
    prompt = learn(slates(), Recorder, Vectors())
    assert patient is not None
    assert prompt is not None
    assert prompt.rows - patient.rows == 5 * (PRODUCTS - 1)
    assert patient.report is not None
    assert prompt.report is not None
    assert patient.report.cases == prompt.report.cases


def test_what_came_later_does_not_change_what_is_learned() -> None:
    """Other slates after the training are another judgement of the same ranker."""
    every = slates()
    _, dataset = known()
    until = train_of(dataset).times.max()
    learned = [learn(some, Recorder, Vectors()) for some in (every, [one for one in every if one.shown.at < until])]
    given = []
    for one in learned:
        assert one is not None
        assert isinstance(one.rankers[0], Recorder)
        given.append(one.rankers[0].fitted[0])
    np.testing.assert_array_equal(given[0].features, given[1].features)
    np.testing.assert_array_equal(given[0].labels, given[1].labels)
    assert learned[1] is not None
    assert learned[1].report is None


def test_rankers_are_judged_on_what_was_seen() -> None:
    """Slates of the judgement whose devices did not tell what was seen are left out, clicked or not."""
    every = slates()
    clicked = Place("p-3", labels=[Labelled(NOW + DAYS * DAY, "click", 0.2)])
    places = {n: clicked if n == 3 else Place(f"p-{n}") for n in range(1, PRODUCTS)}
    silent = [evolve(one, shown=Shown(one.shown.at, surface="home", places=places)) for one in every[-30:]]
    found = learn([*every[:-30], *silent], Recorder, Vectors())
    assert found is not None
    assert found.report is not None
    assert found.report.cases == 11


def digest(shown: Sequence[Seen]) -> str:
    return RankingData(known()[0], shown, Recorder, DEBIASING).digest()


def test_other_labels_are_other_work() -> None:
    """The digest is of the slates, whose they were, and their labels; equal slates have an equal one."""
    every = slates()
    relabelled, reassigned = slates(), slates()
    relabelled[7].shown.places[2].labels[0].label = 0.5
    reassigned[7] = evolve(reassigned[7], subject="somebody")
    turned = [evolve(every[0], device="desktop"), *every[1:]]
    assert digest(every) == digest(slates())
    assert len({digest(one) for one in (every, relabelled, reassigned, turned, every[1:], [])}) == 6


def pipeline() -> tuple[Cases, Histories, Dataset, Considered, NDArray[np.int64]]:
    histories, dataset = known()
    split = split_by_time(dataset.interactions, validation=0.0, test=0.2)
    cases = next_purchase(split.test)
    [considered] = consider(Vectors(), [cases], dataset, histories.observations, rows=split.test_rows, progress=quiet)
    return cases, histories, dataset, considered, split.test_rows


def test_what_is_ranked_is_what_was_retrieved() -> None:
    """Each case has the candidates of the model, no other and none twice, in the order of the ranker."""
    cases, _, _, considered, _ = pipeline()
    found = Vectors().recommend(cases.prefixes, PRODUCTS)
    ranked = Reranked("both", considered, Recorder()).recommend(cases.prefixes, PRODUCTS)
    assert len(cases) == len(ranked.items) == 40
    for row in range(len(cases)):
        candidates = [item for item in found.items[row].tolist() if item >= 0]
        assert ranked.items[row].tolist() == [*reversed(candidates), *[-1] * (PRODUCTS - len(candidates))]
        assert np.isneginf(ranked.scores[row, len(candidates) :]).all()
    short = Reranked("both", considered, Recorder()).recommend(cases.prefixes, 3)
    np.testing.assert_array_equal(short.items, ranked.items[:, :3])


def test_candidates_have_the_features_of_their_case() -> None:
    """Features are those of the shopper at the moment that the case asks about, whatever the order of the cases."""
    cases, histories, dataset, considered, test_rows = pipeline()
    for row in (39, 3, 1):
        items = considered.items[row][considered.items[row] >= 0].astype(np.int64)
        timeline = Timeline.of(histories.observations, dataset)
        timeline.advance(float(cases.at[row]))
        person = histories.person(dataset.subjects[test_rows[cases.rows[row]]])
        expected = timeline.features(person, float(cases.at[row]), items, items.astype(np.float32), None)
        np.testing.assert_array_equal(considered.features[row], expected)
        assert not np.array_equal(considered.features[row], considered.features[row - 1])


def test_other_cases_are_refused() -> None:
    """What was considered for some cases answers neither fewer prefixes nor a mask."""
    cases, _, _, considered, _ = pipeline()
    both = Reranked("both", considered, Recorder())
    with pytest.raises(ValueError, match="nothing else"):
        both.recommend(Sequences.of([[1]]), 5)
    with pytest.raises(ValueError, match="nothing else"):
        both.recommend(cases.prefixes, 5, np.ones(PRODUCTS, np.bool_))
