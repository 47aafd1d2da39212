"""Chance, from one seeded generator. Draws are taken in blocks: a draw one by one would cost most of the simulation."""

from collections.abc import Sequence
from math import exp
from typing import Any, TypeVar

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

_BLOCK = 8192
T = TypeVar("T")


@define
class Dice:
    """Every figure depends on the seed and on how many were drawn before."""

    rng: np.random.Generator
    _uniforms: list[float] = field(factory=list)
    _normals: list[float] = field(factory=list)

    @classmethod
    def of(cls, seed: int, use: int) -> "Dice":
        """Dice of their own for every `use` of a seed, so that one use more changes no other one."""
        return cls(np.random.default_rng([seed, use]))

    def roll(self) -> float:
        """Draw evenly from [0, 1)."""
        if not self._uniforms:
            self._uniforms = self.rng.random(_BLOCK).tolist()
        return self._uniforms.pop()

    def bell(self) -> float:
        """Draw from the standard normal distribution."""
        if not self._normals:
            self._normals = self.rng.standard_normal(_BLOCK).tolist()
        return self._normals.pop()

    def chance(self, probability: float) -> bool:
        return self.roll() < probability

    def within(self, lowest: float, highest: float) -> float:
        return lowest + (highest - lowest) * self.roll()

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.roll() * len(options))]

    def around(self, median: float, spread: float) -> float:
        """Draw from a log-normal distribution; `spread` is the deviation of the logarithm."""
        return median * exp(spread * self.bell())

    def softly(self, scores: NDArray[np.floating[Any]], count: int = 1) -> list[int]:
        """Draw `count` places without replacement, each in proportion to the exponential of its score, best first."""
        noisy = scores + self.rng.gumbel(size=len(scores)).astype(np.float32)
        if count == 1:
            return [int(noisy.argmax())]
        count = min(count, len(scores))
        best = np.argpartition(-noisy, count - 1)[:count]
        ranked: list[int] = best[np.argsort(-noisy[best], kind="stable")].tolist()
        return ranked
