"""What the streaming states say, against batch engines: every declared measure, of a sample of everybody."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from heapq import nsmallest
from math import isfinite, sqrt

import msgspec
from attrs import define, field, frozen

from application.features.fold import Fold
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
_PAGE = 2_000
_INSTANT = 1e-3
Entry = tuple[str, bytes]


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
    moved: dict[str, None] = field(init=False, factory=dict)

    def run(self, pasts: Mapping[str, Callable[[], Past]], sample: int, progress: Progress) -> list[Line]:
        """Return a line for each engine and measure, over at most `sample` entities of each kind: the same every time.

        What changed while it was looked at is left out, and told in `moved`. Errors: those of `Past`, and
        `TimeoutError` if the lake is behind the states.
        """
        lines: list[Line] = []
        chosen = self._chosen(sample, progress)
        for name, past_of in pasts.items():
            past = past_of()
            for place, entity in enumerate(ENTITIES):
                progress(place, len(ENTITIES), f"{name}: {entity}")
                lines += self._lines(name, past, entity, chosen[entity])
            progress(len(ENTITIES), len(ENTITIES), name)
        return lines

    def _chosen(self, sample: int, progress: Progress) -> Mapping[Entity, Sequence[str]]:
        """Return keys of each kind: those with the smallest digests, so that nobody is preferred."""
        chosen: dict[Entity, list[str]] = {one: [] for one in ENTITIES}
        view, after, seen = View(self.read_models, Journal.name), "", 0
        total = view.count(STATES)
        while page := self.read_models.scan(view.model, STATES.name, after=after, limit=_PAGE):
            for name, _ in page:
                entity, key = key_of(name)
                chosen[entity].append(key)
            chosen = {one: nsmallest(sample, keys, key=_digest) for one, keys in chosen.items()}
            after, seen = page[-1][0], seen + len(page)
            progress(seen, total, "states")
        return chosen

    def _lines(self, engine: str, past: Past, entity: Entity, keys: Sequence[str]) -> list[Line]:
        measures = [one for one in self.measures if one.entity == entity]
        if not measures:
            return []
        before = self._stored(entity, keys)
        requests = [Request(one.key, one.at, float("inf")) for one in map(self._sampled, before.items())]
        values = past.values(measures, requests, self.references)
        after = self._stored(entity, keys)
        lines = {one.name: Line(engine, one.name, entity, bound_of(one)) for one in measures}
        fold = Fold(measures)
        for one, batch in zip(map(self._sampled, before.items()), values, strict=True):
            if after.get(one.key) != before[one.key]:
                self.moved[state_key(entity, one.key)] = None
                continue
            streamed = fold.read(one.state, one.at, self.references)
            for measure in measures:
                lines[measure.name].take(one.key, apart(measure, streamed[measure.name], batch[measure.name]))
        return list(lines.values())

    def _stored(self, entity: Entity, keys: Sequence[str]) -> dict[str, bytes]:
        view = View(self.read_models, Journal.name)
        found = self.read_models.get(view.model, STATES.name, [state_key(entity, one) for one in keys])
        return {key_of(name)[1]: row for name, row in sorted(found.items())}

    def _sampled(self, entry: Entry) -> _Sampled:
        """Read a state at its newest touch or later: an event may be ahead of our clock."""
        state = msgspec.json.decode(entry[1], type=State)
        newest = max(
            (cell.at for name, cells in state.items() for cell in cells.values() if cell.at < 1e11), default=0.0
        )
        return _Sampled(entry[0], state, max(self.now, newest + _INSTANT))


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
