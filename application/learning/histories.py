"""Read models to what learning reads: rows of touches, and whose history each belongs to."""

from collections.abc import Mapping, Sequence
from typing import Self

from attrs import Factory, define, field

from application.features.touch import Touch
from application.projections.identity import PERSONS
from application.projections.purchases import PURCHASES
from application.projections.rows import View
from application.projections.sessions import SESSIONS
from ports.event_log import ReadModels

#: A purchase belongs to the row of the session that led to it, if that was no longer ago than this (seconds).
LEADS_TO = 86_400.0


@define
class Row:
    """One training row: a session with what was bought in it, or a purchase that no session led to.

    `looked`: Unix seconds of the session's own last touch; what joins the row later does not move it.
    """

    key: str
    subject: str
    touches: list[Touch]
    looked: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.looked = max(touch.at for touch in self.touches)


@define
class Histories:
    """`rows` in order of their first touch. `of` gives a person's touches, over all identifiers of the person."""

    rows: list[Row] = Factory(list)
    _by_person: dict[str, list[Touch]] = Factory(dict)
    _person_of: Mapping[str, str] = Factory(dict)

    def of(self, subject: str) -> Sequence[Touch]:
        return self._by_person.get(self._person_of.get(subject, subject), ())

    @classmethod
    def read(cls, read_models: ReadModels) -> Self:
        """Read everything; about a kilobyte of memory per session."""
        persons = View(read_models, "identity").all(PERSONS)
        person_of = {one: person for person, members in persons if len(members) > 1 for one in members}
        self = cls(person_of=person_of)
        last: dict[str, list[Row]] = {}
        sessions = View(read_models, "sessions").all(SESSIONS)
        for key, session in sessions:
            if session.touches:
                self._add(Row(key, session.subject, session.touches), last)
        for rows in last.values():
            rows.sort(key=lambda row: row.touches[0].at)
        for key, purchase in View(read_models, "purchases").all(PURCHASES):
            if purchase.touches:
                self._join(Row(f"order:{key}", purchase.subject, purchase.touches), last)
        self.rows.sort(key=lambda row: (row.touches[0].at, row.key))
        return self

    def _add(self, row: Row, last: dict[str, list[Row]]) -> None:
        row.touches.sort(key=lambda touch: touch.at)
        self.rows.append(row)
        if person := self._person_of.get(row.subject, row.subject):  # a guest's order is nobody's history
            self._by_person.setdefault(person, []).extend(row.touches)
            last.setdefault(person, []).append(row)

    def _join(self, purchase: Row, last: dict[str, list[Row]]) -> None:
        """Put a purchase, and what came back of it, behind the session that led to it."""
        person = self._person_of.get(purchase.subject, purchase.subject)
        at = min(touch.at for touch in purchase.touches)
        before = [row for row in last.get(person, ()) if at - LEADS_TO <= row.looked <= at] if person else []
        if before:
            before[-1].touches.extend(sorted(purchase.touches, key=lambda touch: touch.at))
            self._by_person[person].extend(purchase.touches)
        else:
            self._add(purchase, {})


def touches_of_session(read_models: ReadModels, session_id: str) -> Sequence[Touch] | None:
    """Return the touches of one session in order of time, following redirects; None if there is no such session."""
    view = View(read_models, "sessions")
    seen: set[str] = set()
    while (session := view.one(SESSIONS, session_id)) is not None and session.absorbed_by and session_id not in seen:
        seen.add(session_id)
        session_id = session.absorbed_by
    return None if session is None else sorted(session.touches, key=lambda touch: touch.at)
