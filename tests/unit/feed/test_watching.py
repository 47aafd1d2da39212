"""D4 in short: a fault of each kind is seen as soon as its first five minutes are over, and a clean season is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from application.watch.bands import Span
from application.watch.departures import departures
from application.watch.series import Series
from application.watch.watching import open_alarms, planned_slots
from domain.feed.policy import FEED, SLOT_S, SLOTS_A_DAY, SLOTS_AN_HOUR, Alarm, Kind
from domain.traffic.policy import Planned
from tests.unit.feed.traffic import CLICKED, NAMES, PRICE, VIEWED, Counts, series, traffic

DAYS = 15
#: A quarter past twelve on the last day, when something breaks.
BREAKS = (DAYS - 1) * SLOTS_A_DAY + 12 * SLOTS_AN_HOUR + 3
Fault = Callable[[Counts, Counts], None]


@pytest.fixture(scope="module")
def season() -> tuple[Counts, Counts]:
    return traffic(2 * FEED.days + 1, 60, seed=3)


@pytest.fixture
def fortnight(season: tuple[Counts, Counts]) -> tuple[Counts, Counts]:
    """Fourteen days and a bit: a copy, to be broken from `BREAKS` on."""
    events, nulls = season
    return events[:, : DAYS * SLOTS_A_DAY].copy(), nulls[:, : DAYS * SLOTS_A_DAY].copy()


def dropped(events: Counts, nulls: Counts) -> None:
    events //= 10
    nulls //= 10


def doubled(events: Counts, nulls: Counts) -> None:
    """Everything thrice: duplicates with ids of their own."""
    events *= 3
    nulls *= 3


def unpriced(events: Counts, nulls: Counts) -> None:
    nulls[PRICE] = events[VIEWED]


def vanished(events: Counts, _: Counts) -> None:
    events[CLICKED] = 0


def fell_silent(events: Counts, nulls: Counts) -> None:
    events[:] = 0
    nulls[:] = 0


FAULTS: tuple[tuple[Fault, Kind, str], ...] = (
    (dropped, "volume", "all events"),
    (doubled, "volume", "all events"),
    (unpriced, "nulls", "product_viewed.unit_price"),
    (vanished, "mix", "product_clicked"),
    (fell_silent, "silent", "all events"),
)


def broken(events: Counts, nulls: Counts, fault: Fault, until: int | None = None) -> None:
    fault(events[:, BREAKS:until], nulls[:, BREAKS:until])


def after(events: Counts, nulls: Counts, slots: int) -> Series:
    """Return what is known when so many slots are over since it broke."""
    return series(events[:, : BREAKS + slots], nulls[:, : BREAKS + slots])


@pytest.mark.parametrize(("fault", "kind", "what"), FAULTS)
def test_a_fault_is_seen_when_its_first_five_minutes_are_over(
    fortnight: tuple[Counts, Counts], fault: Fault, kind: Kind, what: str
) -> None:
    """D4: each kind is raised by the first slot it is in, not by the one before; what was seen is out of the band."""
    broken(*fortnight, fault)
    assert open_alarms(after(*fortnight, 0)) == []
    alarms = {(one.kind, one.what): one for one in open_alarms(after(*fortnight, 1))}
    alarm = alarms[kind, what]
    assert (alarm.source, alarm.window_s, alarm.since) == ("web", SLOT_S, BREAKS * SLOT_S)
    assert not alarm.low <= alarm.seen <= alarm.high


@pytest.mark.parametrize(("fault", "kind", "what"), FAULTS)
def test_an_alarm_keeps_its_beginning_and_closes_after_a_calm_hour(
    fortnight: tuple[Counts, Counts], fault: Fault, kind: Kind, what: str
) -> None:
    """Three hours on it is the same alarm; it stays open for an hour after the repair, for faults come and go."""
    broken(*fortnight, fault, BREAKS + 36)

    def alarm(slots: int) -> Alarm | None:
        found = {(one.kind, one.what): one for one in open_alarms(after(*fortnight, slots))}
        return found.get((kind, what))

    for slots in (36, 36 + FEED.calm - 1):
        standing = alarm(slots)
        assert standing is not None
        assert BREAKS * SLOT_S - standing.window_s < standing.since <= BREAKS * SLOT_S
    later = alarm(36 + FEED.calm)
    assert later is None or later.window_s > SLOT_S  # the last hour or day as a whole still remembers it


def test_nothing_is_said_of_a_clean_season(season: tuple[Counts, Counts]) -> None:
    """Fourteen days after fourteen days of history, every slot, series and window of it: no false alarm."""
    events, nulls = season
    looks, first = 0, FEED.days * SLOTS_A_DAY + SLOTS_A_DAY
    for window in FEED.windows:
        for day in range(first, events.shape[1], SLOTS_A_DAY):
            span = Span(day, day + SLOTS_A_DAY, FEED)
            for one in departures(series(events, nulls), window, span, np.zeros(events.shape[1], np.bool_)):
                assert not one.out.any(), (window, one.kind, one.what)
                looks += one.out.size
    assert looks == 3 * 14 * SLOTS_A_DAY * (1 + len(NAMES) + 2 + 1)


def test_less_than_seven_days_say_nothing(fortnight: tuple[Counts, Counts]) -> None:
    """The same silence is raised with seven days behind it, and not with six."""
    broken(*fortnight, fell_silent)
    for days, raised in ((7, True), (6, False)):
        begin = BREAKS - days * SLOTS_A_DAY - FEED.beside
        known = Series(
            "web", 0, begin, NAMES, fortnight[0][:, : BREAKS + 1], (), np.zeros(0, int), np.zeros((0, BREAKS + 1), int)
        )
        assert [one.kind for one in open_alarms(known)] == (["silent"] if raised else [])


def test_a_planned_promotion_is_no_alarm(fortnight: tuple[Counts, Counts]) -> None:
    """Thrice as much in a planned period is what was planned; nothing at all in it is still an alarm."""
    at = datetime.fromtimestamp(BREAKS * SLOT_S, UTC)
    sale = Planned("sale", at - timedelta(hours=1), at + timedelta(hours=5))
    broken(*fortnight, doubled)
    assert [one.kind for one in open_alarms(after(*fortnight, 3))] == ["volume"]
    assert open_alarms(after(*fortnight, 3), planned=[sale]) == []
    broken(*fortnight, fell_silent)
    assert "silent" in {one.kind for one in open_alarms(after(*fortnight, 3), planned=[sale])}


def test_a_planned_promotion_is_no_history(fortnight: tuple[Counts, Counts]) -> None:
    """Six days of a sale at thrice the traffic hide no duplicates afterwards, once they are known as planned."""
    events, nulls = fortnight
    begin, end = BREAKS - 6 * SLOTS_A_DAY - 36, BREAKS - 36
    doubled(events[:, begin:end], nulls[:, begin:end])
    broken(events, nulls, doubled)
    sale = Planned("sale", datetime.fromtimestamp(begin * SLOT_S, UTC), datetime.fromtimestamp(end * SLOT_S, UTC))
    assert open_alarms(after(events, nulls, 1)) == []
    assert [one.kind for one in open_alarms(after(events, nulls, 1), planned=[sale])] == ["volume"]


def test_planned_periods_are_whole_slots() -> None:
    """A slot that a period touches is planned, and periods that lie elsewhere are none."""
    begin = datetime.fromtimestamp(100 * SLOT_S + 10, UTC)
    spared = planned_slots(98, 6, [Planned("p", begin, begin + timedelta(seconds=SLOT_S))])
    assert spared.tolist() == [False, False, True, True, False, False]
    assert not planned_slots(200, 6, [Planned("p", begin, begin + timedelta(hours=1))]).any()


def test_a_weekend_is_held_against_weekends() -> None:
    """A shop that is shut on Sundays is not told so every Sunday; and is told when it is shut on a Monday."""
    events, nulls = traffic(22, 60, seed=5)
    sundays = np.arange(events.shape[1]) // SLOTS_A_DAY % 7 == 0
    events[:, sundays], nulls[:, sundays] = 0, 0
    noon = 21 * SLOTS_A_DAY + 12 * SLOTS_AN_HOUR
    assert open_alarms(series(events[:, :noon], nulls[:, :noon])) == []
    monday = 15 * SLOTS_A_DAY + 12 * SLOTS_AN_HOUR
    fell_silent(events[:, monday - 1 :], nulls[:, monday - 1 :])
    assert "silent" in {one.kind for one in open_alarms(series(events[:, :monday], nulls[:, :monday]))}


def test_a_small_shop_is_watched_by_the_day() -> None:
    """Three visits in five minutes are too few to speak of five minutes; a day without prices is found all the same."""
    events, nulls = traffic(DAYS + 1, 3, seed=7)
    broken(events, nulls, unpriced)
    assert not [one for one in open_alarms(after(events, nulls, 1)) if one.window_s == SLOT_S]
    found = {(one.kind, one.what): one.window_s for one in open_alarms(after(events, nulls, SLOTS_A_DAY))}
    assert found["nulls", "product_viewed.unit_price"] > SLOT_S
