"""What a day is like: its weather, weekday, pay day and sales. All by the number of the day in the season."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from adapters.sources.simulation.season import Season

#: Between two pay days; day number 0 is one.
PAY_CYCLE = 28
_YEAR = 364
_WEEK = np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.35, 1.4])
_SALE_EVERY, _SALE_LASTS = 30, 6
SALE = 0.2


@frozen(eq=False)
class Weather:
    """One figure per day. `warmth`: the warmth of garment that suits, 1 to 5. `visits`: weight of the day.

    `sale_groups`: which third of the garments (number modulo 3) is on sale, -1 for no sale.
    """

    warmth: NDArray[np.float32]
    rain: NDArray[np.bool_]
    visits: NDArray[np.float64]
    sale_groups: Sequence[int]

    @classmethod
    def of(cls, season: Season) -> "Weather":
        rng = np.random.default_rng([season.seed, 2])
        day = np.arange(season.days)
        steps, swing = rng.normal(0, 1.6, season.days), 0.0
        swings = [swing := 0.75 * swing + step for step in steps.tolist()]
        temperature = 7 + 11 * np.sin(2 * np.pi * day / _YEAR * 2) + np.array(swings)
        rain = rng.random(season.days) < 0.3
        within, sale = day % _SALE_EVERY, day // _SALE_EVERY
        on_sale = within >= _SALE_EVERY - _SALE_LASTS
        paid = day % PAY_CYCLE < 4
        visits = _WEEK[day % 7] * np.where(rain, 1.2, 1) * np.where(on_sale, 1.3, 1) * np.where(paid, 1.2, 1)
        return cls(
            np.clip(5 - temperature / 6, 1, 5).astype(np.float32),
            rain,
            visits,
            np.where(on_sale, sale % 3, -1).tolist(),
        )


def purse(day: float) -> float:
    """What is left of a month's money: 1.2 on a pay day, falling to 0.75."""
    return 1.2 - 0.45 * (day % PAY_CYCLE) / PAY_CYCLE


def on_day(values: "Sequence[Any] | NDArray[Any]", day: float) -> Any:
    """Return the value of the day; before the first and after the last the nearest counts."""
    return values[min(max(int(day), 0), len(values) - 1)]
