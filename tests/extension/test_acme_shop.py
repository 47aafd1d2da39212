"""What the team of `acme_shop` tests of its own package, with our published test kit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from acme_shop import extension
from acme_shop.fitting import (
    DECIDER,
    FittingBooked,
    FittingKept,
    FittingMissed,
    NeverBooked,
    NoShowPolicy,
    arrive,
    book,
)
from haberdasher.testing.given_when_then import given
from haberdasher.testing.stored_events import MOMENT, StoredEvents

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
BOOKED = FittingBooked("f-1", "tweed-jacket", TEN, "Rosa")


def test_a_fitting_is_booked_once() -> None:
    """The same wish again is nothing to do."""
    given(DECIDER).when(book, BOOKED).then(BOOKED)
    given(DECIDER, BOOKED).when(book, BOOKED).then_nothing()


def test_who_comes_within_the_grace_period_has_kept_it() -> None:
    """Fifteen minutes late is in time."""
    late = TEN + timedelta(minutes=15)
    given(DECIDER, BOOKED).when(arrive, late, NoShowPolicy()).then(FittingKept("f-1", "tweed-jacket", late))


def test_the_policy_decides_who_is_late() -> None:
    """A stricter shop has another value of the policy, and no other code."""
    late, strict = TEN + timedelta(minutes=15), NoShowPolicy(grace=timedelta(0))
    given(DECIDER, BOOKED).when(arrive, late, strict).then(FittingMissed("f-1", "tweed-jacket", late))


def test_what_was_kept_stays_kept() -> None:
    """Somebody who comes back in the afternoon has not missed it."""
    kept = FittingKept("f-1", "tweed-jacket", TEN)
    given(DECIDER, BOOKED, kept).when(arrive, TEN + timedelta(hours=5), NoShowPolicy()).then_nothing()


def test_nobody_comes_to_what_was_never_booked() -> None:
    """The rule names the field."""
    broken = given(DECIDER).when(arrive, TEN, NoShowPolicy()).then_raises(NeverBooked)
    assert "fitting_id" in str(broken)


class TestStoredEvents(StoredEvents):
    extension = extension
    samples = (
        FittingBooked("f-1", "p-1", MOMENT, "Rosa"),
        FittingKept("f-1", "p-1", MOMENT),
        FittingMissed("f-1", "p-1", MOMENT),
    )
    folder = Path(__file__).parent / "golden"
