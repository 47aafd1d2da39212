"""Bands of the same time of day on the days before: median, and the robust spread of everything around it.

Counts and shares are brought to a scale on which their spread does not depend on their size (square root; arc sine of
the square root: Anscombe 1948), so that the deviations of the hours around and of all days are of one kind and can be
pooled: fourteen values alone would know their own spread to a fifth at best.
"""

from typing import TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from domain.feed.policy import SLOTS_A_DAY, SLOTS_AN_HOUR, FeedPolicy

Array = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)
#: Neighbours that are pooled stand this far apart: those between say the same again.
_STRIDE = 4
_WEEK = 7
#: Makes a median deviation comparable with a standard deviation.
_NORMAL = 1.4826


@frozen(eq=False)
class Band:
    """What is usual of [s, t] series and slots, on the scale of the values.

    The median of the days before, the mean of the same weekday, one robust standard deviation, and the days known.
    `least`, `most`: between which shares of the median a whole day may lie; 1 where days are not told apart.
    """

    centre: Array
    weekly: Array
    spread: Array
    days: NDArray[np.int64]
    least: Array
    most: Array


@frozen
class Span:
    """The columns `low` to before `high` that are judged, and where their history lies."""

    low: int
    high: int
    policy: FeedPolicy

    def history(self, values: Array, first: int) -> Array:
        """Return [.., t + 2 * beside, days] of [.., n]: the same time of the days before, NaN before column `first`."""
        beside = self.policy.beside
        grid = np.arange(self.low - beside, self.high + beside)
        places = grid[:, None] - SLOTS_A_DAY * np.arange(1, self.policy.days + 1)
        found = values[..., np.maximum(places, 0)]
        return np.where(places >= max(first, 0), found, np.nan)

    def now(self, values: NDArray[Number]) -> NDArray[Number]:
        return values[..., self.low : self.high]

    def inner(self, values: NDArray[Number]) -> NDArray[Number]:
        """Leave out the slots that are there for their neighbours only."""
        beside = self.policy.beside
        return values[..., beside : values.shape[-1] - beside]


def band(history: Array, span: Span, *, by_day: bool = False) -> Band:
    """Return the band of [s, t + 2 * beside, days].

    `by_day`: days are busy or quiet as a whole (weekends, rain), so the spread is that around each day's own level, and
    the levels make a range of their own: one spread for both would hide a fault behind the weekend.
    """
    beside = span.policy.beside
    centre = _median(history)
    slots = history.shape[-2] - 2 * beside
    neighbours = np.arange(slots)[:, None] + np.arange(0, 2 * beside + 1, _STRIDE)
    least = most = np.ones_like(span.inner(centre))
    if by_day:
        level = _levels(history, centre, beside)
        around = history[..., neighbours, :] - level[..., None, :] * centre[..., neighbours, None]
        least, most = _fences(level)
    else:
        around = (history - centre[..., None])[..., neighbours, :]
    pooled = np.abs(around).reshape(*around.shape[:-2], around.shape[-2] * around.shape[-1])
    weeks = history[..., _WEEK - 1 :: _WEEK]
    hour = np.arange(slots)[:, None] + beside + np.arange(-SLOTS_AN_HOUR, SLOTS_AN_HOUR + 1)
    weekly = _mean(weeks[..., hour, :].reshape(*weeks.shape[:-2], slots, hour.shape[1] * weeks.shape[-1]))
    days = np.isfinite(history).sum(axis=-1)
    return Band(span.inner(centre), weekly, _NORMAL * _median(pooled), span.inner(days), least, most)


def _levels(history: Array, centre: Array, beside: int) -> Array:
    """Return [s, t, days]: how much of the median there was around each slot on each day, NaN of nothing."""
    known = np.isfinite(history)
    there = _around(np.where(known, history, 0), beside)
    usual = _around(np.where(known, np.nan_to_num(centre)[..., None], 0), beside)
    return np.where(usual > 0, there / np.maximum(usual, 1e-9), np.nan)


def _around(values: Array, beside: int) -> Array:
    """Return the sums of [s, g, days] over `2 * beside + 1` slots around those that have all of them."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0), (0, 0))), axis=1)
    width = 2 * beside + 1
    return np.asarray(total[:, width:] - total[:, :-width])


def _fences(level: Array) -> tuple[Array, Array]:
    """Return Tukey's fences (1977) of [s, t, days] over the days: quartiles and 1.5 times their distance."""
    ordered, known = np.sort(level, axis=-1), np.isfinite(level).sum(axis=-1)
    quarter, last = known // 4, level.shape[-1] - 1
    low = np.take_along_axis(ordered, quarter[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.clip(known - 1 - quarter, 0, last)[..., None], axis=-1)[..., 0]
    return np.maximum(low - 1.5 * (high - low), 0), high + 1.5 * (high - low)


def divergence(counts: Array, expected: Array) -> Array:
    """Return the PSI of [e, ..] counts against [e, ..]: half an event is added to both, as none of one is no proof."""
    p = (counts + 0.5) / (counts + 0.5).sum(axis=0)
    q = (expected + 0.5) / (expected + 0.5).sum(axis=0)
    return np.asarray(((p - q) * np.log(p / q)).sum(axis=0))


def expected_divergence(bins: int, rows: Array, before: Array) -> Array:
    """Return the PSI that chance exceeds once in a hundred, from `domain.md` §10: chi-squared (Wilson, Hilferty)."""
    k = max(bins - 1, 1)
    quantile = k * (1 - 2 / (9 * k) + 2.3263 * np.sqrt(2 / (9 * k))) ** 3
    with np.errstate(divide="ignore"):
        return np.asarray(quantile * (1 / rows + 1 / before))


def _median(values: Array) -> Array:
    """Return the median over the last axis of what is known, NaN of nothing; as `nanmedian`, but fast."""
    ordered, known = np.sort(values, axis=-1), np.isfinite(values).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum(known - 1, 0)[..., None] // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(known // 2, values.shape[-1] - 1)[..., None], axis=-1)
    return np.where(known > 0, (low[..., 0] + np.where(known > 0, high[..., 0], 0)) / 2, np.nan)


def _mean(values: Array) -> Array:
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    return np.where(count > 0, np.where(known, values, 0).sum(axis=-1) / np.maximum(count, 1), np.nan)
