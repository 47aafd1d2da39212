"""A log written by hand, for tests that say event by event what the journal makes of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import Factory, define

from application.features.touch import Observation
from domain.identity import identifier, link
from domain.session import facts, session
from domain.session.facts import Fact, ProductRef
from domain.taxonomy.envelope import Envelope
from ports.event_log import Metadata, Recorded
from tests.support.shop import MONDAY
from tests.unit.journal.stories import Heard, fold

COAT = ProductRef("coat", "coat/m", "coats", "acme", "red", "m")


def at(minute: float) -> datetime:
    return MONDAY + timedelta(minutes=minute)


@define
class Log:
    """Events happen when they are told, unless `known` (a minute) says that they were known at another time."""

    events: list[Recorded] = Factory(list)

    def add(
        self, stream: str, event: Any, minute: float, *, known: float | None = None, envelope: Envelope | None = None
    ) -> None:
        number = len(self.events) + 1
        metadata = Metadata(f"e-{number}", at(minute), at(minute if known is None else known), number, envelope)
        self.events.append(Recorded(10 * number, f"main/{stream}", 1, event, metadata))

    def start(self, name: str, visitor: str, minute: float, device: str = "mobile") -> None:
        self.add(f"session-{name}", session.SessionStarted(name, visitor, "web", at(minute), device), minute)

    def fact(self, name: str, fact: Fact, **more: Any) -> None:
        minute = (fact.occurred_at - MONDAY).total_seconds() / 60
        self.add(f"session-{name}", fact, minute, **more)

    def view(self, name: str, minute: float, product: ProductRef = COAT, **more: Any) -> None:
        self.fact(name, facts.ProductViewed(at(minute), product), **more)

    def bind(self, name: str, account: str, minute: float, **more: Any) -> None:
        self.add(f"session-{name}", session.SessionIdentityBound(name, account, at(minute)), minute, **more)

    def see(self, *surrogates: str, minute: float = 0) -> None:
        for one in surrogates:
            seen = identifier.IdentifierObserved(one, one.partition(":")[0], at(minute))
            self.add(f"identifier-{one}", seen, minute)

    def link(self, one: str, other: str, minute: float, kind: str = "login") -> None:
        key = f"{one}+{other}".replace("-", "_")
        self.add(f"identity_link-{key}", link.IdentityLinked(one, other, kind, at(minute), "e"), minute)

    def unlink(self, one: str, other: str, minute: float) -> None:
        key = f"{one}+{other}".replace("-", "_")
        self.add(f"identity_link-{key}", link.IdentityLinkRetracted(one, other, "login", "wrong", at(minute)), minute)

    def heard(self) -> Heard:
        return fold(self.events, [3])[0]

    def versions(self, touch: str | None = None) -> list[Observation]:
        """Return what is told of everything, or of one touch, by its id."""
        return [one for one in self.heard().versions if touch in {None, one.id}]


def envelope(context: Mapping[str, Any] | None = None, **more: Any) -> Envelope:
    return Envelope("web", "e", "1", "1", "web", MONDAY, context=context or {}, **more)


def states(versions: Sequence[Observation]) -> list[tuple[int, str, float]]:
    """Return position, customer and what it counts of versions."""
    return [(one.position, one.customer, one.counts) for one in versions]
