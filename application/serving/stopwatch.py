"""How long each stage of an answer took, in milliseconds: part of the slate's record."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from attrs import define, field


@define
class Stopwatch:
    milliseconds: dict[str, float] = field(factory=dict)
    _started: float = field(factory=perf_counter)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = perf_counter()
        try:
            yield
        finally:
            self.milliseconds[name] = round(1000 * (perf_counter() - begun), 3)

    def total(self) -> float:
        return round(1000 * (perf_counter() - self._started), 3)
