"""To erase somebody is an entry of the intake log like any other: it has its place in the one order of things.

What came before it is a fact when it is carried out, so that nothing of it is overlooked; what comes after it finds
nobody. A process that dies on the way leaves the entry where it is, and the next one carries it out again; what only
the vault could tell is written down before the vault forgets it.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from attrs import define, evolve, field

from application.intake.key_ids import subject_of
from application.intake.visiting import SUBJECTS, Subject
from application.pending import Pending
from application.projections.rows import Collection as RowCollection
from application.projections.rows import Rows
from domain.identity import person
from ports.event_log import Advance, Commit, Metadata, PositionConflict, StreamConflict
from ports.intake import Arrival, IntakeRecord
from ports.vault import Keyring

#: No source that sends can be called so: the door takes `#` out of names.
ERASURES = "#erasures"
#: surrogate -> the position at which it was erased; "" while nobody was
FORGOTTEN: RowCollection[int] = RowCollection("forgotten", int)
#: position of an order that is being carried out -> surrogates of the papers that go with it
PAPERS: RowCollection[list[str]] = RowCollection("papers", list[str])
_ANYBODY = ""


#: Surrogates of papers that are about to go -> those and all that were named before. Durable on return.
Keep = Callable[[Sequence[str]], Sequence[str]]
#: (surrogate, when, keep) -> who was erased. It destroys keys and values, and may be called again after half of that.
CarryOut = Callable[[str, datetime, Keep], person.PersonForgotten]


def erasure(surrogate: str, at: datetime, fingerprint: bytes, *, after: int | None = None) -> Arrival:
    """Return the order to erase whoever a surrogate is of. It says nothing about anybody: it is not sealed.

    `after`: the position of an order for the same surrogate that came to nothing.
    """
    name = surrogate if after is None else f"{surrogate}#{after}"
    return Arrival(ERASURES, name, at, "", surrogate.encode(), fingerprint)


@define
class Forgetting:
    """What the canonicaliser does about erasures, in its own rows."""

    pending: Pending
    rows: Rows
    keyring: Keyring
    carry_out: CarryOut | None = field(default=None)

    def erase(self, order: IntakeRecord, position: int) -> bool:
        """Carry an order out and record it; False, and nothing was destroyed, where another worker was faster.

        `position`: where the canonicaliser stands. Errors: `LookupError` where nobody told how.
        """
        if self.carry_out is None:
            raise LookupError("an erasure was ordered, and this worker cannot carry it out")
        at, key = order.arrival.received_at, str(order.position)
        try:
            forgotten = self.carry_out(
                order.arrival.sealed.decode(), at, lambda papers: self._keep(key, papers, position)
            )
        except (StreamConflict, PositionConflict):
            return False
        self.rows.delete(PAPERS, key)
        events = person.forget(self.pending.state(person.DECIDER, forgotten.person), forgotten)
        self.pending.take(person.DECIDER, forgotten.person, events, Metadata("", at, at, order.position))
        self.rows.put(FORGOTTEN, _ANYBODY, order.position)
        self.rows.drop(SUBJECTS, forgotten.identifiers)
        for one in (*forgotten.identifiers, *forgotten.papers):
            self.rows.put(FORGOTTEN, one, order.position)
        for carrier in forgotten.carriers:
            self._leave(carrier, frozenset(forgotten.sessions))
        return True

    def bury(self, key_ids: Collection[str]) -> None:
        """Destroy the keys of erased people once more: a door that was about to seal may have made them again."""
        if self.rows.get(FORGOTTEN, _ANYBODY) is None:
            return
        subjects = {one for key_id in key_ids if (one := subject_of(key_id)) is not None}
        self.rows.prefetch(FORGOTTEN, subjects)
        if gone := sorted(one for one in subjects if self.rows.get(FORGOTTEN, one) is not None):
            self.keyring.destroy(gone)

    def _keep(self, key: str, papers: Sequence[str], position: int) -> Sequence[str]:
        every = sorted({*papers, *(self.rows.get(PAPERS, key) or ())})
        self.rows.put(PAPERS, key, every)
        self.pending.log.commit(Commit((), self.rows.changes(), [Advance(self.rows.model, position, position)]))
        self.rows.settled()
        return every

    def _leave(self, carrier: str, sessions: Collection[str]) -> None:
        """Nothing joins a forgotten session any more."""
        subject = self.rows.get(SUBJECTS, carrier) or Subject()
        visits = tuple(one for one in subject.visits if one.session_id not in sessions)
        closed = "" if subject.closed in sessions else subject.closed
        self.rows.put(SUBJECTS, carrier, evolve(subject, visits=visits, closed=closed))
