"""Every version of everything, read back from the lake: what was known when."""

from collections.abc import Sequence

from application.features.columns import observation_of
from application.features.touch import Observation
from application.lake.reading import Reading
from ports.lake import Part


def observations(lake: Reading) -> Sequence[Observation]:
    """Return all observations in the lake, in the order of the log. Errors: `LakeDamaged`.

    Some 600 bytes of memory each.
    """

    def read(parts: Sequence[Part]) -> list[Observation]:
        found: list[Observation] = []
        for chunk in lake.upkeep.lake.read(parts):
            rows = zip(*chunk.values(), strict=True)
            found.extend(observation_of(dict(zip(chunk, row, strict=True))) for row in rows)
        return found

    return sorted(lake.using(read), key=lambda one: one.position)
