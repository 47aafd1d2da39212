"""Who comes when: all visits of a season, drawn before it begins so that they stay under its ceilings."""

from collections.abc import Iterator, Sequence
from heapq import merge

import numpy as np
from attrs import frozen

from adapters.sources.simulation.season import DAY_MS, Season
from adapters.sources.simulation.weather import Weather

#: Means of the behaviour in `visit`, measured over several seeds; what the ceilings are divided by.
_PAIRS, _EVENTS = 4.6, 10.5
_VISITS = 3.0
_IN_STORE = 0.07
_FEWEST_WITH_MACHINES = 50
#: Kinds of machines (`bots.KINDS`) and how often each comes.
_MACHINES = ("declared", "scraper", "rotating", "carding", "agent")
_OFTEN = (0.4, 0.15, 0.15, 0.15, 0.15)
#: Two peaks: around noon and in the evening.
_HOURS = np.array([1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 3, 3.5, 4, 4.5, 5.5, 5, 4, 4, 4.5, 5, 6, 8, 9, 8, 5, 2.5])


@frozen
class Planned:
    """`shopper`: her number, or -1 for a machine of a kind. `at`: milliseconds since the season began."""

    at: int
    shopper: int
    in_store: bool = False
    machine: str = ""


def planned(
    season: Season, weather: Weather, activity: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> Iterator[Planned]:
    """Yield the visits in order of time. Holds three numbers for each: a few per shopper."""
    rng = np.random.default_rng([season.seed, 8])
    visits = int(min(_VISITS * season.shoppers, 0.93 * season.most_pairs / _PAIRS, 0.93 * season.most_events / _EVENTS))
    everybody = np.arange(season.shoppers) if visits > 1.5 * season.shoppers else np.empty(0, np.int64)
    more = rng.choice(season.shoppers, max(0, visits - len(everybody)), p=activity / activity.sum())
    who = np.concatenate([everybody, more])
    day = rng.choice(season.days, len(who), p=weather.visits / weather.visits.sum())
    hour = rng.choice(24, len(who), p=_HOURS / _HOURS.sum())
    at = day * DAY_MS + hour * (DAY_MS // 24) + rng.integers(DAY_MS // 24, size=len(who))
    in_store = rng.random(len(who)) < _IN_STORE
    people = (
        Planned(int(at[place]), int(who[place]), bool(in_store[place]))
        for place in np.argsort(at, kind="stable").tolist()
    )
    yield from merge(people, _machines(season, visits), key=lambda one: one.at)


def _machines(season: Season, visits: int) -> Sequence[Planned]:
    """Machines come at any hour, whatever the weather."""
    if visits <= _FEWEST_WITH_MACHINES or not season.machines:
        return ()
    rng = np.random.default_rng([season.seed, 13])
    count = max(len(_MACHINES), round(season.machines * visits))
    kinds = [*_MACHINES, *rng.choice(_MACHINES, count - len(_MACHINES), p=_OFTEN).tolist()]
    at = rng.integers(season.days * DAY_MS, size=count).tolist()
    return sorted(
        (Planned(when, -1, machine=kind) for when, kind in zip(at, kinds, strict=True)), key=lambda one: one.at
    )
