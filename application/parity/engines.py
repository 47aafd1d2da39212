"""What the streaming states say, against batch engines: every declared measure, of a sample of everybody."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from heapq import nsmallest
from math import isfinite, sqrt
from typing import Any

import msgspec
from attrs import asdict, define, frozen

from application.features.fold import Fold, base_of
from application.features.steps import State
from application.journal.journal import Journal
from application.parity.past import Past
from application.projections.rows import View
from application.streaming.states import STATES, key_of, state_key
from ports.batch import Request
from ports.event_log import ReadModels
from ports.measures import ENTITIES, Entity, Measure, References, Value
from ports.models import Progress

#: Of the value, or of 1 where that is more.
BOUND = 1e-9
#: Of products and brands an estimate may hold fewer hashes than it could: so many standard errors are no fault.
ERRORS = 4.0
_ESTIMATED = frozenset[Entity](["product", "brand"])
#: What keeps the time of its newest touch.
_TIMED = frozenset(["decayed_sum", "top", "pool", "age"])
_PAGE = 2_000
_INSTANT = 1e-3


@define
class Line:
    """One measure by one engine. `apart`: the largest difference, infinity where one has a key that the other lacks.

    `worst`: the entity that it is of. `bound`: up to which they are equal.
    """

    engine: str
    measure: str
    entity: Entity
    bound: float
    compared: int = 0
    apart: float = 0.0
    worst: str = ""

    @property
    def equal(self) -> bool:
        return self.apart <= self.bound

    def take(self, key: str, apart: float) -> None:
        self.compared += 1
        if apart > self.apart:
            self.apart, self.worst = apart, key

    @property
    def verdict(self) -> str:
        if not self.compared:
            return "nobody to compare"
        return "equal" if self.equal else f"differs, most for {self.worst}"


@frozen
class Lines:
    """`moved`: how many entities were left out, because they changed while they were looked at."""

    lines: Sequence[Line]
    moved: int

    @property
    def exact(self) -> bool:
        return all(one.equal for one in self.lines)

    def summary(self) -> dict[str, Any]:
        return {
            "exact": self.exact,
            "moved": self.moved,
            "measures": [asdict(one) | {"equal": one.equal} for one in self.lines],
        }

    def gauges(self) -> Mapping[str, Mapping[str, float]]:
        """Return figures by name and feature."""
        return {"difference": {f"{one.engine}/{one.measure}": one.apart for one in self.lines}}


@frozen
class _Sampled:
    key: str
    state: State
    at: float


@frozen(eq=False)
class EngineParity:
    """`references`: what values are read against, the same for all. `now`: Unix seconds.

    In memory are the states of the sample, and its values by one engine.
    """

    read_models: ReadModels
    measures: Sequence[Measure]
    references: References
    now: float

    def run(self, pasts: Mapping[str, Past], count: int, progress: Progress) -> Lines:
        """Return a line for each engine and measure, over at most `count` entities of each kind: the same every time.

        Errors: those of `Past`.
        """
        chosen = self._chosen(count, progress)
        lines: list[Line] = []
        moved = 0
        for name, past in pasts.items():
            for place, entity in enumerate(ENTITIES):
                progress(place, len(ENTITIES), f"{name}: {entity}")
                found, left_out = self._lines(name, past, entity, chosen[entity])
                lines, moved = [*lines, *found], moved + left_out
        return Lines(lines, moved)

    def _chosen(self, count: int, progress: Progress) -> Mapping[Entity, Sequence[str]]:
        """Return keys of each kind: those with the smallest digests, so that nobody is preferred."""
        chosen: dict[Entity, list[str]] = {one: [] for one in ENTITIES}
        view, after, seen = View(self.read_models, Journal.name), "", 0
        total = view.count(STATES)
        while page := self.read_models.scan(view.model, STATES.name, after=after, limit=_PAGE):
            for name, _ in page:
                entity, key = key_of(name)
                chosen[entity].append(key)
            chosen = {one: nsmallest(count, keys, key=_digest) for one, keys in chosen.items()}
            after, seen = page[-1][0], seen + len(page)
            progress(seen, total, "states")
        return chosen

    def _lines(self, engine: str, past: Past, entity: Entity, keys: Sequence[str]) -> tuple[list[Line], int]:
        measures = [one for one in self.measures if one.entity == entity]
        before = self._stored(entity, keys)
        fold, sampled = Fold(measures), [self._sampled(measures, *one) for one in before.items()]
        requests = [Request(one.key, one.at, float("inf")) for one in sampled]
        values = past.values(measures, requests, self.references)
        moved = 0
        after = self._stored(entity, keys)
        lines = {one.name: Line(engine, one.name, entity, bound_of(one)) for one in measures}
        for one, batch in zip(sampled, values, strict=True):
            if after.get(one.key) != before[one.key]:
                moved += 1
                continue
            streamed = fold.read(one.state, one.at, self.references)
            for measure in measures:
                lines[measure.name].take(one.key, apart(measure, streamed[measure.name], batch[measure.name]))
        return list(lines.values()), moved

    def _stored(self, entity: Entity, keys: Sequence[str]) -> dict[str, bytes]:
        view = View(self.read_models, Journal.name)
        found = self.read_models.get(view.model, STATES.name, [state_key(entity, one) for one in keys])
        return {key_of(name)[1]: row for name, row in sorted(found.items())}

    def _sampled(self, measures: Sequence[Measure], key: str, row: bytes) -> _Sampled:
        """Read a state at its newest touch or later: an event may be ahead of our clock."""
        state = msgspec.json.decode(row, type=State)
        timed = {base_of(one) for one in measures if one.aggregate in _TIMED}
        newest = max((cell.at for base in timed for cell in state.get(base, {}).values()), default=0.0)
        return _Sampled(key, state, max(self.now, newest + _INSTANT))


def bound_of(measure: Measure) -> float:
    if measure.aggregate == "distinct" and measure.entity in _ESTIMATED:
        return ERRORS / sqrt(measure.k - 2)
    return BOUND


def apart(measure: Measure, one: Value, other: Value) -> float:
    """Return how far apart two values are at most, as a share of the larger, or of 1 where that is more."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return _apart(one, other) if isinstance(one, float) and isinstance(other, float) else float("inf")
    if measure.aggregate in {"top", "last"}:  # of equal ones at the end either may be named
        pairs = zip(sorted(one.values()), sorted(other.values()), strict=False)
        least = min((*one.values(), *other.values()), default=0.0)
        named = (_apart(one.get(key, least), other.get(key, least)) for key in one.keys() | other.keys())
        return max((*(_apart(a, b) for a, b in pairs), *named, 0.0)) if len(one) == len(other) else float("inf")
    if one.keys() != other.keys():
        return float("inf")
    return max((_apart(value, other[key]) for key, value in one.items()), default=0.0)


def _apart(one: float, other: float) -> float:
    if not isfinite(one) or not isfinite(other):
        return 0.0 if one == other else float("inf")
    return abs(one - other) / max(1.0, abs(one), abs(other))


def _digest(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=8).digest()
