"""Whose is it, event by event: the persons, shared devices and session tokens, and who has taken back their consent.

The rules are those of `application.identity.attribution`, as `application.learning.histories` reads them: a stranger is
their identifier, what nobody logged in for on a shared device, or on a token after its session, is nobody's but its
own, and a guest's order is nobody's at all. Who has taken back one of the purposes of learning counts nowhere.
"""

from collections.abc import Iterable, Sequence

from application.journal.room import Room
from application.projections.consents import ALLOWED, IN_PASSING, LEARNING, ConsentsProjection, withdrawn_in
from application.projections.identity import (
    BOUND,
    FORGOTTEN,
    IDENTIFIERS,
    PERSONS,
    SHARED,
    IdentityProjection,
    named_in,
)
from application.projections.rows import Collection, Rows
from domain.identity import identifier, link
from domain.identity.attribution import anonymous_person
from domain.identity.consent import ConsentChanged
from domain.identity.person import PersonForgotten
from domain.identity.policy import IdentityPolicy
from ports.event_log import Recorded

#: subjects of whom nothing counts: somebody of their person has taken back their consent
REFUSING: Collection[bool] = Collection("refusing", bool)
#: one row, "no", once anybody has taken anything back
_EVER: Collection[bool] = Collection("ever", bool)

_OF_IDENTITY = frozenset(
    [
        identifier.IdentifierObserved,
        identifier.IdentifierBlocked,
        identifier.IdentifierUnblocked,
        link.IdentityLinked,
        link.IdentityLinkRetracted,
        PersonForgotten,
    ]
)
_DECIDES = frozenset([IDENTIFIERS.name, SHARED.name, BOUND.name])


class Whose:
    """`apply` takes in an event; what the rest says is then so. Made for one batch over its rows."""

    def __init__(self, policy: IdentityPolicy, rows: Rows) -> None:
        self._kinds = frozenset(policy.bound_within)
        self._identity, self._persons = IdentityProjection(policy), Room(rows, "identity", deep=True)
        self._consents, self._allowed = ConsentsProjection(), Room(rows, "consents")

    def load(self, batch: Sequence[Recorded], subjects: Iterable[str]) -> None:
        """Read what a batch needs; `subjects`: whose sessions and orders begin in it."""
        named = [one for recorded in batch for one in named_in(recorded.event)]
        self._persons.load(IDENTIFIERS, [*named, *subjects])
        self._persons.load(FORGOTTEN, named)

    def apply(self, recorded: Recorded) -> set[str]:
        """Take in an event; return the subjects of whose history the customer, or whether it counts, may be another."""
        event = recorded.event
        touched: set[str] = set()
        if type(event) in _OF_IDENTITY:
            self._persons.changed.clear()
            self._identity.apply((recorded,), self._persons)
            touched = {key for name, key in self._persons.changed if name in _DECIDES}
        if isinstance(event, PersonForgotten):
            self._consents.apply((recorded,), self._allowed)
            self._allowed.drop(REFUSING, event.identifiers)
            touched -= set(event.identifiers)
        asked: set[str] = set()
        if self._told(recorded):
            self._allowed.changed.clear()
            self._consents.apply((recorded,), self._allowed)
            asked = {key for name, key in self._allowed.changed if name == ALLOWED.name}
        if touched and self._allowed.get(_EVER, "no") is not None:
            persons = {key for name, key in self._persons.changed if name == PERSONS.name}
            asked |= touched.union(*map(self._members, persons))
        return touched | self._refusing(asked) if asked else touched

    def customer(self, subject: str, started: float | None = None) -> str:
        """Return whose the history of a subject is. `started`: of the session, in Unix seconds; None for an order."""
        if not subject:
            return ""
        if started is not None and subject.partition(":")[0] in self._kinds:
            until = self._persons.get(BOUND, subject)
            if until is not None and started > until:
                return anonymous_person(subject)
        known = self._persons.get(IDENTIFIERS, subject)
        if known is None:
            return subject
        return anonymous_person(subject) if known.shared else known.person or subject

    def refuses(self, subject: str) -> bool:
        """Tell whether the person behind a subject has taken back a purpose that learning needs."""
        return self._allowed.get(_EVER, "no") is not None and self._allowed.get(REFUSING, subject) is not None

    def _told(self, recorded: Recorded) -> bool:
        """Tell whether an event may say anything of consent. A yes in passing says nothing until anybody said no."""
        event, envelope = recorded.event, recorded.metadata.envelope
        said = event.answers.values() if isinstance(event, ConsentChanged) else ()
        passing = envelope.consent.get(IN_PASSING) if envelope is not None else None
        if "denied" in said or passing == "denied":
            self._allowed.put(_EVER, "no", True)
            return True
        return bool(said) or (passing is not None and self._allowed.get(_EVER, "no") is not None)

    def _refusing(self, identifiers: Iterable[str]) -> set[str]:
        """Look again at the persons of identifiers; return those of whom the answer is another now."""
        known = {one: self._persons.get(IDENTIFIERS, one) for one in identifiers}
        persons = {self._members(row.person) if row and row.person else (one,) for one, row in known.items()}
        found: set[str] = set()
        for members in sorted(persons):
            self._allowed.load(ALLOWED, members)
            self._allowed.load(REFUSING, members)
            said = [row for one in members if (row := self._allowed.get(ALLOWED, one)) is not None]
            now = not withdrawn_in(said).isdisjoint(LEARNING)
            for one in members:
                if (self._allowed.get(REFUSING, one) is not None) is not now:
                    self._allowed.put(REFUSING, one, True) if now else self._allowed.delete(REFUSING, one)
                    found.add(one)
        return found

    def _members(self, person: str) -> tuple[str, ...]:
        return self._persons.get(PERSONS, person) or ()
