"""What happened to the shoppers and works on in them: talk among friends, regret, memory, lessons about sizes.

None of our models assumes the first two: they are here so that a simulated shop is not made of what we believe.
"""

from collections import defaultdict

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.sources.simulation.dice import Dice
from adapters.sources.simulation.liking import Liking

#: A purchase makes its silhouette and pattern more wanted in the buyer's circle, for so many days.
_TALK, _TALKED_DAYS = 1.0, 10.0
#: After a return for taste the brand is avoided for so many days.
_REGRET, _REGRETTED_DAYS = 2.5, 21.0


@define(eq=False)
class Minds:
    """Grows with the shoppers, not with their events: what is over is dropped when it is next looked at."""

    liking: Liking
    remembered: dict[int, int] = field(factory=dict)
    _talk: defaultdict[int, list[tuple[float, int]]] = field(factory=lambda: defaultdict(list))
    _regret: defaultdict[int, list[tuple[float, int]]] = field(factory=lambda: defaultdict(list))
    _lessons: dict[int, tuple[int, float]] = field(factory=dict)

    def appeal(self, shopper: int, day: float) -> NDArray[np.float32]:
        """Return the appeal of each product to her, as she is now."""
        score, codes = self.liking.appeal(shopper, day), self.liking.codes
        circle = int(self.liking.shoppers.circle[shopper])
        self._talk[circle] = [one for one in self._talk[circle] if day - one[0] < _TALKED_DAYS]
        self._regret[shopper] = [one for one in self._regret[shopper] if day - one[0] < _REGRETTED_DAYS]
        for _, product in self._talk[circle]:
            score += np.float32(_TALK) * (codes[:, 1:3] == codes[product, 1:3]).all(axis=1)
        for since, brand in self._regret[shopper]:
            if since <= day:
                score -= np.float32(_REGRET) * (codes[:, 5] == brand)
        return score

    def bought(self, shopper: int, product: int, day: float) -> None:
        self._talk[int(self.liking.shoppers.circle[shopper])].append((day, product))

    def regretted(self, shopper: int, product: int, day: float) -> None:
        self._regret[shopper].append((day, int(self.liking.codes[product, 5])))

    def learned(self, shopper: int, product: int) -> None:
        """Remember how the brand whose piece went back runs; the latest lesson is the one that stays."""
        self._lessons[shopper] = int(self.liking.codes[product, 5]), float(self.liking.offset[product])

    def label(self, shopper: int, product: int, dice: Dice) -> int:
        """Return the number of the label that she takes for her size."""
        brand, offset = self._lessons.get(shopper, (-1, 0.0))
        known = offset if brand == self.liking.codes[product, 5] else 0.0
        body = float(self.liking.shoppers.body[shopper, self.liking.axis[product]])
        highest = len(self.liking.styles[product].sizes) - 1
        return min(max(round(body - known + 0.25 * dice.bell()), 0), highest)
