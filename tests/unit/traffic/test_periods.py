"""Hours out of the ordinary, planned periods, and how much of them is learned from."""

from datetime import timedelta

import pytest
from attrs import evolve

from application.learning.capping import capped
from application.projections.periods import PeriodsProjection, periods
from domain.session.session import SessionStarted
from domain.traffic.periods import WEEK, Period, flagged, robust_z
from domain.traffic.policy import NOISE, Planned
from ports.event_log import Append, Commit, Fact, Metadata
from tests.unit.traffic.visitors import MONDAY, House

RULES = NOISE.periods
#: Eight quiet weeks: 80 to 120 visits in an hour, by the hour of the week.
QUIET = {week * WEEK + hour: 80 + (7 * week + hour) % 40 for week in range(8) for hour in range(WEEK)}
NOW = 8 * WEEK + 50


def week_so_far(**changes: int) -> dict[int, int]:
    """Return the quiet weeks and the ninth, with other counts in some hours of it."""
    counts = QUIET | {8 * WEEK + hour: 100 for hour in range(WEEK)}
    return counts | {8 * WEEK + int(hour.removeprefix("h")): count for hour, count in changes.items()}


def test_a_robust_z_is_what_it_says() -> None:
    """The median deviation, made comparable with a standard deviation, is the unit; never less than counting itself."""
    before = [100, 90, 110, 80, 120, 100, 95, 105]
    assert robust_z(100, before) == 0
    assert robust_z(150, before) == pytest.approx(50 / (1.4826 * 7.5))
    assert robust_z(9, [4] * 8) == pytest.approx(2.5)
    assert robust_z(1, [0] * 8) == 1


def test_two_strange_hours_in_a_row_are_a_period() -> None:
    """One hour alone is chance, two are a period, whether there is too much or too little."""
    assert flagged(week_so_far(h50=400), RULES) == []
    (found,) = flagged(week_so_far(h50=400, h51=500), RULES)
    assert (found.kind, found.begin, found.end) == ("anomaly", NOW, NOW + 2)
    assert found.z > RULES.most_z
    (dip,) = flagged(week_so_far(h50=0, h51=0, h52=0), RULES)
    assert (dip.begin, dip.end) == (NOW, NOW + 3)
    assert dip.z < -RULES.most_z


def test_the_threshold_is_four_deviations() -> None:
    """Just below 4 is ordinary, just above is not."""
    before = [QUIET[NOW - WEEK * week] for week in range(1, 9)]
    centre = sorted(before)[3] / 2 + sorted(before)[4] / 2
    unit = (100 - centre) / robust_z(100, before)
    limit = centre + RULES.most_z * unit
    for count, expected in ((int(limit), 0), (int(limit) + 2, 1)):
        # The next hour is far beyond, so that this one alone decides.
        assert len(flagged(week_so_far(h50=count, h51=900, h49=100), RULES)) == expected


def test_without_a_month_nothing_is_out_of_the_ordinary() -> None:
    """Fewer than four weeks of the same hour say nothing of what is usual."""
    young = {hour: count for hour, count in week_so_far(h50=900, h51=900).items() if hour >= 5 * WEEK}
    assert flagged(young, RULES) == []
    assert flagged({}, RULES) == []


def test_a_planned_period_needs_no_anomaly() -> None:
    """What the promotion calendar names is flagged as such, to the full hour around it."""
    sale = Planned("winter sale", MONDAY + timedelta(minutes=30), MONDAY + timedelta(hours=3, minutes=1))
    (found,) = flagged({}, evolve(RULES, planned=(sale,)))
    begin = int(MONDAY.timestamp()) // 3600
    assert found == Period("promo", begin, begin + 4, name="winter sale")


def test_visits_are_counted_by_their_hour() -> None:
    """The periods are read from the visits of the log, in whatever order those came."""
    house, version = House(), 0
    for week in (2, 0, 1, 3, 4):
        for number in range(2 if week < 4 else 60):
            for hour in (0, 1):
                version += 1
                when = MONDAY + timedelta(weeks=week, hours=hour, seconds=number)
                event = SessionStarted(f"{version:032x}", "visitor", "web", when)
                stream = f"main/session-{version:032x}"
                house.log.commit(Commit([Append(stream, 0, [Fact(event, Metadata("", when, when))])]))
    house.runner.catch_up([PeriodsProjection()])
    (found,) = periods(house.read_models)
    assert found.begin == int((MONDAY + timedelta(weeks=4)).timestamp()) // 3600
    assert found.end - found.begin == 2


def test_a_strange_period_teaches_at_most_twice_as_much() -> None:
    """Rows of flagged hours are thinned evenly to twice the rate of the others, and the others are all there."""
    usual = [hour * 3600.0 for hour in range(100) for _ in range(3)]
    burst = [50 * 3600.0 + second for second in range(600)]
    rows = sorted(usual + burst)
    kept = capped(rows, lambda at: at, [Period("anomaly", 50, 52)])
    within = [at for at in kept if 50 * 3600 <= at < 52 * 3600]
    assert len(within) == 2 * 3 * 2
    assert [at for at in kept if at not in within] == [at for at in rows if not 50 * 3600 <= at < 52 * 3600]
    assert within[-1] - within[0] > 400


def test_a_period_without_more_visits_is_not_thinned() -> None:
    """What is not above twice the usual rate stays whole; nothing is usual where everything is flagged."""
    rows = [hour * 3600.0 for hour in range(100)]
    assert capped(rows, lambda at: at, [Period("promo", 50, 60)]) == rows
    assert capped(rows, lambda at: at, [Period("promo", 0, 100)]) == rows
    assert capped(list[float](), lambda at: at, [Period("promo", 0, 100)]) == []
