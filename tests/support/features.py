"""What features must be, worked out the slow way, and cases to ask about: many small shops, told apart by a prefix.

`told` follows the words of `ports/measures.py` one by one and shares nothing with the engines. Cases are made of a
seed, in vocabularies so small that ties, merges and empty answers are frequent; times fall on the edges of hours,
windows and other events. All cases of a seed are put into the same parts, so that an engine answers them in one go.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import md5
from math import fsum, inf, isinf, sqrt
from random import Random
from typing import Any

import attrs
from attrs import frozen

from application.features.measures import MEASURES
from application.features.touch import Observation
from ports.batch import BatchEngine, Request, Values
from ports.measures import DAY, ENTITIES, Entity, Measure, References, Value

NOW = 1_750_000_000.0
HOUR = 3600.0
TOLERANCE = 1e-9

_ACTIONS = (
    *("view", "view", "view", "click", "wishlist", "cart", "cart", "purchase", "purchase", "return", "return"),
    *("search", "state", "other"),
)
#: How long after an event is asked: at it, and on the edges of windows.
_EDGES = (0.0, 0.5, DAY - HOUR, DAY, 7 * DAY - HOUR, 7 * DAY, 30 * DAY)
_CATEGORIES = ("", "shoes", "dresses", "coats")
_FACETS: Mapping[str, Sequence[str]] = {
    "silhouette": ("", "slim", "wide"),
    "pattern": ("plain", "striped"),
    "colour_family": ("", "red", "blue"),
}

#: Combinations that nobody has declared yet, and that the words allow.
_MORE: Mapping[str, Mapping[str, Any]] = {
    "ratio_by_key": {"aggregate": "ratio", "key": "category", "value": "discounted"},
    "ratio_per": {"aggregate": "ratio", "key": "brand", "per": {"click": 1.0, "cart": 0.5}},
    "variance_of_all": {"aggregate": "variance", "value": "amount"},
    "mean_by_key": {"aggregate": "mean", "key": "device", "value": "log_price"},
    "age_by_key": {"aggregate": "age", "key": "category", "high": 50 * DAY},
    "window_by_key": {"aggregate": "count", "key": "product", "window_days": 1.0},
    "window_by_facet": {"aggregate": "count", "key": "product", "facet": "silhouette", "window_days": 2.0},
    "decayed_alone": {"aggregate": "decayed_sum", "half_life_days": 3.0, "high": 4.0},
    "distinct_few": {"aggregate": "distinct", "key": "product", "k": 3},
    "last_one": {"aggregate": "last", "key": "brand", "k": 1},
    "top_one": {"aggregate": "top", "key": "product", "k": 1, "half_life_days": 2.0},
    "count_ever": {"aggregate": "count"},
}
UNDECLARED: tuple[Measure, ...] = tuple(
    Measure(f"extra_{name}", "customer", "context", "", "", "", weight={"view": 1.0, "purchase": 2.5}, **words)
    for name, words in _MORE.items()
)
DECLARED_AND_MORE: tuple[Measure, ...] = (*MEASURES, *UNDECLARED)


@frozen(eq=False)
class Cases:
    """Observations of many cases, in any order; who is asked about, by entity; what to read them against."""

    observations: Sequence[Observation]
    requests: Mapping[Entity, Sequence[Request]]
    references: References


def cases(seed: int, count: int) -> Cases:
    """Return `count` small shops made of a seed."""
    random = Random(seed)
    observations: list[Observation] = []
    requests: dict[Entity, list[Request]] = {entity: [] for entity in ENTITIES}
    products: list[str] = []
    for number in range(count):
        case = _Case(random, f"{number}:")
        made = case.observations()
        observations += made
        products += case.products
        for entity in ENTITIES:
            requests[entity] += case.requests(entity, made)
    random.shuffle(observations)
    return Cases(observations, requests, _references(random, products))


@frozen(eq=False)
class _Case:
    random: Random
    prefix: str

    @property
    def products(self) -> Sequence[str]:
        return [f"{self.prefix}p{one}" for one in range(6)]

    def observations(self) -> list[Observation]:
        reach = self.random.choice((HOUR, DAY, 8 * DAY, 60 * DAY, 800 * DAY))
        found: list[Observation] = []
        position = 0
        for number in range(self.random.choice((0, 1, 2, 8, 25, 40))):
            at = self._moment(reach, found)
            version = self._touch(f"{self.prefix}{number}", position, at, at + self._delay())
            position += 1
            found.append(version)
            while self.random.random() < 0.3:
                version = self._changed(version, position)
                position += self.random.choice((1, 1, 5))
                found.append(version)
        return found

    def requests(self, entity: Entity, made: Sequence[Observation]) -> list[Request]:
        keys = sorted({getattr(one, entity) for one in made} - {""})
        asked = self.random.sample(keys, min(2, len(keys)))
        if self.random.random() < 0.1:
            asked.append(f"{self.prefix}nobody")
        return [Request(key, *self._when(made)) for key in asked for _ in range(2)]

    def _when(self, made: Sequence[Observation]) -> tuple[float, float]:
        if not made or self.random.random() < 0.4:
            return NOW + 1, NOW + 1
        at = self.random.choice(made).at + self.random.choice(
            (0.0, 0.5, DAY - HOUR, DAY, 7 * DAY - HOUR, 7 * DAY, 30 * DAY)
        )
        known = self.random.choice((at, NOW + 100 * DAY, *(self.random.choice(made).known for _ in range(3))))
        return at, known

    def _moment(self, reach: float, found: Sequence[Observation]) -> float:
        if found and self.random.random() < 0.15:
            return self.random.choice(found).at + self.random.choice((0.0, 7 * DAY, HOUR))
        at = NOW - self.random.random() * reach
        return at if self.random.random() < 0.6 else at // HOUR * HOUR

    def _delay(self) -> float:
        return self.random.choice((0.0, 0.0, 0.25, HOUR, 3 * DAY))

    def _touch(self, name: str, position: int, at: float, known: float) -> Observation:
        pick = self.random.choice
        price = pick((0, 100, 1999, 4999, 123_456))
        return Observation(
            id=name,
            position=position,
            at=at,
            known=known,
            action=pick(_ACTIONS),
            product=pick(("", *self.products)),
            category=pick(_CATEGORIES),
            brand=pick(("", *(f"{self.prefix}b{one}" for one in range(7)))),
            colour=pick(("", "red", "navy", "Grün")),
            size=pick(("", "38", "M")),
            price=price,
            list_price=pick((0, price, price * 2)),
            device=pick(("", "phone", "desktop")),
            fit=pick(("", "too_small", "too_large", "as_expected")),
            query=pick(("", "coat", "été", "shoes", "boots", 'it\'s "red"', "cap", "\U0001f9e2")),
            stated=pick(("", "size=M", "style=boho")),
            season=pick(("", "summer", "winter")),
            weather=pick(("", "rain", "clear")),
            counts=pick((0.0, 0.25, 1.0, 1.0, 1.0)),
            customer=pick(("", *(f"{self.prefix}c{one}" for one in range(3)))),
            session=pick(("", *(f"{self.prefix}s{one}" for one in range(3)))),
            visitor=pick(("", *(f"v{one}" for one in range(9)))),
        )

    def _changed(self, one: Observation, position: int) -> Observation:
        """What is learned later: a merge, a line that was cancelled or not, a verdict, a label, a price; in any order.

        Sometimes it is known no later than the version before, or has a position far ahead of it.
        """
        pick = self.random.choice
        known = one.known + pick((0.0, 1.0, HOUR, 5 * DAY, -HOUR))
        told: Mapping[str, Any] = pick(
            (
                {"customer": f"{self.prefix}c{self.random.randrange(3)}"},
                {"session": f"{self.prefix}s{self.random.randrange(3)}"},
                {"revoked": not one.revoked},
                {"counts": pick((0.0, 0.25, 1.0))},
                {"taste": -1.0, "settled": known},
                {"price": one.price + 1, "at": one.at - 2 * HOUR},
            )
        )
        fields = {name: getattr(one, name) for name in one.__struct_fields__}
        return Observation(**{**fields, "position": position, "known": known, **told})


def _references(random: Random, products: Sequence[str]) -> References:
    described = [one for one in products if random.random() < 0.8]
    drawn = [one for one in products if random.random() < 0.7]
    return References(
        facets={one: {name: random.choice(of) for name, of in _FACETS.items()} for one in described},
        vectors={one: tuple(random.uniform(-1, 1) for _ in range(5)) for one in drawn},
        levels={"shoes": (7.5, 0.8), "dresses": (8.25, 0.3), "coats": (9.0, 0.0)},
    )


def live(observations: Iterable[Observation], at: float, known: float) -> list[Observation]:
    """Return what takes part in an answer: the newest version known, if it is valid, counts, and happened before."""
    newest: dict[str, Observation] = {}
    for one in sorted(observations, key=lambda one: one.position):
        if one.known <= known:
            newest[one.id] = one
    return [one for one in newest.values() if not one.revoked and one.counts > 0 and one.at < at]


def told(measure: Measure, rows: Sequence[Observation], at: float, references: References) -> Value:
    """Return the value of a measure from the live rows of one entity, in the words of the declaration."""
    if measure.aggregate in ("distinct", "standing") or not measure.key:
        return _clipped(_number(measure, _taken(measure, rows), rows, at, references), measure)
    found = _by_key(measure, rows, at, references)
    if measure.facet:
        summed: dict[str, float] = {}
        for product, value in found.items():
            if name := references.facets.get(product, {}).get(measure.facet, ""):
                summed[name] = summed.get(name, 0.0) + value
        found = summed
    return {key: _clipped(value, measure) for key, value in found.items()}


def _taken(measure: Measure, rows: Iterable[Observation]) -> list[Observation]:
    return [one for one in rows if one.action in measure.weight and (not measure.key or getattr(one, measure.key))]


def _by_key(measure: Measure, rows: Sequence[Observation], at: float, references: References) -> dict[str, float]:
    keyed: dict[str, list[Observation]] = {}
    for one in rows:
        if getattr(one, measure.key):
            keyed.setdefault(getattr(one, measure.key), []).append(one)
    if measure.aggregate == "pool":
        return _pooled(_all(measure, keyed, at, references), references)
    found = _all(measure, keyed, at, references)
    if measure.aggregate == "last":
        return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0]))[: measure.k])
    if measure.aggregate == "top":
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[: measure.k])
    return found


def _all(
    measure: Measure, keyed: Mapping[str, Sequence[Observation]], at: float, references: References
) -> dict[str, float]:
    single = attrs.evolve(
        measure, aggregate=_OF_ONE_KEY.get(measure.aggregate, measure.aggregate), key="", facet="", k=0,
        half_life_days=0.0 if measure.aggregate == "last" else measure.half_life_days,
    )  # fmt: skip
    found = {}
    for key, rows in keyed.items():
        takes = [one for one in _taken(measure, rows) if _says(measure, one, at)]
        whole = [one for one in rows if measure.aggregate == "ratio" and one.action in (measure.per or measure.weight)]
        if takes or whole:
            found[key] = _number(single, _taken(measure, rows), rows, at, references)
    return found


_OF_ONE_KEY: Mapping[str, Any] = {"top": "decayed_sum", "pool": "decayed_sum", "last": "age"}


def _says(measure: Measure, one: Observation, at: float) -> bool:
    """Return whether a row is enough for its key to have a value."""
    if measure.window_days:
        return _inside(measure, one, at)
    if measure.aggregate == "ratio":
        return bool(getattr(one, measure.value)) if measure.value else True
    return not measure.value or getattr(one, measure.value) is not None


def _inside(measure: Measure, one: Observation, at: float) -> bool:
    return one.at // HOUR > at // HOUR - 24 * measure.window_days


def _number(  # noqa: PLR0911 - one for each aggregate
    measure: Measure, taken: Sequence[Observation], rows: Sequence[Observation], at: float, references: References
) -> float:
    def weight(one: Observation) -> float:
        return measure.weight[one.action] * one.counts

    known = [(weight(one), getattr(one, measure.value)) for one in taken] if measure.value else []
    known = [(w, x) for w, x in known if x is not None]
    match measure.aggregate:
        case "decayed_sum":
            return fsum(weight(one) * 2.0 ** -((at - one.at) / (measure.half_life_days * DAY)) for one in taken)
        case "count":
            return fsum(weight(one) for one in taken if not measure.window_days or _inside(measure, one, at))
        case "ratio":
            per = measure.per or measure.weight
            whole = fsum(per[one.action] * one.counts for one in rows if one.action in per)
            part = fsum(weight(one) for one in taken if not measure.value or getattr(one, measure.value))
            return part / whole if whole else 0.0
        case "mean":
            return _mean(known)
        case "variance":
            mean = _mean(known)
            return _mean([(w, (x - mean) ** 2) for w, x in known])
        case "age":
            return min((at - one.at for one in taken), default=inf)
        case "distinct":
            return _distinct({getattr(one, measure.key) for one in taken}, measure.k)
        case "standing":
            return _standing(measure, taken, references)
        case other:
            raise AssertionError(other)


def _mean(known: Sequence[tuple[float, float]]) -> float:
    total = fsum(w for w, _ in known)
    return fsum(w * x for w, x in known) / total if total else 0.0


def _distinct(keys: Iterable[str], k: int) -> float:
    hashes = sorted({int(md5(one.encode()).hexdigest()[:13], 16) for one in keys})
    return float(len(hashes)) if len(hashes) < k else (k - 1) / (hashes[k - 1] / 16**13)


def _standing(measure: Measure, taken: Sequence[Observation], references: References) -> float:
    above = []
    for key, (usual, deviation) in references.levels.items():
        rows = [one for one in taken if getattr(one, measure.key) == key]
        known = [(measure.weight[one.action] * one.counts, getattr(one, measure.value)) for one in rows]
        known = [(w, x) for w, x in known if x is not None]
        if known and deviation > 0:
            above.append((fsum(w for w, _ in known), (_mean(known) - usual) / deviation))
    return _mean(above)


def _pooled(weights: Mapping[str, float], references: References) -> dict[str, float]:
    known = [(weight, references.vectors[one]) for one, weight in weights.items() if one in references.vectors]
    sums = [
        fsum(weight * vector[place] for weight, vector in known) for place in range(len(known[0][1]) if known else 0)
    ]
    length = sqrt(fsum(one * one for one in sums))
    return {str(place): one / length if length else 0.0 for place, one in enumerate(sums)}


def _clipped(value: float, measure: Measure) -> float:
    return min(max(value, measure.low), measure.high)


def expected(
    measures: Sequence[Measure], observations: Sequence[Observation], request: Request, references: References
) -> dict[str, Value]:
    """Return what a request must be answered, measure by measure."""
    entity = measures[0].entity
    rows = [one for one in live(observations, request.at, request.known) if getattr(one, entity) == request.key]
    return {one.name: told(one, rows, request.at, references) for one in measures}


def by_case(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    """Return observations by the prefix of their case, so that a request looks at its own only."""
    found: dict[str, list[Observation]] = {}
    for one in observations:
        found.setdefault(one.id.split(":")[0], []).append(one)
    return found


def answered(values: Values, measures: Sequence[Measure]) -> list[dict[str, Value]]:
    """Return `Values` as the words say them: by request, measure -> number or key -> number."""
    single = {one.name for one in measures if not one.key or one.aggregate in ("distinct", "standing")}
    found: list[dict[str, Any]] = [{one.name: {} for one in measures} for _ in values.keys]
    rows = zip(values.request.tolist(), values.measure.tolist(), values.part, values.value.tolist(), strict=True)
    for request, measure, part, value in rows:
        name = values.measures[measure]
        if name in single:
            found[request][name] = value
        else:
            found[request][name][part] = value
    return found


def differences(
    measures: Sequence[Measure], told_by_one: Mapping[str, Value], told_by_other: Mapping[str, Value]
) -> list[str]:
    """Return in what two answers to one request differ, as text for people."""
    return [
        f"{one.name}: {told_by_one[one.name]} or {told_by_other[one.name]}"
        for one in measures
        if not same(one, told_by_one[one.name], told_by_other[one.name])
    ]


def same(measure: Measure, one: Value, other: Value) -> bool:
    """Return whether two values are equal up to 1e-9 of the value, or of 1. Of a top, equal ones may change places."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return isinstance(one, float) and isinstance(other, float) and close(one, other)
    if measure.aggregate != "top":
        return one.keys() == other.keys() and all(close(value, other[key]) for key, value in one.items())
    if len(one) != len(other) or not all(map(close, sorted(one.values()), sorted(other.values()))):
        return False
    last = min(one.values(), default=0.0)
    return all(
        close(value, other.get(key, last)) and (key in other or close(value, last)) for key, value in one.items()
    )


def close(one: float, other: float) -> bool:
    if isinf(one) or isinf(other):
        return one == other
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))


def wrong(
    engine: BatchEngine,
    made: Cases,
    paths: Sequence[str],
    measures: Sequence[Measure] = DECLARED_AND_MORE,
    entities: Sequence[Entity] = ENTITIES,
) -> list[str]:
    """Return in what an engine differs from what is expected, on all cases, a line for each answer."""
    own = by_case(made.observations)
    found = []
    for entity in entities:
        of = [one for one in measures if one.entity == entity]
        requests = made.requests[entity]
        answers = answered(engine.of(paths, of, requests, made.references), of)
        for request, answer in zip(requests, answers, strict=True):
            due = expected(of, own.get(request.key.split(":")[0], []), request, made.references)
            found += [f"{entity} {request}: {line}" for line in differences(of, due, answer)]
    return found


def wrong_at(
    engine: BatchEngine, made: Cases, paths: Sequence[str], entity: Entity, *, at: float, known: float
) -> list[str]:
    """Return in what an engine differs from what is expected of everybody at one moment."""
    of = [one for one in DECLARED_AND_MORE if one.entity == entity]
    values = engine.at(paths, of, at, known, made.references)
    rows: dict[str, list[Observation]] = {}
    for one in live(made.observations, at, known):
        rows.setdefault(getattr(one, entity), []).append(one)
    rows.pop("", None)
    if list(values.keys) != sorted(rows):
        return [f"{entity}: of {len(values.keys)} rather than {len(rows)}"]
    found = []
    for key, answer in zip(values.keys, answered(values, of), strict=True):
        due = {one.name: told(one, rows[key], at, made.references) for one in of}
        found += [f"{entity} {key}: {line}" for line in differences(of, due, answer)]
    return found
