"""A declared feature in words: what `features describe` says and the reference prints, made from the declaration."""

from collections.abc import Mapping, Sequence
from math import inf, isinf, sqrt

from ports.measures import DAY, Aggregate, Measure, Value

ENGINES = ("streaming", "DuckDB", "Spark")
#: What every engine reads of an observation, whatever the measure.
_ALWAYS = ("id", "position", "known", "revoked", "at", "action", "counts")
#: What values are read against beside observations.
_REFERENCES: Mapping[Aggregate, str] = {"pool": "vectors of products", "standing": "price levels of categories"}
_NOISE = "Each counts as much as the noise marks let it: a suspect's a quarter, a robot's nothing."
_SEEN = "What counts for nothing by the noise marks, such as a robot's, is not seen."
_COMPUTED: Mapping[Aggregate, str] = {
    "decayed_sum": "Sum of {what}{by}; each is worth half after {half}",
    "count": "Sum of {what}{by}{when}",
    "ratio": "Sum of {what}{only}, divided by the sum of {per}{by}; 0 of nothing",
    "mean": "Mean {value} of {what}{by}, where it is known; 0 of nothing",
    "variance": "Population variance of the {value} of {what}{by}, where it is known; 0 of nothing",
    "age": "Time since the newest {what}{by}; infinite if there is none",
    "last": "The {k} values of {key} seen last ({what}), each with the time since",
    "top": "The {k} with the largest sum of {what}{by}, each worth half after {half}; of equal ones the first by name",
    "distinct": "How many values of {key} were seen ({what}), from the {k} smallest of their hashes",
    "pool": "Vectors of products, each times its sum of {what}, which is worth half after {half}, added, of length 1",
    "standing": "By how many standard deviations the {value} of {what} is above what is usual for its {key}, weighted",
}
_EXACT = frozenset(["age", "last"])


def definition(measure: Measure) -> str:
    """Return what is computed, and what the noise marks have to do with it."""
    seen = measure.aggregate in ("age", "last", "distinct")
    return f"{computed(measure)}. {_SEEN if seen else _NOISE}"


def equality(measure: Measure) -> str:
    """Return how equal the engines are, and to what."""
    if measure.aggregate == "distinct":
        return f"the same number in all; exact below {measure.k}, then an estimate, standard error {error_of(measure)}"
    if measure.aggregate in _EXACT:
        return "exact in all"
    same = "equal in all up to 1e-9 of the value"
    return f"{same}; of two sums as equal as that either comes first" if measure.aggregate == "top" else same


def error_of(measure: Measure) -> str:
    """Return the relative standard error of an estimate, in percent."""
    return f"{100 / sqrt(measure.k - 2):.1f} %"


def bounds(measure: Measure) -> str:
    """Return the range of the values."""
    low = "no bound" if isinf(measure.low) else f"{measure.low:g}"
    return f"{low} to {'no bound' if isinf(measure.high) else f'{measure.high:g}'}"


def shape(measure: Measure) -> str:
    """Return whether it is one number or several, and by what they are told apart."""
    if not measure.key or measure.aggregate in ("distinct", "standing"):
        return "one number"
    if measure.aggregate == "pool":
        return "one number per place of a vector"
    limit = f", {measure.k} at most" if measure.k else ""
    return f"one number per {_spoken(measure.facet or measure.key)}{limit}"


def reads(measure: Measure) -> Sequence[str]:
    """Return the columns of an observation that it is computed from."""
    return [*_ALWAYS, *dict.fromkeys(filter(None, (measure.entity, measure.key, measure.value)))]


def read_against(measure: Measure) -> str:
    """Return what beside observations it is read against, "" for nothing."""
    return (
        f"{measure.facet.replace('_', ' ')} in the catalogue"
        if measure.facet
        else _REFERENCES.get(measure.aggregate, "")
    )


def span(seconds: float) -> str:
    """Return a length of time, as people say it."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def computed(measure: Measure) -> str:
    """Return what is computed, in one sentence without its point."""
    hours = round(measure.window_days * 24)
    return _COMPUTED[measure.aggregate].format(
        what=weighed(measure.weight),
        by=f" by {_spoken(measure.facet or measure.key)}" if measure.key else "",
        half=span(measure.half_life_days * DAY),
        when=f" in the last {hours} hours, of which the current one is the last" if hours else ", ever",
        only=f" that are {measure.value}" if measure.value else "",
        per=weighed(measure.per or measure.weight),
        value=_spoken(measure.value),
        key=_spoken(measure.key),
        k=measure.k,
    )


def weighed(weight: Mapping[str, float]) -> str:
    """Return actions with their weights: `view, click, 8 x purchase, -1 x return`."""
    return ", ".join(action if one == 1 else f"{one:g} x {action}" for action, one in weight.items())


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def told(measure: Measure) -> Mapping[str, str]:
    """Return everything there is to say about a measure, line by line."""
    against = read_against(measure)
    return {
        "feature": measure.name,
        "of": measure.entity.replace("_", " x "),
        "category": measure.category,
        "says": measure.doc,
        "value": shape(measure),
        "unit": measure.unit,
        "range": bounds(measure),
        "source": measure.source,
        "definition": definition(measure),
        "engines": ", ".join(ENGINES),
        "equality": equality(measure),
        "reads": ", ".join(reads(measure)),
        **({"read against": against} if against else {}),
    }


def value_in_words(measure: Measure, value: Value) -> str:
    """Return a value as people say it: the largest or the newest five of many."""
    if isinstance(value, (int, float)):
        return _single(measure, value)
    if not value:
        return "nothing yet"
    if measure.aggregate == "pool":
        return f"a vector of {len(value)}, length {sqrt(sum(one * one for one in value.values())):.2f}"
    newest = measure.aggregate in ("last", "age")
    several = sorted(value.items(), key=lambda pair: (pair[1] if newest else -pair[1], pair[0]))[:5]
    return ", ".join(f"{key} {_single(measure, one)}" for key, one in several)


def _single(measure: Measure, value: float) -> str:
    if measure.aggregate in ("last", "age"):
        return "never" if value == inf else f"{span(value)} ago"
    return f"{value:,.2f}"
