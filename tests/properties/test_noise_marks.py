"""Marks are a pure fold beside what is stored: nothing raw hangs on them, and neither batches nor rebuilds matter."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from application.features.measures import MEASURES
from application.features.touch import Touch
from application.journal.journal import Journal
from application.learning.histories import Histories
from application.projections.bulk import BulkProjection
from application.projections.carts import CartsProjection
from application.projections.clicks import ClicksProjection
from application.projections.marks import UNMARKED, Marks
from application.projections.periods import PeriodsProjection
from application.projections.purchases import PurchasesProjection
from application.projections.rows import generation_name
from application.projections.runner import Projection
from application.projections.sessions import SessionsProjection
from application.projections.traffic import TrafficProjection
from application.streaming.states import FeatureStates
from domain.session import facts
from domain.session.facts import Fact, ProductRef
from domain.traffic.evidence import Evidence, merged
from domain.traffic.policy import NOISE, NoisePolicy, Pace
from domain.traffic.verdicts import judge
from tests.support.popularity import counts_of
from tests.unit.traffic.visitors import CHROME, MONDAY, House, TwoPrograms

#: Low thresholds, so that a handful of events crosses them.
EASY = evolve(
    NOISE,
    rule_version="easy",
    robots=evolve(
        NOISE.robots, pages=Pace(3, 60, 6), events=Pace(9, 600, 10), unengaged_views=4, fewest_gaps=4, hours_of_24=4
    ),
    clicks=evolve(NOISE.clicks, duplicate_ms=30_000, undone_ms=60_000),
)
RAW = ("sessions", "purchases")

MOMENTS = st.integers(0, 200).map(lambda step: MONDAY + timedelta(seconds=20 * step))
REFS = st.sampled_from(["coat", "hat", "scarf", "belt", "sock"]).map(lambda one: ProductRef(one, f"{one}/m"))
FACTS = st.one_of(
    st.builds(facts.ProductViewed, MOMENTS, REFS, page_view_id=st.sampled_from(["a", "b", None])),
    st.builds(facts.ProductClicked, MOMENTS, REFS),
    st.builds(facts.ProductAddedToCart, MOMENTS, REFS, st.just(1)),
    st.builds(facts.ProductRemovedFromCart, MOMENTS, REFS, st.just(1)),
    st.builds(facts.PageViewed, MOMENTS, st.sampled_from(["a", "b"]), st.just("pdp"), st.sampled_from(["/", "/_trap"])),
    st.builds(
        facts.PageEngaged, MOMENTS, st.sampled_from(["a", "b"]), st.sampled_from([0, 900, 5000]), st.just(0),
        st.just(0), st.just(0),
    ),
    st.builds(facts.AgentObserved, MOMENTS, st.sampled_from([CHROME, "crawl", "shop"])),
    st.builds(facts.PaymentFailed, MOMENTS),
)  # fmt: skip
#: (visitor, facts) of each part of a session, in the order of the log; the same visitor goes on in the same session.
LOGS = st.lists(st.tuples(st.integers(0, 3), st.lists(FACTS, min_size=1, max_size=12)), min_size=1, max_size=8)
Log = Sequence[tuple[int, Sequence[Fact]]]


def marking(policy: NoisePolicy = EASY) -> list[Projection]:
    return [
        *(TrafficProjection(TwoPrograms(), policy), ClicksProjection(policy), CartsProjection()),
        *(BulkProjection(policy), PeriodsProjection()),
    ]


def house_of(log: Log, batch: int = 7) -> House:
    house = House(batch=batch)
    for visitor, told in log:
        house.session(f"{visitor:04d}", f"visitor-{visitor}", told)
    house.runner.catch_up([SessionsProjection(), PurchasesProjection()])
    return house


def stored(house: House, *models: str) -> dict[str, dict[tuple[str, str], bytes]]:
    """Return all rows of the live generations of some models."""
    live = {name: generation_name(name, house.read_models.live(name)) for name in models}
    return {
        name: {
            (at, key): row for (of, at), rows in house.store.rows.items() if of == model for key, row in rows.items()
        }
        for name, model in live.items()
    }


def history(house: House, marks: Marks | None = None) -> tuple[list[tuple[str, list[Touch]]], dict[str, list[Touch]]]:
    read = Histories.read(house.read_models, marks)
    return [(row.key, row.touches) for row in read.rows], {who: list(touches) for who, touches in read.people()}


@given(log=LOGS)
@settings(max_examples=60)
def test_marks_never_change_what_is_stored(log: Log) -> None:
    """With the marks and without them the events and the raw counts are the same, to the byte."""
    house = house_of(log)
    before = house.log.follow(after=0, limit=10_000), stored(house, *RAW)
    house.runner.catch_up(marking())
    assert (house.log.follow(after=0, limit=10_000), stored(house, *RAW)) == before


@given(log=LOGS)
@settings(max_examples=60)
def test_removing_all_marks_restores_the_raw_set(log: Log) -> None:
    """Read without marks, the history of a marked house is that of a house that was never marked."""
    house = house_of(log)
    raw = history(house)
    house.runner.catch_up(marking())
    assert history(house, UNMARKED) == raw
    marked_rows, marked_people = history(house)
    for key, touches in marked_rows:
        assert key in dict(raw[0])
        assert all(touch in dict(raw[0])[key] for touch in touches)
    assert sum(map(len, marked_people.values())) <= sum(map(len, raw[1].values()))


@given(log=LOGS, batch=st.integers(1, 40), other=st.integers(1, 40))
@settings(max_examples=60)
def test_a_rebuild_is_the_live_fold(log: Log, batch: int, other: int) -> None:
    """Batches of any size, live or in a rebuild, leave the same rows."""
    house = house_of(log, batch)
    names = [one.name for one in marking()]
    for count in range(1, 4):  # live, in three goes, as the log grows
        house.runner.catch_up(marking())
        house.session(f"9{count:03d}", "visitor-0", [facts.PageViewed(MONDAY, f"{count}", "home", "/")])
    house.runner.catch_up(marking())
    live = stored(house, *names)
    house.runner.batch = other
    for projection in marking():
        house.runner.rebuild(projection)
    assert stored(house, *names) == live


@given(log=LOGS)
@settings(max_examples=40)
def test_another_rule_version_is_another_generation(log: Log) -> None:
    """A rebuild by other rules gives what those rules alone would have given, and leaves the raw rows alone."""
    house = house_of(log)
    house.runner.catch_up(marking(EASY))
    raw = stored(house, *RAW)
    for projection in marking(NOISE):
        house.runner.rebuild(projection)
    fresh = house_of(log)
    fresh.runner.catch_up(marking(NOISE))
    names = [one.name for one in marking()]
    assert stored(house, *names) == stored(fresh, *names)
    assert stored(house, *RAW) == raw
    assert history(house) == history(fresh)


@given(log=LOGS)
@settings(max_examples=60)
def test_popularity_counts_what_is_learned_from(log: Log) -> None:
    """The states count the touches that learning keeps, and no others."""
    house = house_of(log)
    house.runner.catch_up(marking())
    kept = [touch for _, touches in history(house)[1].items() for touch in touches]
    house.runner.catch_up([Journal(TwoPrograms(), noise=EASY, watchers=[FeatureStates(MEASURES)])])
    assert counts_of(house.read_models) == Counter(touch.product for touch in kept)


@given(parts=st.lists(st.lists(st.integers(0, 5000), max_size=40), min_size=2, max_size=4))
@settings(max_examples=60)
def test_evidence_merges(parts: list[list[int]]) -> None:
    """Evidence folded apart adds up in any order of the parts, and fires no rule that the whole would not."""
    folds = [_pages(sorted(part)) for part in parts]
    whole = _pages(sorted(second for part in parts for second in part))
    one, other = merged(folds, EASY.robots), merged(folds[::-1], EASY.robots)
    assert one.events == other.events == whole.events
    assert one.pages.peak == other.pages.peak
    assert one.pages.peak <= max(whole.pages.peak, _busiest(parts))
    assert one.most_hours <= whole.most_hours
    assert judge(merged([folds[0]], EASY.robots), EASY).rules == judge(folds[0], EASY).rules


def _pages(seconds: Sequence[int]) -> Evidence:
    evidence = Evidence()
    for second in seconds:
        evidence.happened(second * 1000, EASY.robots)
        evidence.pages.add(second * 1000, EASY.robots.pages)
    evidence.settle(EASY.robots)
    return evidence


def _busiest(parts: Sequence[Sequence[int]]) -> int:
    """Return the most pages that any minute of the whole holds."""
    every = sorted(second for part in parts for second in part)
    return max((sum(0 <= one - begin < 60 for one in every) for begin in every), default=0)
