"""An extension: what a package of somebody else adds to this house, as one frozen record that is passed to `bootstrap`.

Everything that it stores or publishes begins with its own name, so that it never meets a name of ours.
"""

import re
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from attrs import Attribute, field, frozen, has

from application.features.columns import COLUMNS
from application.intake.transactions import Handler
from application.projections.runner import Projection
from domain.identity.policy import IdentityPolicy
from domain.kernel import Decider
from domain.names import Upcaster
from domain.returns.routing import RoutingPolicy
from domain.taxonomy.fields import Field
from domain.taxonomy.normalise import normalise
from domain.taxonomy.source import Authority
from domain.traffic.policy import NoisePolicy
from ports.measures import Measure

#: Values of ours that an extension may replace.
Policy = IdentityPolicy | NoisePolicy | RoutingPolicy

#: Names of ours are single words, now and later: one with `_` in it is never one of them.
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_REST = re.compile(r"[a-z][a-z0-9_]*(-[0-9]+)?")
_STORED = "an attrs class and its stored name"


class InvalidExtension(ValueError):
    """An extension that cannot be: the message names it, what is wrong with it, and the remedy."""


def _is(expected: str, right: Callable[[Any], bool]) -> Callable[[Any, "Attribute[Any]", Any], None]:
    """Return a validator of a field of a record that has a name."""

    def check(record: Any, attribute: "Attribute[Any]", given: Any) -> None:
        if not right(given):
            raise InvalidExtension(f"{record.name}: {attribute.name}: expected {expected}, not {reprlib.repr(given)}")

    return check


def _all(expected: str, right: Callable[[Any], bool]) -> Callable[[Any, "Attribute[Any]", Any], None]:
    """Return a validator of a list or tuple, each member of which is `expected`."""

    def check(record: Any, attribute: "Attribute[Any]", given: Any) -> None:
        _is(f"a tuple, each member {expected}", lambda whole: isinstance(whole, list | tuple))(record, attribute, given)
        for one in given:
            _is(expected, right)(record, attribute, one)

    return check


def _is_word(given: Any) -> bool:
    return isinstance(given, str) and normalise(given) != ""


def _is_words(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(map(_is_word, given))


def _is_field(given: Any) -> bool:
    return isinstance(given, Field) and _is_words([given.name]) and _is_words(given.also) and callable(given.parse)


def _is_decider(given: Any) -> bool:
    return isinstance(given, Decider) and all(map(callable, (given.initial, given.evolve)))


def _is_stored(given: Any) -> bool:
    match given:
        case (type() as cls, str()):
            return has(cls)
        case _:
            return False


def _is_lifted(given: Any) -> bool:
    """Whether these are upcasters from version 1 on, without a gap."""
    return isinstance(given, Mapping) and all(
        isinstance(steps, Mapping)
        and set(steps) == set(range(1, len(steps) + 1))
        and all(map(callable, steps.values()))
        for steps in given.values()
    )


def _is_projection(given: Any) -> bool:
    return not isinstance(given, type) and hasattr(given, "name") and callable(getattr(given, "apply", None))


def _is_measure(given: Any) -> bool:
    """Whether this is a measure that explains itself, of what an observation has."""
    return (
        isinstance(given, Measure)
        and bool(given.doc and given.unit and given.source)
        and (not given.key or (given.key != "id" and COLUMNS.get(given.key) == "text"))
        and (not given.value or COLUMNS.get(given.value) == ("truth" if given.aggregate == "ratio" else "real"))
    )


@frozen
class CanonicalEvent:
    """An event that comes in by the door as ours do, in any dialect, and what is decided on it.

    `aliases`: what it is called elsewhere, in any spelling. `handler` puts decisions into `Pending`; a `DomainError`
    sends the event to the quarantine. `authority`: a `server` states facts of the shop's own systems; what a `client`
    may state too is behaviour, which needs an identifier and consent.
    """

    name: str = field(validator=_is("text", _is_word))
    fields: Sequence[Field] = field(validator=_all("a domain.taxonomy.fields.Field: a name and a parser", _is_field))
    handler: Handler = field(validator=_is("a function", callable))
    aliases: Sequence[str] = field(default=(), validator=_all("a name with a letter in it", _is_word))
    authority: Authority = field(
        default="server", validator=_is(" or ".join(get_args(Authority)), get_args(Authority).__contains__)
    )


@frozen
class Extension:
    """Raises `InvalidExtension` for a name that does not begin with `name.`, or stands twice.

    `name`: two or more words, such as `acme_shop`; it is stored, so it outlives the package that it comes from.
    `events`, `states` (of snapshots): class and stored name. `upcasters`: of a stored name whose shape changed, what
    turns version n into n + 1. `policies`: at most one of a kind, in place of ours.
    """

    name: str = field()
    deciders: Sequence[Decider[Any, Any]] = field(default=(), validator=_all("a domain.kernel.Decider", _is_decider))
    events: Sequence[tuple[type, str]] = field(default=(), validator=_all(_STORED, _is_stored))
    states: Sequence[tuple[type, str]] = field(default=(), validator=_all(_STORED, _is_stored))
    upcasters: Mapping[str, Mapping[int, Upcaster]] = field(
        factory=dict, validator=_is("functions by stored name and version, from 1 on without a gap", _is_lifted)
    )
    canonical: Sequence[CanonicalEvent] = field(
        default=(), validator=_all("a CanonicalEvent", lambda one: isinstance(one, CanonicalEvent))
    )
    projections: Sequence[Projection] = field(
        default=(), validator=_all("an object with a name and a method apply", _is_projection)
    )
    policies: Sequence[Policy] = field(
        default=(), validator=_all("an identity, noise or routing policy", lambda one: isinstance(one, Policy))
    )

    features: Sequence[Measure] = field(
        default=(),
        validator=_all(
            "a Measure with doc, unit and source, key a text of application.features.columns, value a real or truth",
            _is_measure,
        ),
    )

    @name.validator
    def _check_name(self, _: "Attribute[str]", name: Any) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise InvalidExtension(
                f"{name!r}: the name of an extension is two or more words in small letters, joined by _, such as "
                "acme_shop: single words are ours"
            )

    def __attrs_post_init__(self) -> None:
        for what, names in self._names():
            for name in names:
                if not self._begins(name):
                    raise InvalidExtension(f"{self.name}: {what} {name!r}: call it {self.name}. and a word")
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise InvalidExtension(f"{self.name}: {what} {twice[0]!r} stands there twice: give one another name")
        if unmeant := sorted(self.upcasters.keys() - {name for _, name in self.events}):
            raise InvalidExtension(f"{self.name}: upcasters of {unmeant[0]!r}: no event has that stored name")
        if len({type(one) for one in self.policies}) < len(self.policies):
            raise InvalidExtension(f"{self.name}: policies: at most one of a kind")
        for policy in self.policies:
            for kind, cap in policy.degree_caps.items() if isinstance(policy, IdentityPolicy) else ():
                if cap < 0:
                    raise InvalidExtension(f"{version_of(policy)}: degree_caps: {kind}: expected 0 or more, not {cap}")

    def _begins(self, name: Any) -> bool:
        head = f"{self.name}."
        return isinstance(name, str) and name.startswith(head) and _REST.fullmatch(name.removeprefix(head)) is not None

    def _names(self) -> Iterator[tuple[str, list[str]]]:
        yield "stored name", [name for _, name in (*self.events, *self.states)]
        yield "category", [one.category for one in self.deciders]
        yield "canonical event", [one.name for one in self.canonical]
        yield "projection", [one.name for one in self.projections]
        yield "feature", [one.name for one in self.features]
        yield "version of a policy", [version_of(one) for one in self.policies]


def version_of(policy: Policy) -> str:
    return policy.rule_version if isinstance(policy, NoisePolicy) else policy.version
