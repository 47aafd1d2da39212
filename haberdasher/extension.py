"""An extension: what a package of somebody else adds to this house, as one frozen record that is passed to `bootstrap`.

Everything that it stores or publishes begins with its own name, so that it never meets a name of ours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import Factory, field, frozen

from application.intake.transactions import Handler
from application.projections.runner import Projection
from domain.identity.policy import IdentityPolicy
from domain.kernel import Decider
from domain.names import Upcaster
from domain.returns.routing import RoutingPolicy
from domain.taxonomy.fields import Field
from domain.taxonomy.source import Authority
from domain.traffic.policy import NoisePolicy

#: Values of ours that an extension may replace.
Policy = IdentityPolicy | NoisePolicy | RoutingPolicy

#: Names of ours are single words, now and later: one with `_` in it is never one of them.
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_REST = re.compile(r"[a-z][a-z0-9_]*(-[0-9]+)?")


class InvalidExtension(ValueError):
    """An extension that cannot be: the message names it, what is wrong with it, and the remedy."""


@frozen
class CanonicalEvent:
    """An event that comes in by the door as ours do, in any dialect, and what is decided on it.

    `aliases`: what it is called elsewhere, in any spelling. `handler` puts decisions into `Pending`; a `DomainError`
    sends the event to the quarantine. `authority`: a `server` states facts of the shop's own systems; what a `client`
    may state too is behaviour, which needs an identifier and consent.
    """

    name: str
    fields: Sequence[Field]
    handler: Handler
    aliases: Sequence[str] = ()
    authority: Authority = "server"


@frozen
class Extension:
    """Raises `InvalidExtension` for a name that does not begin with `name.`, or stands twice.

    `name`: two or more words, such as `acme_shop`; it is stored, so it outlives the package that it comes from.
    `events`, `states` (of snapshots): class and stored name. `upcasters`: of a stored name whose shape changed, what
    turns version n into n + 1. `policies`: at most one of a kind, in place of ours.
    """

    name: str
    deciders: Sequence[Decider[Any, Any]] = ()
    events: Sequence[tuple[type, str]] = ()
    states: Sequence[tuple[type, str]] = ()
    upcasters: Mapping[str, Mapping[int, Upcaster]] = Factory(dict)
    canonical: Sequence[CanonicalEvent] = ()
    projections: Sequence[Projection] = ()
    policies: Sequence[Policy] = ()
    _checked: None = field(init=False, eq=False, repr=False)

    @_checked.default
    def _check(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidExtension(
                f"{self.name!r}: the name of an extension is two or more words in small letters, joined by _, such as "
                "acme_shop: single words are ours"
            )
        for what, names in self._names():
            for name in names:
                if not name.startswith(f"{self.name}.") or not _REST.fullmatch(name.removeprefix(f"{self.name}.")):
                    raise InvalidExtension(f"{self.name}: {what} {name!r}: call it {self.name}. and a word")
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise InvalidExtension(f"{self.name}: {what} {twice[0]!r} stands there twice: give one another name")
        if unmeant := sorted(self.upcasters.keys() - {name for _, name in self.events}):
            raise InvalidExtension(f"{self.name}: upcasters of {unmeant[0]!r}: no event has that stored name")
        if len({type(one) for one in self.policies}) < len(self.policies):
            raise InvalidExtension(f"{self.name}: policies: at most one of a kind")

    def _names(self) -> Iterator[tuple[str, list[str]]]:
        yield "stored name", [name for _, name in (*self.events, *self.states)]
        yield "category", [one.category for one in self.deciders]
        yield "canonical event", [one.name for one in self.canonical]
        yield "projection", [one.name for one in self.projections]
        yield "version of a policy", [version_of(one) for one in self.policies]


def version_of(policy: Policy) -> str:
    return policy.rule_version if isinstance(policy, NoisePolicy) else policy.version
