"""Read models to what learning reads: rows of touches, and whose history each belongs to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from attrs import Factory, define, field

from application.features.touch import Observation, Touch
from application.identity.attribution import outlives
from application.learning.capping import capped
from application.projections.consents import refusing
from application.projections.identity import BOUND, PERSONS, SHARED
from application.projections.marks import LEADS_TO, UNMARKED, Marks
from application.projections.purchases import PURCHASES
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from domain.identity.attribution import anonymous_person
from ports.event_log import ReadModels


@define
class Row:
    """One training row: a session with what was bought in it, or a purchase that no session led to.

    `subject`: whose it is known to be now; `began_as`: the identifier on which it began, before anybody logged in.
    `looked`: Unix seconds of the session's own last touch; what joins the row later does not move it.
    """

    key: str
    subject: str
    touches: list[Touch]
    began_as: str = ""
    looked: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.began_as = self.began_as or self.subject
        self.looked = max(touch.at for touch in self.touches)


@define
class Histories:
    """`rows` in order of their first touch. `of` gives a person's touches, over all identifiers of the person.

    What the marks leave out is in neither; a bounce is in no row, and still in its person's history. Whoever has taken
    back the use of their data is `refusing`, and in neither as well. `observations`: every version of every touch, for
    what was known when; `rows` are how things are known to be now.
    """

    rows: list[Row] = Factory(list)
    observations: Sequence[Observation] = ()
    marks: Marks = UNMARKED
    refusing: frozenset[str] = frozenset()
    _by_person: dict[str, list[Touch]] = Factory(dict)
    _person_of: Mapping[str, str] = Factory(dict)
    _members: Mapping[str, Sequence[str]] = Factory(dict)

    def of(self, subject: str) -> Sequence[Touch]:
        return self._by_person.get(self.person(subject), ())

    def person(self, subject: str) -> str:
        """Return the person behind a subject; a subject that was never linked is a person of its own."""
        return self._person_of.get(subject, subject)

    def members(self, person: str) -> Sequence[str]:
        """Return the identifiers of a person, sorted."""
        return self._members.get(person, (person,))

    def people(self) -> Iterable[tuple[str, Sequence[Touch]]]:
        """Yield everybody's touches, and at last those of nobody (""): guests' orders."""
        yield from self._by_person.items()
        yield "", [touch for row in self.rows if not row.subject for touch in row.touches]

    @classmethod
    def read(
        cls, read_models: ReadModels, marks: Marks | None = None, observations: Sequence[Observation] = ()
    ) -> Self:
        """Read everything that counts by the marks (the stored ones), a kilobyte of memory or so per session.

        With `UNMARKED` it is the raw history.
        """
        marks = Marks.read(read_models) if marks is None else marks
        identity = View(read_models, "identity")
        shared = {one for one, _ in identity.all(SHARED)}
        persons = ((person, tuple(one for one in ids if one not in shared)) for person, ids in identity.all(PERSONS))
        members = {person: ids for person, ids in persons if ids and ids != (person,)}
        members |= {anonymous_person(one): (one,) for one in shared}
        person_of = {one: person for person, ids in members.items() for one in ids}
        self = cls(marks=marks, refusing=refusing(read_models), person_of=person_of, members=members)
        self.observations = observations
        last: dict[str, list[Row]] = {}
        sessions = View(read_models, "sessions").all(SESSIONS)
        bound = dict(identity.all(BOUND))
        for key, session in sessions:
            if session.subject in self.refusing:
                continue
            subject = anonymous_person(session.subject) if outlives(session, bound) else session.subject
            if touches := marks.kept(session.visitor, session.touches):
                if marks.says_nothing(key, session.touches):
                    self._remember(subject, touches)
                else:
                    self._add(
                        Row(key, subject, touches, session.visitor if subject == session.subject else subject), last
                    )
        for rows in last.values():
            rows.sort(key=lambda row: row.touches[0].at)
        for key, purchase in View(read_models, "purchases").all(PURCHASES):
            if purchase.touches and key not in marks.orders and purchase.subject not in self.refusing:
                self._join(Row(f"order:{key}", purchase.subject, purchase.touches), last)
        self.rows.sort(key=lambda row: (row.touches[0].at, row.key))
        self.rows = capped(self.rows, lambda row: row.touches[0].at, marks.periods)
        return self

    def _add(self, row: Row, last: dict[str, list[Row]]) -> None:
        row.touches.sort(key=lambda touch: touch.at)
        self.rows.append(row)
        if person := self._remember(row.subject, row.touches):
            last.setdefault(person, []).append(row)

    def _remember(self, subject: str, touches: Sequence[Touch]) -> str:
        """Put touches into a person's history; a guest's order is nobody's."""
        if person := self.person(subject):
            self._by_person.setdefault(person, []).extend(touches)
        return person

    def _join(self, purchase: Row, last: dict[str, list[Row]]) -> None:
        """Put a purchase, and what came back of it, behind the session that led to it."""
        person = self.person(purchase.subject)
        at = min(touch.at for touch in purchase.touches)
        before = [row for row in last.get(person, ()) if at - LEADS_TO <= row.looked <= at] if person else []
        if before:
            before[-1].touches.extend(sorted(purchase.touches, key=lambda touch: touch.at))
            self._by_person[person].extend(purchase.touches)
        else:
            self._add(purchase, {})
