"""Which windows of a source are out of band: how much came, which events it was made of, and what they lacked."""

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from application.watch.bands import Array, Band, Span, band, divergence, expected_divergence
from application.watch.series import Series, rolling
from domain.feed.policy import FeedPolicy, Kind

EVERYTHING = "all events"
Truth = NDArray[np.bool_]


@frozen(eq=False)
class Departures:
    """Of what [s] was looked at, over `window` slots that end with each of [t]: what was seen, its band, if it is out.

    `seen`, `low`, `high`: [s, t], events or shares.
    """

    kind: Kind
    what: Sequence[str]
    window: int
    seen: Array
    low: Array
    high: Array
    out: Truth


def departures(series: Series, window: int, span: Span, planned: Truth) -> Iterator[Departures]:
    """Look at all of a source over `window` slots. `planned`: [n], slots in which much or little is no news."""
    events, nulls = rolling(series.events, window), rolling(series.nulls, window)
    total, first = events.sum(axis=0), series.first + window - 1
    look = _Look(window, span, first)
    yield look.volume(total, rolling(planned.astype(np.int64), window) > 0)
    yield look.shares("mix", series.names, events, np.broadcast_to(total, events.shape))
    yield look.shares("nulls", series.fields, nulls, events[series.of])
    yield look.together(events, total)


@frozen
class _Look:
    """Windows of so many slots. `first`: the column from which on they are whole."""

    window: int
    span: Span
    first: int

    def volume(self, total: Array, planned: Truth) -> Departures:
        span, policy = self.span, self.span.policy
        seen = span.now(total)[None]
        history = span.history(np.where(planned, np.nan, np.sqrt(total))[None], self.first)
        found = band(history, span, by_day=True)
        reach = policy.deviations * np.maximum(found.spread, 0.5)  # a count is known to half a step of its root at best
        centre, weekly = _centres(found)
        least, most = np.minimum(found.least * centre, weekly), np.maximum(found.most * centre, weekly)
        low = np.minimum(np.maximum(least - reach, 0) ** 2, np.minimum(centre, weekly) ** 2 / policy.factor)
        high = np.maximum((most + reach) ** 2, np.maximum(centre, weekly) ** 2 * policy.factor)
        told = (found.days >= policy.fewest_days) & (found.centre**2 >= policy.fewest)
        out = told & ((seen < low) | (seen > high)) & ~(span.now(planned)[None] & (seen > 0))
        return Departures("volume", (EVERYTHING,), self.window, seen, low, high, out)

    def shares(self, kind: Kind, what: Sequence[str], part: Array, whole: Array) -> Departures:
        """Hold the share of `part` in `whole`, [s, n] both, against its band."""
        span, policy = self.span, self.span.policy
        rows = span.now(whole)
        # Half of what is judged is enough to know what is usual: there are many days of it.
        share = np.where(whole >= policy.fewest / 2, part / np.maximum(whole, 1), np.nan)
        seen = np.nan_to_num(span.now(share))
        found = band(span.history(np.arcsin(np.sqrt(share)), self.first), span)
        reach = policy.deviations * np.maximum(found.spread, 0.5 / np.sqrt(np.maximum(rows, 1)))
        lows, highs = [], []
        for angle in _centres(found):
            centre = np.sin(angle) ** 2
            matters = np.maximum(
                policy.least_share if kind == "mix" else policy.least_null, np.minimum(centre, 1 - centre) / 2
            )
            lows.append(np.minimum(np.sin(np.maximum(angle - reach, 0)) ** 2, centre - matters))
            highs.append(np.maximum(np.sin(np.minimum(angle + reach, np.pi / 2)) ** 2, centre + matters))
        low, high = np.minimum(*lows), np.maximum(*highs)
        told = (found.days >= policy.fewest_days) & (rows >= policy.fewest)
        half = 0.5 / np.maximum(rows, 1)  # Yates' correction: a share moves by whole events
        out = told & ((seen + half < low) | (seen - half > high))
        return Departures(kind, what, self.window, seen, low, high, out)

    def together(self, events: Array, total: Array) -> Departures:
        """Hold the mix against that of all days before together, and its PSI against those of these days with it.

        §10 corrects for the size of the sample as if every event were drawn alone. They come in visits, so that chance
        alone goes beyond; what it does here is known from the days before.
        """
        span, policy = self.span, self.span.policy
        rows = span.now(total)
        history = span.history(events, self.first)
        before = np.nan_to_num(history).sum(axis=-1)
        psi = np.where(
            history.sum(axis=0) >= policy.psi_rows / 2,
            divergence(np.nan_to_num(history), before[..., None]),
            np.nan,
        )
        found = band(np.sqrt(psi)[None], span)
        usual = span.inner(before)
        seen = divergence(span.now(events), usual)[None]
        chance = expected_divergence(len(events), np.maximum(rows, 1), np.maximum(usual.sum(axis=0), 1))
        high = np.maximum(np.maximum(policy.psi, chance), (found.centre + policy.deviations * found.spread) ** 2)
        told = (found.days >= policy.fewest_days) & (rows >= policy.psi_rows)
        return Departures(
            "mix", ("all shares (PSI)",), self.window, seen, np.zeros_like(high), high, told & (seen > high)
        )


def _centres(found: Band) -> tuple[Array, Array]:
    """Return what was usual at this time of day, and at this time of the week where that is known."""
    return found.centre, np.where(np.isfinite(found.weekly), found.weekly, found.centre)


def span_of(series: Series, slots: int, policy: FeedPolicy) -> Span:
    """Return the last `slots` of a series."""
    end = series.events.shape[-1]
    return Span(end - slots, end, policy)
