"""Hours that were out of the ordinary, by the same hour of the week before, and those that the shop had planned."""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import median
from typing import Literal

from attrs import frozen

from domain.traffic.policy import PeriodRules

WEEK = 168
HOUR_S = 3600


@frozen
class Period:
    """From hour `begin` to before hour `end`, in hours since 1970. `z`: of the wildest hour of an anomaly."""

    kind: Literal["anomaly", "promo"]
    begin: int
    end: int
    z: float = 0.0
    name: str = ""


def robust_z(count: int, before: Sequence[int]) -> float:
    """Return how far a count is from those of the same hour in earlier weeks.

    The spread is the median deviation, but never less than that of counting itself (Poisson): where the same hour
    always saw two visits, a third is no event (ours; §2 leaves a spread of nothing open).
    """
    centre = median(before)
    deviation = 1.4826 * median(abs(one - centre) for one in before)
    return (count - centre) / max(deviation, sqrt(centre), 1.0)


def flagged(counts: Mapping[int, int], rules: PeriodRules) -> Sequence[Period]:
    """Return the periods in order of time. `counts`: events by hour since 1970; hours without any count as none."""
    if not counts:
        return _planned(rules)
    first, last = min(counts), max(counts)
    wild = {hour: z for hour in range(first, last + 1) if abs(z := _z_of(hour, first, counts, rules)) > rules.most_z}
    found = [
        Period("anomaly", run[0], run[-1] + 1, max((wild[hour] for hour in run), key=abs))
        for run in _runs(wild)
        if len(run) >= rules.fewest_hours
    ]
    return sorted([*found, *_planned(rules)], key=lambda one: (one.begin, one.kind))


def _z_of(hour: int, first: int, counts: Mapping[int, int], rules: PeriodRules) -> float:
    weeks = [hour - WEEK * week for week in range(1, rules.weeks + 1) if hour - WEEK * week >= first]
    if len(weeks) < rules.fewest_weeks:
        return 0.0
    return robust_z(counts.get(hour, 0), [counts.get(one, 0) for one in weeks])


def _runs(hours: Iterable[int]) -> Iterable[list[int]]:
    run: list[int] = []
    for hour in sorted(hours):
        if run and hour != run[-1] + 1:
            yield run
            run = []
        run.append(hour)
    if run:
        yield run


def _planned(rules: PeriodRules) -> list[Period]:
    return [
        Period("promo", int(one.begin.timestamp() // HOUR_S), -int(-one.end.timestamp() // HOUR_S), name=one.name)
        for one in rules.planned
    ]
