"""The alarms that are open at a moment: computed when they are asked for, from the hours that are kept.

Nothing is stored of an alarm, as the worst of them, that nothing comes any more, is no event; so a rebuild cannot
differ, and other figures hold for the past as well.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import evolve, frozen

from application.projections.feed import HOUR_S, Feeding, hours_of
from application.watch.departures import Departures, Truth, departures, span_of
from application.watch.series import Series
from domain.feed.policy import FEED, SLOT_S, SLOTS_A_DAY, Alarm, FeedPolicy, Watched
from domain.traffic.policy import Planned
from ports.event_log import ReadModels


@frozen
class Watch:
    """Alarms by source, the shortest window first, and every source that ever sent something."""

    alarms: tuple[Alarm, ...]
    sources: tuple[Watched, ...]


def watch(read_models: ReadModels, now: float, *, planned: Sequence[Planned] = (), policy: FeedPolicy = FEED) -> Watch:
    """Return what is out of the ordinary at `now` (Unix seconds), which must not lie beyond what is projected."""
    feeds, hours = hours_of(read_models)
    alarms: list[Alarm] = []
    sources: list[Watched] = []
    for source, feed in sorted(feeds.items()):
        if feed.newest < 0:
            continue
        series = Series.of_hours(source, feed, hours.get(source, {}), int(now) // SLOT_S)
        seen = _seen(source, feed, series, policy)
        sources.append(seen)
        if not seen.said:
            alarms += open_alarms(series, policy, planned)
    return Watch(tuple(alarms), tuple(sources))


def open_alarms(series: Series, policy: FeedPolicy = FEED, planned: Sequence[Planned] = ()) -> list[Alarm]:
    """Return the alarms of a source that are open at the end of its series.

    One that was out of band within the last `calm` slots still is: a fault that comes and goes is one alarm.
    """
    slots = series.events.shape[-1]
    spared = planned_slots(series.start, slots, planned)
    found: dict[tuple[str, str], Alarm] = {}
    for window in policy.windows:
        recent = span_of(series, policy.calm, policy)
        for one in departures(series, window, recent, spared):
            for row in np.flatnonzero(one.out.any(axis=1)).tolist():
                found.setdefault((one.kind, one.what[row]), _alarm(series, one, row))
        if any(alarm.window_s == window * SLOT_S for alarm in found.values()):
            begun = dict(_beginnings(series, window, spared, policy))
            found = {
                key: evolve(alarm, since=begun[key]) if alarm.window_s == window * SLOT_S else alarm
                for key, alarm in found.items()
            }
    return list(found.values())


def planned_slots(start: int, slots: int, planned: Sequence[Planned]) -> Truth:
    """Return [slots], true where the shop had planned something."""
    spared = np.zeros(slots, np.bool_)
    for one in planned:
        begin, end = int(one.begin.timestamp() // SLOT_S), -int(-one.end.timestamp() // SLOT_S)
        spared[min(max(begin - start, 0), slots) : min(max(end - start, 0), slots)] = True
    return spared


def _alarm(series: Series, one: Departures, row: int) -> Alarm:
    at = int(np.flatnonzero(one.out[row])[-1])
    seen = float(one.seen[row, at])
    kind = "silent" if one.kind == "volume" and seen == 0 else one.kind
    low, high = max(float(one.low[row, at]), 0.0), float(one.high[row, at])
    return Alarm(kind, series.source, one.what[row], 0, low, high, seen, one.window * SLOT_S)


def _beginnings(
    series: Series, window: int, spared: Truth, policy: FeedPolicy
) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield when what is out of band began to be: back to an hour within it, or as far as is looked."""
    span = span_of(series, policy.lookback, policy)
    for one in departures(series, window, span, spared):
        for row in np.flatnonzero(one.out.any(axis=1)).tolist():
            out = np.flatnonzero(one.out[row])
            pauses = np.flatnonzero(np.diff(out) > policy.calm)
            begun = out[pauses[-1] + 1] if len(pauses) else out[0]
            yield (one.kind, one.what[row]), int(series.start + span.low + begun - window + 1) * SLOT_S


def _seen(source: str, feed: Feeding, series: Series, policy: FeedPolicy) -> Watched:
    days = (series.events.shape[-1] - series.first) / SLOTS_A_DAY
    if feed.clock == "backfill":
        said = "history: it ends where it ends, and is held against nothing"
    elif days <= policy.fewest_days:
        said = f"too little history: {days:.1f} of {policy.fewest_days} days"
    else:
        said = ""
    return Watched(source, feed.clock or "live", round(days, 1), (feed.newest + 1) * HOUR_S, said)
