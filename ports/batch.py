"""Batch features: the values of declared measures for many at once, from the parts of the lake."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ports.measures import Measure, References


class EngineUnavailable(Exception):
    """What the engine runs on is not installed: the message says how to get it."""


@frozen
class Request:
    """One who is asked about: the features of `key` at the time `at`, from what was known by `known` (Unix seconds)."""

    key: str
    at: float
    known: float


@frozen(eq=False)
class Values:
    """One row per number: `request` int64 [n] is the place in `keys`; `measure` int64 [n] the place in `measures`.

    `part`: [n] of text, the key that a number is split by, "" for a single number. `value`: float64 [n]. A measure of
    single numbers has a row for every request; one that is split has a row for each key that it has a value for: none
    for the style vector of who touched nothing that has a vector.
    """

    keys: Sequence[str]
    measures: Sequence[str]
    request: NDArray[np.int64]
    measure: NDArray[np.int64]
    part: NDArray[Any]
    value: NDArray[np.float64]


class BatchEngine(Protocol):
    """Reads parts of the lake, keeps nothing. Equal to the streaming fold up to 1e-9 of the value (ADR 0052).

    Order: of `keys` as asked, or sorted where nobody in particular is asked about; rows by request, measure, part.
    Idempotent: the same parts give the same values, but for the rounding of sums, which are taken in any order.
    """

    name: str

    def at(
        self,
        paths: Sequence[str],
        measures: Sequence[Measure],
        at: float,
        known: float,
        references: References,
    ) -> Values:
        """Return the values of everybody of whom something takes part at that moment, of the one entity of `measures`.

        Errors: `ValueError` if measures are of several entities or of none, or name a column that no part has, or if a
        part is absent or not whole; a column that only some parts have is empty in the others. `EngineUnavailable`.
        """
        ...

    def of(
        self,
        paths: Sequence[str],
        measures: Sequence[Measure],
        requests: Sequence[Request],
        references: References,
    ) -> Values:
        """Return the values of each request at its own time, as known at its own time. Errors: as `at`."""
        ...
