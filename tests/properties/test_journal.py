"""The journal says at the head what the read models say, and at any moment what was known then."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.event_log import MemoryReadModels, MemoryStore
from application.features.fold import known_by
from application.learning.histories import Histories
from application.projections.clicks import LOOKED, ClicksProjection, Looked
from application.projections.rows import Rows, View, generation_name
from application.projections.sessions import SESSIONS
from application.projections.traffic import MARKED, VISITORS, TrafficProjection
from domain.session import facts
from domain.traffic.policy import NOISE, Pace
from ports.event_log import Recorded
from tests.unit.journal.stories import (
    SHOPPING,
    STORIES,
    Shop,
    Step,
    by_customer,
    content,
    fold,
    plain,
)
from tests.unit.traffic.visitors import CHROME, MONDAY, House, TwoPrograms

#: Low thresholds, so that a handful of events crosses them.
LOW = evolve(
    NOISE,
    robots=evolve(NOISE.robots, pages=Pace(3, 60, 6), events=Pace(9, 600, 10), unengaged_views=4, fewest_gaps=4),
    clicks=evolve(NOISE.clicks, duplicate_ms=30_000, undone_ms=60_000),
)
MOMENTS = st.integers(0, 200).map(lambda step: MONDAY + timedelta(seconds=20 * step))
REFS = st.sampled_from(["coat", "hat", "scarf"]).map(lambda one: facts.ProductRef(one, f"{one}/m"))
PAGES, TIMES = st.sampled_from(["a", "b"]), st.sampled_from([0, 900, 5000])
FACTS = st.one_of(
    st.builds(facts.ProductViewed, MOMENTS, REFS, page_view_id=PAGES),
    st.builds(facts.ProductClicked, MOMENTS, REFS),
    st.builds(facts.ProductAddedToCart, MOMENTS, REFS, st.just(1)),
    st.builds(facts.ProductRemovedFromCart, MOMENTS, REFS, st.just(1)),
    st.builds(facts.ProductMediaViewed, MOMENTS, st.just("zoom"), REFS),
    st.builds(facts.SizeGuideViewed, MOMENTS, st.none()),
    st.builds(facts.PageViewed, MOMENTS, PAGES, st.just("pdp"), st.sampled_from(["/", "/_trap"])),
    st.builds(facts.PageEngaged, MOMENTS, PAGES, TIMES, TIMES, st.just(0), st.just(0), st.sampled_from([None, 1])),
    st.builds(facts.AgentObserved, MOMENTS, st.sampled_from([CHROME, "crawl", "shop"])),
    st.builds(facts.PaymentFailed, MOMENTS),
)


def one_fact(step: Step) -> object:
    """Return the moment or the order that a fact is of: which of two of one counts is a matter of names."""
    what, about = step
    if what in {"order", "amend", "cancel"}:
        return what, about[0]
    return about[:2] if what == "return" else about[0]


SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=3)


def histories(shop: Shop) -> dict[str, Counter[tuple[object, ...]]]:
    people = Histories.read(shop.house.read_models).people()
    return {who: Counter(map(plain, touches)) for who, touches in people if touches}


@settings(max_examples=80, deadline=None)
@given(story=STORIES)
def test_at_the_head_it_says_what_learning_reads(story: Sequence[Step]) -> None:
    """Whatever was sent, late, linked, cut, marked, corrected, erased: the same customers with the same touches."""
    shop = Shop()
    shop.tell(story)
    current = shop.ear.current
    assert by_customer(current) == histories(shop)
    sessions = {
        key: Counter(map(plain, row.touches)) for key, row in View(shop.house.read_models, "sessions").all(SESSIONS)
    }
    found: dict[str, Counter[tuple[object, ...]]] = {}
    for one in current:
        if one.session and one.product:
            found.setdefault(one.session, Counter())[plain(one)] += 1
    assert found == {key: touches for key, touches in sessions.items() if touches}


@settings(max_examples=40, deadline=None)
@given(story=STORIES, sizes=SIZES, others=SIZES)
def test_batches_do_not_matter(story: Sequence[Step], sizes: list[int], others: list[int]) -> None:
    """However the log is cut, live or in a rebuild, the same versions are told and the same rows are left."""
    shop = Shop()
    shop.tell(story)
    one, rows = fold(shop.events, sizes)
    other, other_rows = fold(shop.events, others)
    assert one.versions == other.versions
    assert rows.rows == other_rows.rows
    assert one.versions == shop.ear.versions
    live = shop.house.rows(generation_name("journal", 1))
    assert live == {(at, key): row for (_, at), found in rows.rows.items() for key, row in found.items()}
    shop.house.runner.rebuild(shop.house.projections["journal"])
    assert shop.house.rows(generation_name("journal", 2)) == live


@settings(max_examples=40, deadline=None)
@given(story=STORIES, sizes=SIZES, seed=st.integers(0, 99))
def test_what_was_known_at_a_moment_is_what_the_log_said_until_then(
    story: Sequence[Step], sizes: list[int], seed: int
) -> None:
    """Read as known at any moment, the versions are those that a journal of the log until then holds as newest."""
    shop = Shop()
    shop.tell([step for step in story if step[0] != "erase"])  # what is erased is erased from the past too
    dice, events = Random(seed), list[Recorded]()
    for one in shop.events:
        known = (events[-1].metadata.known_at if events else one.metadata.known_at) + timedelta(
            seconds=dice.randrange(3)
        )
        events.append(evolve(one, metadata=evolve(one.metadata, known_at=known)))
    whole, _ = fold(events, sizes)
    for number in sorted({dice.randrange(len(events)) for _ in range(6)} if events else ()):
        known = events[number].metadata.known_at
        until, _ = fold([one for one in events if one.metadata.known_at <= known], sizes)
        then = known_by(whole.versions, known.timestamp())
        assert sorted(then, key=repr) == sorted(until.current, key=repr)


@settings(max_examples=40, deadline=None)
@given(
    story=st.lists(st.one_of(*SHOPPING), min_size=6, max_size=24, unique_by=one_fact),
    seed=st.integers(0, 99),
)
def test_arrival_does_not_matter_in_the_end(story: Sequence[Step], seed: int) -> None:
    """The same facts in another order are the same touches of the same customers, up to names and times of knowing."""
    shuffled = list(story)
    Random(seed).shuffle(shuffled)
    found = []
    for each in (story, shuffled):
        shop = Shop(NOISE)  # what is a bulk order hangs on which of its bills was heard of last
        shop.tell(each)
        shares = by_customer(shop.ear.current)
        found.append(sorted(sorted(touches.items()) for touches in shares.values()))
    assert found[0] == found[1]


@settings(max_examples=30, deadline=None)
@given(story=st.lists(st.one_of(*SHOPPING), min_size=6, max_size=24))
def test_a_merge_and_its_split_tell_only_of_those_they_touch(story: Sequence[Step]) -> None:
    """Linking two persons and taking that back says something new of their touches alone, and ends as it began."""
    shop = Shop()
    shop.tell([("login", (5, "phone", "ada")), ("view", (5, "phone", "coat", "ada")), *story])
    shop.tell([("view", (5, "new-phone", "coat", None)), ("view", (6, "nobodys", "coat", None))])
    before = {one.id: one for one in shop.ear.current}
    ada, phone = (shop.surrogate(*who) for who in (("account", "ada"), ("anonymous", "new-phone")))
    theirs = {key for key, one in before.items() if one.customer in {shop.person(ada), shop.person(phone)}}
    told = len(shop.ear.versions)
    link_id = shop.link(ada, phone)
    merged = shop.ear.versions[told:]
    assert merged
    assert {one.id for one in merged} <= theirs
    assert shop.person(ada) == shop.person(phone)
    assert {one.customer for one in merged} == {shop.person(ada)}
    shop.retract(link_id)
    parted = shop.ear.versions[told + len(merged) :]
    assert {one.id for one in parted} == {one.id for one in merged}
    assert {one.id: content(one) for one in shop.ear.current} == {key: content(one) for key, one in before.items()}


@settings(max_examples=60)
@given(told=st.lists(st.tuples(st.integers(0, 3), st.lists(FACTS, min_size=1, max_size=12)), min_size=1, max_size=8))
def test_one_event_at_a_time_marks_as_a_batch_does(told: Sequence[tuple[int, Sequence[facts.Fact]]]) -> None:
    """Verdicts and what touches are worth are the same rows whichever way the projections are asked."""
    house = House()
    for visitor, some in told:
        house.session(f"{visitor:04d}", f"visitor-{visitor}", some)
    events = house.log.follow(after=0, limit=10_000)
    whole, single = (Rows(MemoryReadModels(MemoryStore()), "marks#1") for _ in range(2))
    traffic, clicks = TrafficProjection(TwoPrograms(), LOW), ClicksProjection(LOW)
    for projection in (traffic, clicks):
        projection.apply(events, whole)
    for one in events:
        key = one.stream.rpartition("-")[2]
        traffic.apply_one(one, key, single)
        clicks.apply_one(one, key, single)
    for key in {one.stream.rpartition("-")[2] for one in events}:
        looked = [rows.get(LOOKED, key) or Looked() for rows in (whole, single)]
        assert looked[0].looks == looked[1].looks
    for name in (f"visitor-{number}" for number in range(4)):
        assert whole.get(MARKED, name) == single.get(MARKED, name)
        assert whole.get(VISITORS, name) == single.get(VISITORS, name)
