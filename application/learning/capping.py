"""A sale or a strange hour teaches at most so much: rows of flagged periods are thinned to twice the usual rate."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from domain.traffic.periods import HOUR_S, Period
from domain.traffic.policy import NOISE

T = TypeVar("T")


def capped(
    rows: Sequence[T],
    when: Callable[[T], float],
    periods: Sequence[Period],
    most: float = NOISE.periods.most_training_share,
) -> list[T]:
    """Return the rows without those that are too many in flagged hours, evenly chosen, in their order.

    `when`: Unix seconds; `rows` in that order. `most`: times the rate of the hours that are not flagged.
    """
    hours = [int(when(row) // HOUR_S) for row in rows]
    span = range(hours[0], hours[-1] + 1) if hours else range(0)
    flagged = {hour for one in periods for hour in range(max(one.begin, span.start), min(one.end, span.stop))}
    within = [place for place, hour in enumerate(hours) if hour in flagged]
    usual = len(span) - len(flagged)
    if not within or not usual:
        return list(rows)
    room = int(most * (len(rows) - len(within)) / usual * len(flagged))
    if len(within) <= room:
        return list(rows)
    kept = {within[number * len(within) // room] for number in range(room)} if room else set[int]()
    dropped = set(within) - kept
    return [row for place, row in enumerate(rows) if place not in dropped]
