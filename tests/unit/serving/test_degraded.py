"""What fails is done without, and the slate says so; only a slate that cannot be recorded is no answer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from application.serving import recommending
from application.serving.retrieval import Retrieval
from domain.slate.slate import SlateServed
from tests.support.counter import ADA, TUESDAY, Counter, Linear, counted, product
from tests.support.memory_house import SetClock


@pytest.fixture
def counter() -> Counter:
    """A counter with a release that has a ranker."""
    return Counter.open(Linear())


def products(slate: SlateServed) -> Sequence[str]:
    return [slot.product_id for slot in slate.slots]


def broken(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("out of order")


def test_a_ranker_that_fails_costs_a_rung() -> None:
    """The answer is that of retrieval, and says so; no feature and no rank score is claimed."""
    counter = Counter.open(Linear(broken=RuntimeError("no ranker today")))
    slate = counter.ask(who=(ADA,))
    assert slate.degraded == ("no_ranker",)
    assert counter.failures == ["ranker: no ranker today"]
    assert len(slate.slots) == 12
    assert (slate.versions.ranker, slate.feature_names, slate.feature_hash) == ("", (), "")
    assert {slot.score_rank for slot in slate.slots} == {None}
    assert all(slot.score_retrieval is not None for slot in slate.slots)


def test_a_release_without_a_ranker_says_so() -> None:
    """It is not the answer that it could be."""
    slate = Counter.open().ask(who=(ADA,))
    assert slate.degraded == ("no_ranker",)
    assert (slate.versions.release, slate.versions.ranker) == ("r-1", "")


def test_retrieval_that_fails_falls_back_to_what_is_popular(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most popular first, nothing explored, and no model is named as if it had taken part."""
    monkeypatch.setattr(Retrieval, "search", broken)
    slate = counter.ask(who=(ADA,))
    assert slate.degraded == ("no_retrieval",)
    assert counter.failures == ["retrieval: out of order"]
    assert set(products(slate)[:2]) == {product(1), product(7)}  # the third was seen last
    assert {slot.propensity for slot in slate.slots} == {1.0}
    assert (slate.versions.release, slate.versions.retrieval, slate.versions.ranker) == ("", "", "")


def test_without_a_context_a_stranger_is_answered(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read models that do not answer make nobody known, and a full slate all the same."""
    monkeypatch.setattr(recommending, "context_of", broken)
    slate = counter.ask(who=(ADA,))
    assert slate.degraded == ("no_context",)
    assert (slate.person, slate.context_products, len(slate.slots)) == (None, (), 12)


def test_without_a_release_the_popular_is_shown() -> None:
    """A house that has learned nothing yet has an answer."""
    slate = Counter.open(released=False).ask(who=(ADA,))
    assert slate.degraded == ("no_release",)
    assert set(products(slate)[:2]) == {product(1), product(7)}
    assert len(slate.slots) == 12


def test_with_nothing_in_stock_the_answer_is_empty_and_recorded(counter: Counter) -> None:
    """An empty shop has nothing to show, which is no failure."""
    counter.restock(*(counted(n, 0, -500) for n in range(48)))
    slate = counter.ask(who=(ADA,))
    assert slate.slots == ()
    assert counter.house.events(SlateServed) == [slate]


def test_a_slate_that_cannot_be_recorded_is_not_shown(counter: Counter) -> None:
    """The error is the caller's to see; there is no answer beside it."""
    counter.recommending.record = broken
    with pytest.raises(RuntimeError, match="out of order"):
        counter.ask(who=(ADA,))
    assert counter.house.events(SlateServed) == []


def test_what_was_just_written_is_waited_for(counter: Counter) -> None:
    """The position that was asked for is waited for; an answer that could not wait for it says that it may be stale."""
    waited: list[int] = []

    def wait(position: int) -> bool:
        waited.append(position)
        return False

    counter.recommending.wait = wait
    assert counter.ask(who=(ADA,), after=7).degraded == ("stale_context",)
    assert counter.ask(who=(ADA,)).degraded == ()
    assert waited == [7]


def test_stock_that_was_not_read_for_long_is_said_to_be_unverified(counter: Counter) -> None:
    """The answer still keeps to the last that is known."""
    counter.recommending.clock = SetClock(TUESDAY + timedelta(seconds=61))
    assert counter.ask(who=(ADA,)).degraded == ("stock_unverified",)
