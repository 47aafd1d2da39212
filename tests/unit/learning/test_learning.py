"""What is learned from was known at the time, and what is released is judged, once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.artifacts.folder_releases import FolderReleases
from application.features.touch import Touch
from application.learning.dataset import USER_FEATURES, Dataset, NothingToLearn, build, knowable
from application.learning.exam import Plan, PublishedTest, exam, trained_until
from application.learning.histories import Histories, Row
from application.learning.learn import learn_release
from application.learning.work import Work
from haberdasher.testing.recommender import quiet
from ml.registry import make_model
from tests.support.memory_house import MemoryHouse
from tests.support.observed import observed
from tests.support.shop import ordered, viewed

DAY = 24 * 60
PLAN = Plan(model="popularity", baselines=("item_knn",), test=0.25)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOUCHES = st.lists(
    st.builds(
        lambda at, delay: Touch(float(at), float(at + delay), "view", f"p-{at}"),
        st.integers(0, 50),
        st.sampled_from([0, 0, 0, 5, 100]),
    ),
    max_size=12,
    unique_by=lambda touch: touch.at,
)


def season(days: int = 60) -> MemoryHouse:
    """One visit a day by a new visitor; every third one orders what she saw last."""
    house = MemoryHouse(batch=500)
    views, orders = [], []
    for day in range(days):
        views += [
            viewed(f"p-{(day + step) % 7}", DAY * day + step, cookie=f"c-{day}", user_id=f"u-{day}")
            for step in range(3)
        ]
        if day % 3 == 0:
            orders.append(ordered(f"o-{day}", DAY * day + 30, f"p-{(day + 2) % 7}/m", user=f"u-{day}"))
    house.receive("web", views, "views")
    house.receive("oms", orders, "orders")
    return house


def dataset(house: MemoryHouse) -> Dataset:
    return build(observed(Histories.read(house.read_models)), quiet)


@given(touches=TOUCHES)
def test_no_prefix_holds_what_was_not_known(touches: list[Touch]) -> None:
    """Whatever is kept before a touch was known when that touch happened; nothing known in time is invented."""
    kept = knowable(touches)
    for place, touch in enumerate(kept):
        assert all(earlier.known <= touch.at for earlier in kept[:place])
    assert set(map(id, kept)) <= set(map(id, touches))
    if all(touch.known == touch.at for touch in touches):
        assert len(kept) == len(touches)


def touch(day: float, product: str, known: float | None = None) -> Touch:
    return Touch(day * 86_400, (day if known is None else known) * 86_400, "view", product)


def test_what_became_known_late_is_in_no_row_before() -> None:
    """A view of the first day, heard of on the fifth, is in no earlier prefix and moves no earlier feature."""
    first, second, last = [touch(1, "a"), touch(1.01, "b")], [touch(3, "c"), touch(3.01, "a")], [touch(7, "b")]
    late = touch(1.005, "planted", known=5)

    def learned(*planted: Touch) -> Dataset:
        rows = [Row("s1", "ada", sorted([*first, *planted], key=lambda one: one.at)), Row("s2", "ada", second)]
        history = [*first, *planted, *second, *last]
        return build(observed(Histories(rows=[*rows, Row("s3", "ada", last)], by_person={"ada": history})), quiet)

    without, with_it = learned(), learned(late)
    assert "planted" not in with_it.vocabulary
    assert with_it.interactions.user_features[:2].tolist() == without.interactions.user_features[:2].tolist()
    assert with_it.interactions.user_features[2].tolist() != without.interactions.user_features[2].tolist()


def test_rows_stand_in_the_order_of_time_and_purchases_behind_their_visit() -> None:
    """One row per visit, oldest first; what was bought in it is its last step."""
    data = dataset(season(9)).interactions
    starts = data.times[data.sequences.offsets[:-1]]
    assert starts.tolist() == sorted(starts.tolist())
    assert data.sequences.lengths.tolist() == [4, 3, 3] * 3
    assert data.user_features.shape == (9, len(USER_FEATURES))


def test_a_log_without_products_says_what_to_do() -> None:
    """Nothing to learn is an error with the remedy, not an empty model."""
    with pytest.raises(NothingToLearn, match="haberdasher project"):
        dataset(MemoryHouse())


def test_purchases_decide_where_there_are_enough() -> None:
    """The exam asks for what was bought first, then for next items, on the last sessions in time only."""
    asked = exam(dataset(season(300)), PLAN, None)
    assert [cases.relevance for cases in asked.cases] == ["purchase", "keep", "discovery", "next_item"]
    assert len(asked.train.sequences) == 225


def test_too_few_cases_are_refused() -> None:
    """A handful of sessions judges nothing, and says so."""
    with pytest.raises(ValueError, match="fewer than"):
        exam(dataset(season(8)), PLAN, None)


def test_a_target_never_seen_is_a_case_that_everybody_misses() -> None:
    """Published cases are not dropped because training cannot know their answer."""
    data = dataset(season(12))
    asked = exam(data, PLAN, PublishedTest([["p-0"], ["p-1", "never"]], ["p-1", "never"]))
    assert (len(asked.cases[0]), asked.unseen) == (2, 1)
    model = make_model("item_knn")
    model.fit(asked.train, seed=0, progress=quiet)
    assert len(data.vocabulary) not in model.recommend(asked.cases[0].prefixes, 7).items


def test_the_same_work_is_released_once(tmp_path: Path) -> None:
    """The same data and plan are read back with the same figures; other data are another release."""
    releases = FolderReleases(tmp_path, b"s" * 32)
    house = season(120)

    def learn() -> tuple[str, object]:
        data = dataset(house)
        manifest, reports = learn_release(
            Work(data, exam(data, PLAN, None), PLAN), make_model, releases, data_to=1, now=NOW, progress=quiet
        )
        return manifest.release_id, reports

    first, again = learn(), learn()
    assert first == again
    assert len(releases.list()) == 1
    house.receive("web", [viewed("p-0", DAY * 200, cookie="new")], "more")
    assert learn()[0] != first[0]
    assert len(releases.list()) == 2


def test_another_exam_is_other_work(tmp_path: Path) -> None:
    """A release judged on a published test is not handed out for held-out sessions, or for another test."""
    releases, data = FolderReleases(tmp_path, b"s" * 32), dataset(season(120))

    def learned(published: PublishedTest | None) -> str:
        asked = exam(data, PLAN, published)
        made, _ = learn_release(Work(data, asked, PLAN), make_model, releases, data_to=1, now=NOW, progress=quiet)
        return made.release_id

    tests = (None, PublishedTest([["p-0"]], ["p-1"]), PublishedTest([["p-0"]], ["p-2"]))
    assert len({learned(one) for one in (*tests, *tests)}) == len(releases.list()) == 3


def test_a_baseline_that_is_released_has_one_place_in_the_table(tmp_path: Path) -> None:
    """Learning a model that is among the baselines judges it once, and nothing is compared with itself."""
    plan, data = Plan(model="item_knn", baselines=("popularity", "item_knn"), test=0.25), dataset(season(120))
    _, reports = learn_release(
        Work(data, exam(data, plan, None), plan),
        make_model,
        FolderReleases(tmp_path, b"s" * 32),
        data_to=1,
        now=NOW,
        progress=quiet,
    )
    for report in reports:
        figures = [(row.model, row.metric, row.against) for row in report.rows]
        assert len(figures) == len(set(figures))
        assert all(model != against for model, _, against in figures)
        assert {against for _, _, against in figures} == {"", "popularity", "item_knn"}


def test_a_release_says_until_when_it_learned(tmp_path: Path) -> None:
    """So that nobody judges it on sessions it was trained on: with a published test it has seen them all."""
    data, releases = dataset(season()), FolderReleases(tmp_path, b"s" * 32)
    held_out, published = exam(data, PLAN, None), exam(data, PLAN, PublishedTest([["p-1"]], ["p-2"]))
    ends = [data.interactions.times[stop - 1] for stop in data.interactions.sequences.offsets[1:]]
    assert trained_until(held_out) < min(ends[len(held_out.train.sequences) :])
    assert trained_until(published) == max(ends)
    manifest, _ = learn_release(Work(data, published, PLAN), make_model, releases, data_to=1, now=NOW, progress=quiet)
    assert releases.open(manifest.release_id).documents["trained_until"] == trained_until(published)


def vector(touches: list[Touch], at: float) -> list[float]:
    """Return the features of a row that begins at a moment, of somebody with these touches."""
    row = Row("s", "ada", [Touch(at, at, "view", "q")])
    features = build(observed(Histories(rows=[row], by_person={"ada": touches})), quiet).interactions.user_features
    found: list[float] = features[0].tolist()
    return found


@given(st.floats(-2, 6).map(lambda n: 10**n), st.floats(1.01, 3.0))
@example(1.0, 1.5)
def test_longer_ago_is_further_away_in_the_vector(seconds: float, times: float) -> None:
    """Features that reach the user tower are squeezed, never turned round."""
    place = USER_FEATURES.index("seconds_since_last")
    touch = [Touch(1000.0, 1000.0, "view", "p")]
    assert vector(touch, 1000.0 + seconds)[place] < vector(touch, 1000.0 + seconds * times)[place]


def test_a_stranger_is_far_away_in_time_and_did_nothing() -> None:
    """The vector of nobody is that of somebody whose every touch is still unknown."""
    unknown = [Touch(1.0, 5000.0, "view", "p")]
    assert vector([], 2000.0) == vector(unknown, 2000.0)
    known = vector([Touch(1.0, 1.0, "view", "p")], 2000.0)
    assert known[USER_FEATURES.index("seconds_since_last")] < vector([], 2000.0)[2]
