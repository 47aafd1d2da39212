"""What a bench reports. A module `bench_*.py` has `run() -> list[Row]`."""

from collections.abc import Sequence
from statistics import median

from attrs import frozen


@frozen
class Row:
    """One line of the table. `values` are repetitions; `bound` is what the median must reach, if anything."""

    what: str
    values: Sequence[float]
    unit: str
    bound: float | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def holds(self) -> bool:
        return self.bound is None or self.median >= self.bound
