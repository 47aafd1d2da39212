"""Why a slate was made of other values: a known cause is carried out, and explains only what it reproduces."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from attrs import frozen
from msgspec.structs import replace
from numpy.typing import NDArray

from application.features.fold import Fold, known_by
from application.features.steps import State
from application.features.touch import Observation, Touch
from application.parity.computing import Layout, Showing
from application.parity.report import BOUND, difference
from application.serving.context import MOST_TOUCHES
from ports.measures import Value

#: What serving may have done to a customer's touches, alone and together.
_OF_CUSTOMERS = ("not_projected", "not_weighed", "newest_only")
_TRIES = [some for count in range(4) for some in combinations(_OF_CUSTOMERS, count)]
#: Features of everybody's touches. What an erasure, or what came late, made of them is not computed but believed.
OF_EVERYBODY = frozenset(["popularity", "return_share", "price", "price_gap", "discount"])
Floats = NDArray[np.float64]
#: (values of the customer, moment, catalogue) -> float64 [places, features]
Features = Callable[[Mapping[str, Value], int, Layout], Floats]


@frozen(eq=False)
class Case:
    """What is known about one slate that differs.

    `observations`: all versions of what was ever of one of its owners. `computed`: the customer's values by the batch
    engine. `moments`: how many there are at which the product measures may have been read, in pairs between which they
    did not change; they are counted from the last, which is -1 and the slate's. `late`: bool [places], whether what
    came after the slate says something of the product that was known before.
    `layouts`: the catalogue as it was then, and, if that is another, as it was when the release was made. `erased`:
    whether somebody was forgotten since.
    """

    showing: Showing
    observations: Sequence[Observation]
    customers: Fold
    computed: Mapping[str, Value]
    moments: int
    late: NDArray[np.bool_]
    layouts: Sequence[Layout]
    erased: bool
    features: Features

    def causes(self, logged: Floats, apart: NDArray[np.bool_]) -> list[list[str]]:
        """Return, for each place and feature that is `apart` [places, features], why that is; "" for the others."""
        why = [["unexplained" if one else "" for one in row] for row in apart.tolist()]
        names = self.showing.served.feature_names
        left = apart.copy()

        def settle(found: NDArray[np.bool_], cause: str) -> None:
            for place, column in np.argwhere(found & left).tolist():
                why[place][column] = cause
            left[found] = False

        for cause, features in self._faults():
            settle(_equal(logged, features), cause)
        tries = list(self._tries())
        for excuses, values, layout in tries[1:]:
            settle(_equal(logged, self.features(values, -1, layout)), "+".join(excuses))
        for excuses, values, layout in tries:
            if not left.any():
                break
            for moment in range(-1, -self.moments, -2):
                ends = [self.features(values, moment, layout), self.features(values, moment - 1, layout)]
                between = np.clip(logged, np.minimum(*ends), np.maximum(*ends))
                settle(_equal(logged, between), "+".join((*excuses, "read_earlier")))
        everybody = np.array([one in OF_EVERYBODY for one in names])
        settle(self.late[:, np.newaxis] & everybody, "not_projected")
        if self.erased:
            settle(np.broadcast_to(everybody, apart.shape), "erased")
        return why

    def _faults(self) -> Iterator[tuple[str, Floats]]:
        """Yield what would be wrong, and what features it would make."""
        plain = self._values(())
        if plain != self.computed:
            yield "engine", self.features(plain, -1, self.layouts[0])
        leaked = self._values((), known=float("inf"))
        if leaked != plain:
            yield "future", self.features(leaked, -1, self.layouts[0])

    def _tries(self) -> Iterator[tuple[tuple[str, ...], Mapping[str, Value], Layout]]:
        """Yield excuses, none first, then the fewest, with what they make of the customer and of the catalogue."""
        seen: list[Mapping[str, Value]] = []
        for some in _TRIES:
            values = self._values(some) if some else self.computed
            if values in seen:
                continue
            seen.append(values)
            for layout, more in zip(self.layouts, ((), ("listed_since",)), strict=False):
                yield (*some, *more), values, layout

    def _values(self, excuses: Sequence[str], known: float | None = None) -> Mapping[str, Value]:
        """Fold the customer's touches as serving would have them under some excuses."""
        at = self.showing.at
        before = self.showing.position if "not_projected" in excuses else float("inf")
        told = [one for one in self.observations if one.position < before]
        current = known_by(told, at if known is None else known)
        touches = self._theirs([one for one in current if one.at < at])
        if "newest_only" in excuses:
            touches = sorted(touches, key=lambda one: (one.at, one.product))[-MOST_TOUCHES:]
        state: State = {}
        for one in touches:
            self.customers.add(state, replace(one, counts=1.0) if "not_weighed" in excuses else one)
        return self.customers.read(state, at)

    def _theirs(self, current: Sequence[Touch]) -> list[Touch]:
        """Return the product touches of the first of the owners who has any."""
        for owner in self.showing.owners:
            theirs = [one for one in current if one.product and getattr(one, owner.entity) == owner.key]
            if theirs:
                return theirs
        return []


def _equal(logged: Floats, other: Floats) -> NDArray[np.bool_]:
    return difference(logged, other) <= BOUND
