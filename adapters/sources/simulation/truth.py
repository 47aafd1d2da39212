"""What is really so in the simulated shop. For tests and evaluation only; an import contract keeps all others out.

Hidden causes that our models can in principle learn: tastes in the attributes of products, alike within twelve kinds
of people and drifting over the season; bodies, and brands that run large or small; budgets; the weather.
Causes that no model of ours assumes:
1. Circles of six friends: a purchase makes its silhouette with its pattern more wanted in the circle for ten days.
2. Pay day: what is left of the month's money falls from one 28th day to the next, and dear pieces with it.
3. Regret: after a return for taste the brand is avoided for three weeks.
`Truth.appeal` holds the second; the other two depend on what happened and come on top of it.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from attrs import define
from numpy.typing import NDArray

from adapters.sources.simulation.bots import KINDS
from adapters.sources.simulation.carriers import Carriers
from adapters.sources.simulation.liking import Liking
from adapters.sources.simulation.season import Season


@define(eq=False, slots=False)
class Truth:
    season: Season
    products: tuple[str, ...]
    _liking: Liking
    _carriers: Carriers

    @classmethod
    def of(cls, season: Season) -> "Truth":
        liking = Liking.of(season)
        return cls(season, tuple(style.product_id for style in liking.styles), liking, Carriers.of(season))

    def shopper_of(self, kind: str, value: str) -> int | None:
        """Return whose identifier this is: kinds `account`, `loyalty`, `email`, `device`, `anonymous`.

        None for machines, and for what several people use: tablets at home and stands in the store.
        """
        return self._owners.get((kind, value))

    def class_of(self, kind: str, value: str) -> str:
        """Return who an identifier really is: `human`, `declared`, `scraper`, `rotating`, `carding` or `agent`.

        What several people use is human.
        """
        if kind != "anonymous":
            return "human"
        return next((one for beginning, one in KINDS.items() if value.startswith(beginning)), "human")

    def appeal(self, shopper: int, day: float) -> NDArray[np.float32]:
        """Return the expected appeal of each of `products`, on sale or not: without position, noise and exposure.

        `day` counts from the first midnight of the season. A difference of 1 makes a product e times as attractive.
        """
        return self._liking.appeal(shopper, day)

    def misfit(self, shopper: int, product_id: str, size_label: str) -> float:
        """Return by how many steps of its label a size is too large for her; below 0 it is too small.

        Beyond 0.85 either way, give or take 0.3, a piece goes back. Errors: `KeyError`, `ValueError` for no such size.
        """
        number = self._numbers[product_id]
        label = self._liking.styles[number].sizes.index(size_label)
        return self._liking.misfit(shopper, number, label)

    def circle(self, shopper: int) -> int:
        """Return the number of her circle of friends."""
        return int(self._liking.shoppers.circle[shopper])

    @cached_property
    def _owners(self) -> Mapping[tuple[str, str], int]:
        return {name: shopper for shopper in range(self.season.shoppers) for name in self._carriers.names(shopper)}

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {product: number for number, product in enumerate(self.products)}
