"""What was compared, feature by feature: how many differ, by how much, where the most, and why if that is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import asdict, define, field, frozen
from numpy.typing import NDArray

from application.parity.computing import Showing

#: Features are logged with six digits after the point.
ROUNDING = 0.5e-6
#: Beyond this a difference is one: of the value, or of 1 where that is more.
BOUND = 1e-6

#: Why serving read something else, and that this is known.
EXCUSES: Mapping[str, str] = {
    "read_earlier": "what moves with every event is read every few minutes, and the product moved since",
    "listed_since": "the catalogue is read when a release is opened, and was changed since",
    "not_projected": "known by its time when the slate was made, but in the log only after it",
    "not_weighed": "serving does not weigh a customer's touches by the marks of noise",
    "newest_only": "serving makes a profile of the newest touches only",
    "erased": "somebody was forgotten since, whose touches are no longer there",
}
#: Why it is wrong.
FAULTS: Mapping[str, str] = {
    "engine": "the fold over the same observations gives what was logged: the batch engine is wrong",
    "future": "what was known only after the slate had been taken into account",
    "unexplained": "neither the declarations nor anything known gives this value",
}


def difference(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much two differ, as a share of the larger, or of 1 where that is more, less what rounding makes."""
    apart = np.maximum(np.abs(one - other) - ROUNDING, 0.0)
    return np.asarray(apart / np.maximum(1.0, np.maximum(np.abs(one), np.abs(other))), np.float64)


@frozen
class Worst:
    slate_id: str
    product_id: str
    difference: float
    logged: float
    computed: float
    why: str


@define(eq=False)
class Column:
    """One feature. `why`: cause -> how many of those that differ it explains, or does not excuse."""

    name: str
    why: Counter[str] = field(init=False, factory=Counter)
    worst: Worst | None = field(init=False, default=None)
    _apart: list[NDArray[np.float32]] = field(init=False, factory=list)

    def take(
        self,
        slate_id: str,
        products: Sequence[str],
        logged: NDArray[np.float64],
        computed: NDArray[np.float64],
        why: Sequence[str],
    ) -> None:
        """Take in the places of one slate; `why` has a word wherever they differ, several joined by +."""
        apart = difference(logged, computed)
        self._apart.append(apart.astype(np.float32))
        self.why.update(one for one in why if one)
        for place in np.flatnonzero(apart > BOUND).tolist():
            figures = (float(apart[place]), float(logged[place]), float(computed[place]))
            new = Worst(slate_id, products[place], *figures, why=why[place])
            if self.worst is None or self._rank(new) > self._rank(self.worst):
                self.worst = new

    def summary(self) -> dict[str, Any]:
        """Return the figures; `differ` is a share, the differences are shares of the value."""
        apart = np.concatenate([np.zeros(0, np.float32), *self._apart])
        some = apart if len(apart) else np.zeros(1, np.float32)
        p50, p99 = np.quantile(some, [0.5, 0.99]).tolist()
        return {
            "feature": self.name,
            "rows": len(apart),
            "differ": float((some > BOUND).mean()),
            "p50": p50,
            "p99": p99,
            "max": float(some.max()),
            "worst": None if self.worst is None else asdict(self.worst),
            "why": dict(self.why),
            "faults": self.faults,
        }

    @property
    def faults(self) -> int:
        return sum(count for why, count in self.why.items() if why in FAULTS)

    @staticmethod
    def _rank(one: Worst) -> tuple[bool, float]:
        """What nothing excuses is worse than whatever something does."""
        return one.why in FAULTS, one.difference


@define(eq=False)
class Report:
    """`skipped`: why a slate was not compared -> how many."""

    slates: int = 0
    skipped: Counter[str] = field(init=False, factory=Counter)
    columns: dict[str, Column] = field(init=False, factory=dict)

    def take(self, showing: Showing, computed: NDArray[np.float64], why: Sequence[Sequence[str]] = ()) -> None:
        """Take in a slate. `computed`: float64 [places, features]; `why`: causes alike, none if all is equal."""
        self.slates += 1
        logged, served = showing.logged, showing.served
        for place, name in enumerate(served.feature_names):
            column = self.columns.setdefault(name, Column(name))
            causes = [row[place] for row in why] or [""] * len(logged)
            column.take(served.slate_id, showing.products, logged[:, place], computed[:, place], causes)

    @property
    def exact(self) -> bool:
        """Tell whether everything is what it should be, but for what is known and excused."""
        return not any(one.faults for one in self.columns.values())

    def summary(self) -> dict[str, Any]:
        return {
            "slates": self.slates,
            "skipped": dict(self.skipped),
            "exact": self.exact,
            "features": [one.summary() for one in self.columns.values()],
        }

    def gauges(self) -> Mapping[str, Mapping[str, float]]:
        """Return figures by name and feature."""
        largest = {one["feature"]: one["max"] for one in self.summary()["features"]}
        return {"difference": largest, "faults": {name: float(one.faults) for name, one in self.columns.items()}}
