"""Who comes when: all visits of a season, drawn before it begins so that they stay under its ceilings."""

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from adapters.sources.simulation.season import DAY_MS, Season
from adapters.sources.simulation.weather import Weather

#: Means of the behaviour in `visit`, measured over several seeds; what the ceilings are divided by.
_PAIRS, _EVENTS = 4.6, 10.5
_VISITS = 3.0
_IN_STORE = 0.07
BOT_VIEWS = 80
_BOT_SHARE = 0.015
#: Two peaks: around noon and in the evening.
_HOURS = np.array([1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 3, 3.5, 4, 4.5, 5.5, 5, 4, 4, 4.5, 5, 6, 8, 9, 8, 5, 2.5])


@frozen
class Planned:
    """`shopper`: her number, or -1 for a machine. `at`: milliseconds since the season began."""

    at: int
    shopper: int
    in_store: bool


def planned(
    season: Season, weather: Weather, activity: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> Iterator[Planned]:
    """Yield the visits in order of time. Holds three numbers for each: a few per shopper."""
    rng = np.random.default_rng([season.seed, 8])
    visits = int(min(_VISITS * season.shoppers, 0.93 * season.most_pairs / _PAIRS, 0.93 * season.most_events / _EVENTS))
    everybody = np.arange(season.shoppers) if visits > 1.5 * season.shoppers else np.empty(0, np.int64)
    more = rng.choice(season.shoppers, max(0, visits - len(everybody)), p=activity / activity.sum())
    bots = max(1, round(visits * _EVENTS * _BOT_SHARE / BOT_VIEWS)) if visits > 50 else 0
    who = np.concatenate([everybody, more, np.full(bots, -1)])
    day = rng.choice(season.days, len(who), p=weather.visits / weather.visits.sum())
    hour = rng.choice(24, len(who), p=_HOURS / _HOURS.sum())
    at = day * DAY_MS + hour * (DAY_MS // 24) + rng.integers(DAY_MS // 24, size=len(who))
    in_store = rng.random(len(who)) < _IN_STORE
    for place in np.argsort(at, kind="stable").tolist():
        yield Planned(int(at[place]), int(who[place]), bool(in_store[place]))
