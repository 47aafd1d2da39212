"""The hours of a source as arrays over slots of five minutes, up to the moment that is judged."""

from collections.abc import Mapping
from typing import Self

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.projections.feed import KEPT_HOURS, Feeding, Hour
from domain.feed.policy import SLOTS_AN_HOUR

#: Slots of a series: all that is kept.
LENGTH = KEPT_HOURS * SLOTS_AN_HOUR


@frozen(eq=False)
class Series:
    """Column t is slot `start + t`; the last of `LENGTH` columns is the last slot that is over.

    `events`: int64 [e, LENGTH]. `nulls`: int64 [f, LENGTH] for every field that was ever empty; `of`: [f], the row of
    its event. `first`: the column from which everything is known, `LENGTH` if nothing is.
    """

    source: str
    start: int
    first: int
    names: tuple[str, ...]
    events: NDArray[np.int64]
    fields: tuple[str, ...]
    of: NDArray[np.int64]
    nulls: NDArray[np.int64]

    @classmethod
    def of_hours(cls, source: str, feed: Feeding, hours: Mapping[int, Hour], end: int) -> Self:
        """Return the series up to before slot `end`. The first hour ever came in the middle: it is left out."""
        start = end - LENGTH
        names = tuple(sorted({name for row in hours.values() for name in row.events}))
        fields = tuple(sorted({key for row in hours.values() for key in row.nulls}))
        places, lacks = {name: n for n, name in enumerate(names)}, {key: n for n, key in enumerate(fields)}
        # An hour more on both sides, as the hours need not begin where the series does.
        events = np.zeros((len(names), LENGTH + 2 * SLOTS_AN_HOUR), np.int64)
        nulls = np.zeros((len(fields), LENGTH + 2 * SLOTS_AN_HOUR), np.int64)
        for hour, row in hours.items():
            at = hour * SLOTS_AN_HOUR - start + SLOTS_AN_HOUR
            if not 0 <= at <= LENGTH + SLOTS_AN_HOUR:
                continue
            for name, counts in row.events.items():
                events[places[name], at : at + SLOTS_AN_HOUR] = counts
            for key, counts in row.nulls.items():
                nulls[lacks[key], at : at + SLOTS_AN_HOUR] = counts
        kept = slice(SLOTS_AN_HOUR, SLOTS_AN_HOUR + LENGTH)
        return cls(
            source,
            start,
            min(max((feed.first + 1) * SLOTS_AN_HOUR - start, 0), LENGTH),
            names,
            events[:, kept],
            fields,
            np.array([places[key.rpartition(".")[0]] for key in fields], np.int64),
            nulls[:, kept],
        )


def rolling(counts: NDArray[np.int64], window: int) -> NDArray[np.float64]:
    """Return at each column of [.., n] the sum over the `window` columns that end with it; fewer at the beginning."""
    total = np.cumsum(counts, axis=-1, dtype=np.float64)
    total[..., window:] -= total[..., :-window].copy()
    return total
