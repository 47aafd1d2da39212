"""The words in which a feature is declared: data, which one streaming fold and two batch engines read.

Let T be the moment asked about. A measure takes the touches that happened before T, whose action has a weight and whose
key, if it has one, is not empty. w is the weight of the action times how much the touch counts by the noise marks; what
counts for nothing is not taken. Every aggregate but `pool` gives one number, or with a key one number per key:

- `decayed_sum`: the sum of w * 2 ** -((T - at) / half-life).
- `count`: the sum of w; with a window, over as many whole hours as it has, the last of which is the one that T is in.
- `ratio`: the sum of w where `value` is true, or of all, over the sum of `per`[action] times how much it counts; 0 of 0
  is 0.
- `mean`, `variance`: of `value` weighted by w (population variance), where it is known; 0 of nothing.
- `age`: seconds since the newest, infinity if there is none.
- `last`: the k keys that were seen last -> seconds since they were.
- `top`: the k keys with the largest decayed sums; of equal ones the first by name.
- `distinct`: how many keys there are, estimated from the k smallest of their hashes (k-minimum values, Bar-Yossef
  et al. 2002): exact below k, then with a relative standard error of 1 / sqrt(k - 2).
- `pool`: decayed sums by product, multiplied with the vectors of the products, summed, brought to length 1:
  place in the vector -> number. Products without a vector are left out.
- `standing`: by how many standard deviations the mean of `value` by key is above what is usual there, weighted by w.

Decay by half-life is forward decay (Cormode et al. 2009): it does not depend on when it is computed.
"""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Literal, get_args

from attrs import Factory, frozen

Entity = Literal["customer", "session", "product", "brand", "customer_category"]
Category = Literal["affinity", "recency", "style", "size_fit", "price", "context"]
Aggregate = Literal[
    "decayed_sum", "count", "ratio", "mean", "variance", "age", "last", "top", "distinct", "pool", "standing"
]
#: Facets that the catalogue knows of a product, by which what is known by product can be summed up.
Facet = Literal["", "silhouette", "pattern", "colour_family"]

ENTITIES: tuple[Entity, ...] = get_args(Entity)
CATEGORIES: tuple[Category, ...] = get_args(Category)
AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)
DAY = 86_400.0
#: A feature's value: one number, or one per key.
Value = float | Mapping[str, float]

#: aggregate -> what a measure of it has to say beside its weights, and what else it may say.
SAYS: Mapping[Aggregate, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "decayed_sum": (("half_life_days",), ("key", "facet")),
    "count": ((), ("key", "facet", "window_days")),
    "ratio": ((), ("key", "value", "per")),
    "mean": (("value",), ("key",)),
    "variance": (("value",), ("key",)),
    "age": ((), ("key",)),
    "last": (("key", "k"), ()),
    "top": (("key", "k", "half_life_days"), ()),
    "distinct": (("key", "k"), ()),
    "pool": (("key", "half_life_days"), ()),
    "standing": (("key", "value"), ()),
}
_OPTIONAL = ("key", "facet", "value", "per", "half_life_days", "window_days", "k")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "entity": ENTITIES,
    "category": CATEGORIES,
    "aggregate": AGGREGATES,
    "facet": get_args(Facet),
}
#: Sums may be taken from again, such as by what was sent back. What is averaged, or only seen, may not.
_SUMS = frozenset(["decayed_sum", "top", "pool", "count"])
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


class InvalidMeasure(ValueError):
    """A declaration that cannot be computed: the message names the measure, the field, and what is expected there."""


@frozen
class Measure:
    """One feature of an entity. Errors: `InvalidMeasure` for what no engine could compute.

    `doc`: what it says; `source`: where the idea is from, a paper, a reference or policy.

    `weight`: action -> weight, absent actions do not count. `key`: attribute of the touch that the value is split by,
    none for a single number. `facet`: sum up what is split by product by this facet of the catalogue. `value`:
    attribute that is averaged, or that must be true to count (ratio). `per`: of a ratio, the weights of what it is a
    share of, if not the same. `low`, `high`: the range, to which values are clipped.
    """

    name: str
    entity: Entity
    category: Category
    doc: str
    unit: str
    source: str
    aggregate: Aggregate
    weight: Mapping[str, float]
    key: str = ""
    facet: Facet = ""
    value: str = ""
    per: Mapping[str, float] = Factory(dict)
    half_life_days: float = 0.0
    window_days: float = 0.0
    k: int = 0
    low: float = 0.0
    high: float = float("inf")

    def __attrs_post_init__(self) -> None:
        for field, expected in list(self._wrong_kinds()) or self._wrong():
            raise InvalidMeasure(f"{self.name}: {field}: expected {expected}, not {getattr(self, field)!r}")

    def _wrong_kinds(self) -> Iterator[tuple[str, str]]:
        """Yield what is of another kind than it has to be, which would fail where it is computed with."""
        for field in ("weight", "per"):
            given: Any = getattr(self, field)
            if not isinstance(given, Mapping) or not all(
                isinstance(a, str) and _is_number(w) for a, w in given.items()
            ):
                yield field, "actions with numbers"
        for field in ("half_life_days", "window_days", "low", "high"):
            if not _is_number(getattr(self, field)):
                yield field, "a number"
        if type(self.k) is not int:
            yield "k", "a whole number"

    def _wrong(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: a field, and what is expected there."""
        if not _NAME.fullmatch(str(self.name)):
            yield "name", "small letters, digits and _, after the name of an extension and a point if it is one's"
        for field, allowed in _CHOICES.items():
            if getattr(self, field) not in allowed:
                yield field, "one of " + ", ".join(filter(None, allowed))
        needed, possible = SAYS[self.aggregate]
        for field in _OPTIONAL:
            if not getattr(self, field) and field in needed:
                yield field, f"something: {self.aggregate} needs it"
            if getattr(self, field) and field not in (*needed, *possible):
                yield field, f"nothing: {self.aggregate} has no use for it"
        yield from self._wrong_weights()
        yield from self._wrong_numbers()
        only = {"pool": "product", "standing": "category"}.get(self.aggregate, "product" if self.facet else "")
        if only and self.key != only:
            yield "key", only

    def _wrong_weights(self) -> Iterator[tuple[str, str]]:
        if not self.weight:
            yield "weight", "an action at least"
        if not all(one and isfinite(one) and (one > 0 or self.aggregate in _SUMS) for one in self.weight.values()):
            yield "weight", f"numbers other than 0{'' if self.aggregate in _SUMS else ', and none below it'}"
        if not all(isfinite(one) and one > 0 for one in self.per.values()):
            yield "per", "numbers above 0"
        if self.window_days and min(self.weight.values()) < 0:
            yield "weight", "numbers above 0: they are counted in a window"

    def _wrong_numbers(self) -> Iterator[tuple[str, str]]:
        if not (isfinite(self.half_life_days) and self.half_life_days >= 0):
            yield "half_life_days", "days above 0"
        if not (isfinite(self.window_days) and self.window_days >= 0 and float(self.window_days * 24).is_integer()):
            yield "window_days", "whole hours, as days above 0"
        if self.k and self.k < (3 if self.aggregate == "distinct" else 1):
            yield "k", "3 or more" if self.aggregate == "distinct" else "1 or more"
        if not self.low < self.high:
            yield "low", f"less than high, which is {self.high}"


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


@frozen(eq=False)
class References:
    """What values are read against beside touches: a catalogue and vectors, as one moment knew them.

    `facets`: product -> facet -> value. `vectors`: product -> vector, all of one length. `levels`: category -> mean and
    standard deviation of the natural logarithm of its prices.
    """

    facets: Mapping[str, Mapping[str, str]] = Factory(dict)
    vectors: Mapping[str, tuple[float, ...]] = Factory(dict)
    levels: Mapping[str, tuple[float, float]] = Factory(dict)


NOTHING = References()
