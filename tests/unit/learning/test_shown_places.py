"""Slates to rows: what counts, for how much, and as of when."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from application.features.ranking import RANKING_FEATURES, RECENT
from application.features.touch import Touch
from application.learning.dataset import Dataset, build
from application.learning.histories import Histories, Row
from application.learning.shown_places import Debiasing, Examination, Replay, Seen, slates_of
from application.projections.slates import Labelled, Place, Shown
from haberdasher.testing.recommender import quiet
from ml import propensity
from ports.models import Interactions, Progress, Ranking, Sequences
from ports.ranker import RankingExamples
from tests.support.memory_house import MemoryHouse
from tests.support.observed import observed
from tests.support.shop import MONDAY, sent, viewed

NOW = 1_800_000_000.0
DAY = 86_400.0
FOREVER = float("inf")
DEBIASING = Debiasing(propensity.examined, propensity.weights)
SEEN, BOUGHT = 0.0, 1.0
#: What a purchase counts for while it may still come back and nothing is known of its category.
KEPT = pytest.approx(0.7)


class Vectors:
    """Items along a line; a session is the sum of its items."""

    name = "vectors"

    def __init__(self, n: int) -> None:
        self.item_vectors = np.arange(1, n + 1, dtype=np.float32)[:, None]

    def session_vectors(self, prefixes: Sequences) -> NDArray[np.float32]:
        sums = [self.item_vectors[prefixes.row(row)].sum(axis=0) for row in range(len(prefixes))]
        return np.array(sums, np.float32)

    def fit(self, data: Interactions, *, seed: int, progress: Progress) -> None:
        raise NotImplementedError

    def recommend(self, prefixes: Sequences, k: int, mask: NDArray[np.bool_] | None = None) -> Ranking:
        raise NotImplementedError

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        return {}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        raise NotImplementedError


def known() -> tuple[Histories, Dataset]:
    touches = [Touch(NOW - DAY + n, NOW - DAY + n, "view", f"p-{n}") for n in range(5)]
    histories = observed(Histories(rows=[Row("s", "ada", touches)], by_person={"ada": touches}))
    return histories, build(histories, quiet)


def place(product: str, *labels: tuple[float, float]) -> Place:
    return Place(
        product, labels=[Labelled(NOW + at, "purchase" if label else "ignored", label) for at, label in labels]
    )


def slate(*places: Place, at: float = 0.0, surface: str = "home", device: str = "mobile", about: str = "") -> Seen:
    told = any(label.outcome == "ignored" for one in places for label in one.labels)
    shown = Shown(NOW + at, told=told, surface=surface, about=about, places=dict(enumerate(places, start=1)))
    return Seen(f"slate-{at}-{surface}-{device}", shown, "ada", device)


def examples(*slates: Seen, before: float = FOREVER) -> RankingExamples:
    histories, dataset = known()
    examination = Examination.of(slates, DEBIASING)
    replay = Replay(histories, dataset, Vectors(len(dataset.vocabulary)), examination, DEBIASING)
    return replay.examples(slates, labelled_before=before if before == FOREVER else NOW + before, progress=quiet)


TOLD = slate(place("p-0", (1, SEEN)), place("p-1"), place("p-2", (1, SEEN), (2, BOUGHT)), place("p-3"))


def test_where_a_device_told_only_what_was_seen_counts() -> None:
    """The rows are the places with a label, each with weight 1, with the last of its labels."""
    rows = examples(TOLD)
    assert rows.labels.tolist() == [SEEN, BOUGHT]
    assert rows.weights.tolist() == [1, 1]
    assert rows.features[:, RANKING_FEATURES.index("seen")].all()
    assert (rows.features.shape, rows.names) == ((2, len(RANKING_FEATURES)), RANKING_FEATURES)


def test_where_nobody_told_every_place_counts_the_more_the_deeper_it_lies() -> None:
    """Weights are at least 1, never fall with depth, and rise over the slate as fewer looked that deep."""
    told = [
        slate(*(place(f"p-{n}", *([(1, SEEN)] if n <= deep else [])) for n in range(5)), at=at)
        for at, deep in enumerate([0, 0, 1, 1, 2, 3, 4, 0, 1, 2] * 4)
    ]
    silent = slate(*(place(f"p-{n}") for n in range(5)), at=100)
    weights = examples(*told, silent).weights[-5:].tolist()
    assert weights == sorted(weights)
    assert 1 <= weights[0] < weights[-1]
    assert examples(*told, silent).labels[-5:].tolist() == [0] * 5


def test_what_was_clicked_where_nobody_told_counts_the_more_the_deeper_it_lay() -> None:
    """A click alone does not say what was seen: all places are rows, and the click has the weight of its place."""
    told = [
        slate(*(place(f"p-{n}", *([(1, SEEN)] if n <= deep else [])) for n in range(5)), at=at)
        for at, deep in enumerate([0, 0, 1, 1, 2, 3, 4, 0, 1, 2] * 4)
    ]
    clicked = slate(*(place(f"p-{n}", *([(1, BOUGHT)] if n == 3 else [])) for n in range(5)), at=100)
    assert not clicked.evidence
    rows = examples(*told, clicked)
    assert rows.labels[-5:].tolist() == [0, 0, 0, BOUGHT, 0]
    assert rows.weights[-2] > 1
    assert rows.weights[:-5].tolist() == [1] * (len(rows) - 5)


@pytest.mark.parametrize(("before", "labels"), [(3, [SEEN, KEPT]), (2, [SEEN, SEEN]), (1.5, [SEEN, SEEN]), (1, [])])
def test_labels_of_the_future_are_not_read(before: float, labels: list[float]) -> None:
    """A label given at the cutoff or later does not exist: the one before it holds, or the place was not seen."""
    assert examples(TOLD, before=before).labels.tolist() == labels


def test_unknown_products_are_left_out() -> None:
    """A place of a product that is not in the data set is no row, and a slate of none is no slate."""
    strange = slate(place("gone", (1, BOUGHT)), place("p-4", (1, SEEN)), at=1)
    rows = examples(slate(place("gone", (1, BOUGHT))), strange)
    assert (rows.labels.tolist(), rows.slates.tolist()) == ([SEEN], [1])
    assert len(examples(slate(place("gone", (1, BOUGHT))))) == len(examples()) == 0
    assert examples().features.shape == (0, len(RANKING_FEATURES))


def test_rows_of_a_slate_are_neighbours_in_the_order_of_their_places() -> None:
    """Slates are numbered in the order given, and positions are not in the order of arrival."""
    shown = Shown(NOW, surface="home", places={3: place("p-3", (1, 0.3)), 1: place("p-1", (1, 0.1))})
    rows = examples(Seen("one", shown, "ada", ""), slate(place("p-0", (2, 1.0)), at=1))
    assert rows.slates.tolist() == [0, 0, 1]
    assert rows.labels.tolist() == pytest.approx([0.1, 0.3, 1.0])


def retrieval(one: Seen) -> list[float]:
    scores: list[float] = examples(one).features[:, RANKING_FEATURES.index("retrieval")].tolist()
    return scores


def test_the_retrieval_score_is_of_what_was_asked_for() -> None:
    """The query is what was seen last; for similar products it is the subject, or if unknown the last look."""
    seen_all = float(sum(range(1, 6)))
    places = [place("p-0", (1, SEEN)), place("p-2", (1, SEEN))]
    assert RECENT >= 5
    assert retrieval(slate(*places)) == [seen_all, 3 * seen_all]
    assert retrieval(slate(*places, about="p-1")) == [seen_all, 3 * seen_all]
    assert retrieval(slate(*places, surface="similar", about="p-1")) == [2, 6]
    assert retrieval(slate(*places, surface="similar")) == [5, 15]
    assert retrieval(slate(*places, at=-2 * DAY)) == [0, 0]


def test_a_slate_knows_nothing_of_what_came_after() -> None:
    """What is touched on a slate, at its moment or after, moves no feature of it."""
    histories, dataset = known()
    shown = slate(place("p-0", (1, SEEN)), place("p-2", (1, SEEN)), at=-DAY + 2)
    found = []
    for touches in (histories.of("ada"), [touch for touch in histories.of("ada") if touch.at < shown.shown.at]):
        past = observed(Histories(rows=histories.rows, by_person={"ada": [*touches]}))
        replay = Replay(past, dataset, Vectors(5), Examination.of([shown], DEBIASING), DEBIASING)
        found.append(replay.examples([shown], labelled_before=FOREVER, progress=quiet).features.tolist())
    assert found[0] == found[1]
    assert found[0] != examples(slate(place("p-0", (1, SEEN)), place("p-2", (1, SEEN)))).features.tolist()


PLACES = st.lists(st.booleans(), min_size=1, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["home", "similar"]), st.sampled_from(["", "mobile"]), PLACES), max_size=12))
def test_examination_counts_what_was_shown_and_seen(told: list[tuple[str, str, list[bool]]]) -> None:
    """Per surface and device, over slates whose devices told something, places shown and places seen."""
    slates = [
        slate(*(place("p", *([(1, SEEN)] if seen else [])) for seen in places), surface=surface, device=device)
        for surface, device, places in told
    ]
    counted: list[NDArray[np.int64]] = []

    def examined(shown: NDArray[np.int64], viewed: NDArray[np.int64]) -> NDArray[np.float32]:
        counted.extend((shown, viewed))
        return np.ones(shown.shape, np.float32)

    found = Examination.of(slates, Debiasing(examined, propensity.weights))
    groups = sorted({f"{surface}/{device}" for surface, device, _ in told})
    assert list(found.groups) == groups
    deepest = max((len(places) for _, _, places in told), default=1)
    for name, number in found.groups.items():
        mine = [places for surface, device, places in told if f"{surface}/{device}" == name and any(places)]
        assert counted[0][number].tolist() == [sum(len(one) > at for one in mine) for at in range(deepest)]
        assert counted[1][number].tolist() == [sum(len(one) > at and one[at] for one in mine) for at in range(deepest)]


def test_slates_are_read_with_whose_they_were() -> None:
    """A slate that was seen in a session is of its subject."""
    house = MemoryHouse()
    items = [{"position": 1, "product_id": "p-1"}, {"position": 2, "product_id": "p-2"}]
    slate_viewed = sent(
        "slate_viewed",
        1,
        anonymous_id="cookie-1",
        properties={"slate_id": "s-1", "surface": "home", "items": items},
    )
    house.receive("web", [viewed("p-1"), slate_viewed])
    histories = Histories.read(house.read_models)
    [found] = slates_of(house.read_models, histories)
    assert (found.slate_id, found.shown.surface, found.shown.at) == ("s-1", "home", MONDAY.timestamp() + 60)
    assert [found.shown.places[position].product for position in (1, 2)] == ["p-1", "p-2"]
    assert histories.person(found.subject) == histories.person(house.surrogate("anonymous", "cookie-1"))
