"""The past as the lake tells it, through a batch engine: values at moments, and the observations behind them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from application.features.columns import STORED, observation_of
from application.features.packing import single
from application.features.touch import Observation
from application.lake.history import rows_in
from application.lake.reading import Reading
from ports.batch import BatchEngine, Request, Values
from ports.lake import Part
from ports.measures import NOTHING, Measure, References, Value


class Past(Protocol):
    """What both are asked of. Errors: whatever the lake or the engine raises."""

    def position(self) -> int:
        """Return up to which position of the log every observation is there."""
        ...

    def values(
        self, measures: Sequence[Measure], requests: Sequence[Request], references: References = NOTHING
    ) -> Sequence[Mapping[str, Value]]:
        """Return the values of each request, in their order: measure -> number, or key -> number."""
        ...

    def observations(self, which: Mapping[str, frozenset[str]]) -> Sequence[Observation]:
        """Return all versions of whatever in one of its versions had one of the values in a column."""
        ...


@frozen
class LakePast:
    """`Past` over the parts of one lake. `observations` reads it twice: first for the ids, then for their versions."""

    reading: Reading
    engine: BatchEngine

    def position(self) -> int:
        return self.reading.parts().position

    def values(
        self, measures: Sequence[Measure], requests: Sequence[Request], references: References = NOTHING
    ) -> Sequence[Mapping[str, Value]]:
        def ask(parts: Sequence[Part]) -> Values:
            return self.engine.of(self.reading.upkeep.lake.paths(parts), measures, requests, references)

        return by_request(self.reading.using(ask), measures) if requests else ()

    def observations(self, which: Mapping[str, frozenset[str]]) -> Sequence[Observation]:
        def find(parts: Sequence[Part]) -> list[Observation]:
            ids = {str(row["id"]) for row in self._rows(parts, which, ("id", *which))}
            return [observation_of(row) for row in self._rows(parts, {"id": frozenset(ids)}, STORED)]

        return self.reading.using(find) if any(which.values()) else ()

    def _rows(
        self, parts: Sequence[Part], which: Mapping[str, frozenset[str]], columns: Sequence[str]
    ) -> Iterator[Mapping[str, object]]:
        lake = self.reading.upkeep.lake
        for row in rows_in(lake, lake.holding(parts, which), columns):
            if any(row[column] in some for column, some in which.items()):
                yield row


def by_request(values: Values, measures: Sequence[Measure]) -> list[dict[str, Value]]:
    """Return rows of numbers as a value of every measure for each request."""
    alone = {one.name: single(one) for one in measures}
    found: list[dict[str, Value]] = [{name: 0.0 if one else {} for name, one in alone.items()} for _ in values.keys]
    parts: dict[tuple[int, str], dict[str, float]] = {}
    rows = zip(values.request.tolist(), values.measure.tolist(), values.part, values.value.tolist(), strict=True)
    for request, place, part, value in rows:
        name = values.measures[place]
        if alone[name]:
            found[request][name] = value
        else:
            parts.setdefault((request, name), {})[part] = value
    for (request, name), keyed in parts.items():
        found[request][name] = keyed
    return found
