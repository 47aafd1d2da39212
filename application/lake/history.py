"""Every version of everything, read back from the lake: what was known when."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from application.features.columns import STORED, observation_of
from application.features.touch import Observation
from application.lake.reading import Reading
from ports.lake import Lake, Part


def rows_in(lake: Lake, parts: Sequence[Part], columns: Sequence[str] = ()) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of some parts, one by one, with these columns or all. Errors: `LakeDamaged`."""
    for chunk in lake.read(parts, columns):
        names = list(chunk)
        for row in zip(*chunk.values(), strict=True):
            yield dict(zip(names, row, strict=True))


def observations(lake: Reading) -> Sequence[Observation]:
    """Return all observations in the lake, in the order of the log. Errors: `LakeDamaged`.

    Some 600 bytes of memory each.
    """

    def read(parts: Sequence[Part]) -> list[Observation]:
        return [observation_of(row) for row in rows_in(lake.upkeep.lake, parts, STORED)]

    return sorted(lake.using(read), key=lambda one: one.position)
