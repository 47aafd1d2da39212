"""The rows of the feed: what is counted, what is kept, and that neither depends on how the log was cut."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.event_log import MemoryEventLog, MemoryReadModels, MemoryStore
from adapters.ids import Uuid7Ids
from application.projections.feed import KEPT_HOURS, FeedProjection, Hour, hours_of
from application.projections.runner import ProjectionRunner
from domain.session.facts import PageViewed, ProductRef, ProductsSearched, ProductViewed
from domain.taxonomy.envelope import Envelope
from domain.taxonomy.quarantine import EventQuarantined
from domain.taxonomy.source import Clock, Declaration, SourceRedeclared, SourceRegistered
from domain.values import Money
from haberdasher.names import stored_names
from ports.event_log import Append, Commit, Fact, Metadata

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR = int(NOON.timestamp()) // 3600
BARE = ProductViewed(NOON, ProductRef("coat"))
TOLD = ProductViewed(NOON, ProductRef("coat", None, "coats", "acme", "red", "m"), Money(100, "EUR"), Money(120, "EUR"))


class Beside(FeedProjection):
    """The same fold under another name, to be run over the same log in other batches."""

    name = "beside"


@define
class Log:
    store: MemoryStore = field(factory=MemoryStore)
    log: MemoryEventLog = field(init=False)
    read_models: MemoryReadModels = field(init=False)
    streams: int = 0

    def __attrs_post_init__(self) -> None:
        self.log = MemoryEventLog(stored_names(), self.store)
        self.read_models = MemoryReadModels(self.store)

    def add(self, *facts: Fact) -> None:
        self.streams += 1
        self.log.commit(Commit([Append(f"main/session-{self.streams}", 0, facts)]))

    def runner(self, batch: int = 5000) -> ProjectionRunner:
        return ProjectionRunner(self.log, self.read_models, Uuid7Ids(), "main", batch=batch)

    def hours(self, source: str) -> dict[int, Hour]:
        self.runner().catch_up([FeedProjection()])
        return dict(hours_of(self.read_models)[1].get(source, {}))

    def rows(self, model: str) -> dict[tuple[str, str], bytes]:
        return {
            (at, key): row for (of, at), rows in self.store.rows.items() if of == model for key, row in rows.items()
        }


def came(event: object, minutes: float, source: str = "web", *, subject: str = "anonymous:a") -> Fact:
    at = NOON + timedelta(minutes=minutes)
    subjects = {"anonymous": subject} if subject else {}
    envelope = Envelope(source, "x", "1", "1", "web", at, subjects, context={"device_type": "mobile"}, session_hint="s")
    return Fact(event, Metadata("", NOON, at, 1, envelope))


def set_aside(minutes: float, source: str = "web") -> Fact:
    at = NOON + timedelta(minutes=minutes)
    return Fact(EventQuarantined(1, source, "not_json", "", "", "1"), Metadata("", at, at, 1))


def declared(source: str, clock: Clock, *, again: bool = False) -> Fact:
    kind = SourceRedeclared if again else SourceRegistered
    return Fact(kind(Declaration(source, clock=clock)), Metadata("", NOON, NOON))


@pytest.fixture
def log() -> Log:
    return Log()


def test_events_are_counted_by_five_minutes_of_being_known(log: Log) -> None:
    """Each canonical event in the slot in which it could have been used, by source."""
    log.add(came(BARE, 0), came(BARE, 4.9), came(BARE, 5), came(BARE, 60), came(BARE, 0, "app"))
    assert log.hours("web")[HOUR].events == {"product_viewed": [2, 1] + [0] * 10}
    assert log.hours("web")[HOUR + 1].events == {"product_viewed": [1] + [0] * 11}
    assert log.hours("app")[HOUR].events == {"product_viewed": [1] + [0] * 11}


def test_what_features_read_and_is_not_there_is_counted(log: Log) -> None:
    """Price, category, brand and the like of the product, and who, with what, in which session."""
    log.add(came(TOLD, 0), came(BARE, 0), came(BARE, 6, subject=""))
    bare = [1, 1] + [0] * 10
    read = ("unit_price", "list_price", "category_id", "brand_id", "colour", "size_label", "page_view_id")
    expected = {f"product_viewed.{one}": bare for one in read}
    expected["product_viewed.page_view_id"] = [2, 1] + [0] * 10
    assert log.hours("web")[HOUR].nulls == expected | {"product_viewed.subject": [0, 1] + [0] * 10}


def test_what_waits_in_the_quarantine_is_part_of_the_mix(log: Log) -> None:
    """Of a live source it came when it came; of history nobody knows when it happened, so it is not counted."""
    log.add(declared("web", "live"), declared("old", "backfill"))
    log.add(set_aside(0), set_aside(1, "old"), came(BARE, 0, "old"))
    assert log.hours("web")[HOUR].events == {"event_quarantined": [1] + [0] * 11}
    assert list(log.hours("old")[HOUR].events) == ["product_viewed"]


def test_sixteen_days_are_kept(log: Log) -> None:
    """Older hours go when newer ones come, what comes too late is not counted, another source keeps its own."""
    log.add(came(BARE, 0), came(BARE, 60), came(BARE, 0, "app"), came(BARE, 60 * KEPT_HOURS))
    assert list(log.hours("web")) == [HOUR + 1, HOUR + KEPT_HOURS]
    log.add(came(BARE, 0), came(BARE, 60))
    assert list(log.hours("web")) == [HOUR + 1, HOUR + KEPT_HOURS]
    assert log.hours("web")[HOUR + 1].events["product_viewed"][0] == 2
    assert list(log.hours("app")) == [HOUR]


def test_another_clock_is_another_feed(log: Log) -> None:
    """What was imported under a name is nothing to hold its live events against; the same clock is no change."""
    log.add(declared("web", "backfill"))
    log.add(came(BARE, -600), declared("web", "backfill", again=True))
    assert list(log.hours("web")) == [HOUR - 10]
    log.add(declared("web", "live", again=True), came(BARE, 0))
    assert list(log.hours("web")) == [HOUR]
    assert hours_of(log.read_models)[0]["web"].first == HOUR


EVENTS = st.sampled_from([BARE, TOLD, PageViewed(NOON, "p", "pdp", "/"), ProductsSearched(NOON, "hat")])
#: Minutes over two months, so that hours fall out on the way, in any order.
COMING = st.builds(
    came, EVENTS, st.integers(-10, 90_000), st.sampled_from(["web", "app"]), subject=st.sampled_from(["", "a"])
)
ASIDE = st.builds(set_aside, st.integers(-10, 90_000), st.sampled_from(["web", "app"]))
DECLARED = st.builds(
    declared, st.sampled_from(["web", "app"]), st.sampled_from(["live", "backfill"]), again=st.booleans()
)


@settings(max_examples=150, deadline=None)
@given(facts=st.lists(COMING | ASIDE | DECLARED, min_size=1, max_size=40), batch=st.integers(1, 9))
def test_batches_do_not_matter_and_a_rebuild_equals_the_live_one(facts: Sequence[Fact], batch: int) -> None:
    """Whatever comes in whatever order: the rows are the same in one go, in small batches, and rebuilt."""
    log = Log()
    log.add(*facts)
    log.runner().catch_up([FeedProjection()])
    log.runner(batch).catch_up([Beside()])
    live = log.rows("feed#1")
    assert live
    assert log.rows("beside#1") == live
    log.runner(batch).rebuild(FeedProjection())
    assert log.rows("feed#2") == live


def test_a_source_that_goes_on_for_ever_has_no_more_rows(log: Log) -> None:
    """Memory is bounded: after forty days there are sixteen days of hours."""

    def hourly() -> Iterable[Fact]:
        return (came(BARE, 60 * hour) for hour in range(40 * 24))

    log.add(*hourly())
    assert len(log.hours("web")) == KEPT_HOURS
