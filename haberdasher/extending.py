"""All extensions of a house together: found by the names in the settings, held against each other and against ours."""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar, get_type_hints

import msgspec
from attrs import frozen

from adapters.event_log.stored_state import Decoders
from application.features.measures import MEASURES
from application.intake.transactions import HANDLERS, Handler
from application.projections.runner import Projection
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.returns.routing import ROUTING, RoutingPolicy
from domain.taxonomy.aliases import AMBIGUOUS, DERIVED, TABLES
from domain.taxonomy.fields import Schema
from domain.taxonomy.known import OURS, KnownEvents
from domain.taxonomy.normalise import normalise
from domain.taxonomy.vocabulary import DISCRIMINATED, EVERYWHERE, Aliases
from domain.traffic.policy import NOISE, NoisePolicy
from haberdasher.extension import CanonicalEvent, Extension, InvalidExtension, Policy
from haberdasher.names import stored_names
from ports.measures import Measure

_SPELLED = re.compile(r"(?P<module>[a-zA-Z]\w*(\.[a-zA-Z]\w*)*):(?P<attribute>[a-zA-Z]\w*)", re.ASCII)

Kind = TypeVar("Kind", bound=Policy)


@frozen
class Extensions:
    """Extensions that get along: `together` makes it."""

    all: tuple[Extension, ...] = ()

    @property
    def canonical(self) -> Sequence[CanonicalEvent]:
        return [event for one in self.all for event in one.canonical]

    @property
    def known(self) -> KnownEvents:
        """Return the canonical events that this house takes in."""
        theirs = {one.name: Schema(tuple(one.fields)) for one in self.canonical}
        of_servers = {one.name for one in self.canonical if one.authority == "server"}
        return KnownEvents({**OURS.schemas, **theirs}, OURS.server_only | of_servers)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {**HANDLERS, **{one.name: one.handler for one in self.canonical}}

    @property
    def projections(self) -> tuple[Projection, ...]:
        return tuple(projection for one in self.all for projection in one.projections)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return our features and theirs."""
        return (*MEASURES, *(measure for one in self.all for measure in one.features))

    def policy(self, kind: type[Kind], ours: Kind) -> Kind:
        """Return the policy that replaces ours, or ours."""
        return next((given for one in self.all for given in one.policies if isinstance(given, kind)), ours)

    @property
    def identity(self) -> IdentityPolicy:
        return self.policy(IdentityPolicy, DEFAULT_POLICY)

    @property
    def noise(self) -> NoisePolicy:
        return self.policy(NoisePolicy, NOISE)

    @property
    def routing(self) -> RoutingPolicy:
        return self.policy(RoutingPolicy, ROUTING)

    def aliases(self, own: Aliases) -> Aliases:
        """Return the operator's own aliases over those of the extensions: both are recorded, and date what is read."""
        theirs = {alias: one.name for one in self.canonical for alias in (one.name, *one.aliases)}
        return {**own, EVERYWHERE: {**theirs, **own.get(EVERYWHERE, {})}} if theirs else own


def together(extensions: Sequence[Extension]) -> Extensions:
    """Check what no extension can know of itself. Raises `InvalidExtension`."""
    for one in extensions:
        if not isinstance(one, Extension):
            raise InvalidExtension(f"{one!r} is not a haberdasher.extension.Extension")
    _once("extension", [(one.name, one.name) for one in extensions])
    _once("policy", [(type(policy).__name__, one.name) for one in extensions for policy in one.policies])
    spellings = []
    for one in extensions:
        for event in one.canonical:
            for name in (event.name, *event.aliases):
                if _is_ours(normalise(name)):
                    raise InvalidExtension(f"{one.name}: the alias {name!r} of {event.name} means something else here")
                spellings.append((normalise(name), event.name))
    _once("alias", sorted(set(spellings)))
    _check_stored(extensions)
    return Extensions(tuple(extensions))


def find(spelled: str) -> Extension:
    """Return the extension that `module:attribute` names: the record, or a function without arguments that returns it.

    A function is called only if its annotation promises an `Extension`. Raises `InvalidExtension`.
    """
    parts = _SPELLED.fullmatch(spelled)
    if parts is None:
        raise InvalidExtension(f"{spelled!r}: expected module:attribute, such as acme_shop:extension")
    try:
        found: Any = getattr(import_module(parts["module"]), parts["attribute"], None)
        if not isinstance(found, Extension) and _promises(found):
            found = found()
    except InvalidExtension as error:
        raise InvalidExtension(f"{spelled}: {error}") from None
    except ModuleNotFoundError as error:
        raise InvalidExtension(f"{spelled}: there is no module {error.name!r}: install it beside haberdasher") from None
    except Exception as error:  # it is code of somebody else: whatever it raises is their fault
        raise InvalidExtension(
            f"{spelled}: {_said(error)}: it must import, and a function takes no arguments: "
            f'python -c "from {parts["module"]} import {parts["attribute"]} as it; callable(it) and it()" shows where'
        ) from error
    if not isinstance(found, Extension):
        raise InvalidExtension(
            f"{spelled}: expected an Extension, or a function annotated to return one, not {type(found).__name__}"
        )
    return found


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _promises(found: Any) -> bool:
    try:
        return callable(found) and get_type_hints(found).get("return") is Extension
    except (NameError, TypeError):
        return False


def _check_stored(extensions: Sequence[Extension]) -> None:
    """Make the decoder of each stored class now: at its first event it would be too late to refuse it."""
    try:
        names = stored_names(extensions)
    except ValueError as error:
        raise InvalidExtension(f"{error}: a class has one stored name, and belongs to who named it first") from None
    decoders = Decoders(names)
    for one in extensions:
        for cls, name in (*one.events, *one.states):
            try:
                decoders[names.named(name).topic]
                msgspec.json.schema(cls)  # a decoder is made for a class that cannot be written; a schema is not
            except Exception as error:  # annotations are code of somebody else
                raise InvalidExtension(
                    f"{one.name}: {name}: {cls.__name__} cannot be stored: {_said(error)}: annotate its fields with "
                    "attrs classes and plain values"
                ) from error


def _once(what: str, claims: Sequence[tuple[str, str]]) -> None:
    """`claims`: (what is claimed, by whom)."""
    by: dict[str, str] = {}
    for claimed, claimant in claims:
        if claimed in by:
            raise InvalidExtension(
                f"{what} {claimed}: claimed by {by[claimed]} and by {claimant}: leave one of them out"
            )
        by[claimed] = claimant


def _is_ours(name: str) -> bool:
    ours = (*TABLES.values(), AMBIGUOUS, DERIVED, DISCRIMINATED)
    return any(name in one for one in ours)
