"""Sessions, event by event: what was done in them, and what bridges, cuts, logins and verdicts make of it later."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import astuple

from application.features.touch import Observation, Touch, touch_of
from application.journal.noise import Noise
from application.journal.origins import VISITS, VISITS_OF, Visit
from application.journal.robots import ABOUT_PRODUCTS, Robots
from application.journal.versions import Versions
from application.journal.weather import weather_of
from application.journal.whose import Whose
from application.projections.rows import Rows
from domain.identity.person import PersonForgotten
from domain.session import facts, session
from domain.session.facts import Fact
from ports.event_log import Metadata, Recorded

FACTS = frozenset(cls for cls, _ in facts.FACTS)
DECISIONS = (
    session.SessionStarted,
    session.SessionIdentityBound,
    session.SessionsBridged,
    session.SessionCut,
    session.SessionEnded,
)
#: The fields of a touch before those that the context tells.
_PLAIN = Touch.__struct_fields__.index("season")
_NO_CONTEXT: dict[str, Any] = {}
#: The type checker does not count how many fields a slice fills.
_observation: Callable[..., Observation] = Observation


class Visits:
    """Made for one batch over its rows."""

    def __init__(self, rows: Rows, whose: Whose, noise: Noise, robots: Robots) -> None:
        self._rows, self._whose, self._noise, self._robots = rows, whose, noise, robots

    def apply(self, recorded: Recorded, session_id: str, versions: Versions) -> None:
        """Take in a fact or a decision of a session. Raises `LookupError` if the session never began."""
        event = recorded.event
        if type(event) in FACTS:
            self._record(recorded, session_id, versions)
            return
        match event:
            case session.SessionStarted():
                self._noise.session(recorded, session_id)
                self._start(event)
            case session.SessionIdentityBound():
                self._bind(event.session_id, event.account, event.bound_at.timestamp(), versions)
            case session.SessionsBridged():
                self._move(event.absorbed, event.kept, float("-inf"), versions)
                self._index(_visit(self._rows, event.absorbed).subject, event.absorbed, present=False)
            case session.SessionCut():
                since = event.cut_at.timestamp()
                self._move(event.from_session, event.into_session, since, versions)
                row = _visit(self._rows, event.from_session)
                if row.bound is not None and row.bound >= since:
                    self._bind(event.from_session, "", None, versions)
            case _:
                pass

    def refresh(self, session_id: str, versions: Versions) -> None:
        """Ask again whose a session is and what it weighs."""
        row = self._rows.get(VISITS, session_id)
        if row is None:
            return
        self._robots.changed(row)
        customer, weight = self._owner(row), self._weight(row)
        if (customer, weight) != (row.customer, row.weight):
            row.customer, row.weight = customer, weight
            self._rows.put(VISITS, session_id, row)
            self._restate(session_id, row, versions)

    def refresh_all(self, subjects: Iterable[str], versions: Versions) -> None:
        """Ask again of all sessions of some subjects."""
        for subject in subjects:
            self._rows.prefetch(VISITS, ids := self._rows.get(VISITS_OF, subject) or ())
            for session_id in ids:
                self.refresh(session_id, versions)

    def forget(self, event: PersonForgotten) -> Iterator[Observation]:
        """Drop what is in the sessions of a person who was forgotten; yield the observations."""
        gone = frozenset(event.sessions)
        for home in self._homes(gone):
            row = _visit(self._rows, home)
            yield from [one for one in row.kept if one.session in gone]
            if home not in gone:  # it may go on: what is recorded in it is counted by its place
                row.kept = [_blank(one) if one.session in gone else one for one in row.kept]
                self._rows.put(VISITS, home, row)
            elif left := [one for one in row.kept if one.session not in gone]:
                row.kept, row.guests, row.account, row.bound, row.customer = left, [], "", None, ""
                self._rows.put(VISITS, home, row)
            else:
                self._rows.delete(VISITS, home)
        self._rows.drop(VISITS_OF, event.identifiers)

    def _homes(self, sessions: Iterable[str]) -> list[str]:
        """Return where what is in some sessions was recorded."""
        found: dict[str, None] = {}
        for one in sorted(sessions):
            if (row := self._rows.get(VISITS, one)) is not None:
                found |= dict.fromkeys((one, *row.guests))
        return [one for one in found if self._rows.get(VISITS, one) is not None]

    def _record(self, recorded: Recorded, session_id: str, versions: Versions) -> None:
        row = _visit(self._rows, session_id)
        observation = _observed(recorded, session_id, row)
        if observation is not None:
            row.kept.append(versions.first(observation))
            self._rows.put(VISITS, session_id, row)
        judged, slipped = self._noise.session(recorded, session_id)
        if slipped:
            self._mark_slips(session_id, row, versions)
        if observation is not None:
            self._robots.changed(row, observation.at)
        if judged is not None:
            for one in self._noise.sessions_of(judged):
                self.refresh(one, versions)

    def _mark_slips(self, session_id: str, row: Visit, versions: Versions) -> None:
        touches = [one.id for one in row.kept if one.action in ABOUT_PRODUCTS]
        marked = zip(touches, self._noise.slips(session_id), strict=False)
        row.slips = [touch for touch, is_slip in marked if is_slip]
        self._rows.put(VISITS, session_id, row)
        slips = frozenset(row.slips)
        for place, one in enumerate(row.kept):
            if one.session:
                weight = _visit(self._rows, one.session).weight
                row.kept[place] = versions.changed(one, counts=0.0 if one.id in slips else weight)

    def _start(self, event: session.SessionStarted) -> None:
        row = Visit(event.visitor, event.started_at.timestamp(), event.device_type or "")
        row.customer, row.weight = self._owner(row), self._weight(row)
        self._rows.put(VISITS, event.session_id, row)
        self._index(row.subject, event.session_id, present=True)

    def _bind(self, session_id: str, account: str, bound: float | None, versions: Versions) -> None:
        row = _visit(self._rows, session_id)
        self._robots.changed(row)
        self._index(row.subject, session_id, present=False)
        row.account, row.bound = account, bound
        self._index(row.subject, session_id, present=True)
        self._robots.changed(row)
        row.customer, row.weight = self._owner(row), self._weight(row)
        self._rows.put(VISITS, session_id, row)
        self._restate(session_id, row, versions)

    def _move(self, source: str, target: str, since: float, versions: Versions) -> None:
        """Give what is in `source` from `since` on to `target`."""
        giver, taker = _visit(self._rows, source), _visit(self._rows, target)
        self._rows.prefetch(VISITS, giver.guests)
        gone: list[str] = []
        stay: list[str] = []
        for home in self._homes((source,)):
            row = _visit(self._rows, home)
            slips = frozenset(row.slips)
            here = [(place, one) for place, one in enumerate(row.kept) if one.session == source]
            going = [(place, one) for place, one in here if one.at >= since]
            for place, one in going:
                row.kept[place] = versions.changed(one, session=target, **_state(taker, slip=one.id in slips))
            if going:
                gone.append(home)
                self._rows.put(VISITS, home, row)
            if len(going) < len(here):
                stay.append(home)
        giver.guests = [home for home in stay if home != source]
        taker.guests = sorted({*taker.guests, *gone} - {target})
        for session_id, row in ((source, giver), (target, taker)):
            self._rows.put(VISITS, session_id, row)
            self._robots.changed(row)

    def _restate(self, session_id: str, row: Visit, versions: Versions) -> None:
        """Have everything that is in a session say what is now true of the session."""
        self._rows.prefetch(VISITS, row.guests)
        for home in self._homes((session_id,)):
            kept = _visit(self._rows, home)
            slips = frozenset(kept.slips)
            for place, one in enumerate(kept.kept):
                if one.session == session_id:
                    kept.kept[place] = versions.changed(one, **_state(row, slip=one.id in slips))
            self._rows.put(VISITS, home, kept)

    def _owner(self, row: Visit) -> str:
        return self._whose.customer(row.subject, row.started)

    def _weight(self, row: Visit) -> float:
        return 0.0 if self._whose.refuses(row.subject) else self._noise.weight(row.visitor)

    def _index(self, subject: str, session_id: str, *, present: bool) -> None:
        known = self._rows.get(VISITS_OF, subject) or []
        others = [one for one in known if one != session_id]
        self._rows.put(VISITS_OF, subject, [*others, session_id] if present else others)


def _observed(recorded: Recorded, session_id: str, row: Visit) -> Observation | None:
    """Return the observation that a fact is, None if it says nothing that is counted."""
    fact, metadata = recorded.event, recorded.metadata
    context = metadata.envelope.context if metadata.envelope is not None else _NO_CONTEXT
    device = context.get("device_type") or row.device
    touch = touch_of(fact, metadata, device) or _said(fact, metadata, device)
    if touch is None:
        return None
    return _observation(
        *astuple(touch)[:_PLAIN],
        season=context.get("season") or "",
        weather=weather_of(context) if context else "",
        counts=row.weight,
        id=metadata.event_id,
        position=recorded.position,
        customer=row.customer,
        session=session_id,
        visitor=row.visitor,
        account=row.account,
    )


def _said(fact: Fact, metadata: Metadata, device: str) -> Touch | None:
    """Return a search, or what somebody stated of themselves, as a touch of no product."""
    at, known = metadata.occurred_at.timestamp(), metadata.known_at.timestamp()
    if isinstance(fact, facts.ProductsSearched):
        return Touch(at, known, "search", "", device=device, query=fact.query_text)
    if isinstance(fact, facts.StatedPreferenceRecorded):
        return Touch(at, known, "state", "", device=device, stated=f"{fact.kind}={fact.value}")
    return None


def _blank(one: Observation) -> Observation:
    """Return a place of which nothing is known any more."""
    return Observation(0.0, 0.0, one.action, "", id="", position=0)


def _state(row: Visit, *, slip: bool) -> dict[str, Any]:
    """Return what a session says of everything in it."""
    return {
        "customer": row.customer,
        "visitor": row.visitor,
        "account": row.account,
        "counts": 0.0 if slip else row.weight,
    }


def _visit(rows: Rows, session_id: str) -> Visit:
    row = rows.get(VISITS, session_id)
    if row is None:
        raise LookupError(f"session {session_id} has no row: the log does not start at its beginning")
    return row
