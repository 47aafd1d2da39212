"""A source declares itself once, and what it declared is a fact: how its events were read depends on it.

`clock`: a live source is held to the present (skew, future and age rules); a backfill source (history, imports,
simulation) is trusted on when things happened, and what it says is known `delay_s` seconds later.
`authority`: only a server may say that an order was placed or a return received. `dialect`: whose wire form it speaks.
`currency`: of amounts that come without one; a source that declares none has to say it each time.
"""

from typing import Literal, assert_never

from attrs import evolve as amend
from attrs import frozen

from domain.kernel import Decider, DomainError
from domain.values import EXPONENTS

Clock = Literal["live", "backfill"]
Authority = Literal["client", "server"]
LegalBasis = Literal["consent", "contract", "legitimate_interest"]
CHANNELS = frozenset(["web", "app_ios", "app_android", "in_store", "contact_center", "email", "partner"])
#: The dialect of events that come in the generic wire form already.
PLAIN = "haberdasher"


@frozen
class Declaration:
    name: str
    clock: Clock = "live"
    delay_s: int = 0
    authority: Authority = "client"
    legal_basis: LegalBasis = "legitimate_interest"
    channel: str = "web"
    dialect: str = PLAIN
    currency: str = ""


@frozen
class SourceRegistered:
    declaration: Declaration


@frozen
class SourceRedeclared:
    """From here on the source is read differently; what was read before stays as it was read."""

    declaration: Declaration


Event = SourceRegistered | SourceRedeclared


class InvalidDeclaration(DomainError):
    """A source that cannot be: the message names the field."""


@frozen
class State:
    declaration: Declaration | None = None


def evolve(state: State, event: Event) -> State:
    match event:
        case SourceRegistered(declaration) | SourceRedeclared(declaration):
            return amend(state, declaration=declaration)
        case _:
            assert_never(event)


def declare(state: State, declaration: Declaration) -> tuple[Event, ...]:
    """Register a source, or change what it declared; the same declaration again is nothing to do."""
    if not declaration.name or len(declaration.name) > 64:
        raise InvalidDeclaration("name: 1 to 64 characters")
    if declaration.delay_s < 0:
        raise InvalidDeclaration("delay_s: a source cannot be known before it happened")
    if declaration.clock == "live" and declaration.delay_s:
        raise InvalidDeclaration("delay_s: a live source is known when it is received")
    if declaration.currency and declaration.currency not in EXPONENTS:
        raise InvalidDeclaration("currency: an ISO 4217 code in capitals, such as EUR")
    if state.declaration is None:
        return (SourceRegistered(declaration),)
    return () if state.declaration == declaration else (SourceRedeclared(declaration),)


DECIDER = Decider(category="source", initial=State, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = (
    (SourceRegistered, "source.registered"),
    (SourceRedeclared, "source.redeclared"),
)
