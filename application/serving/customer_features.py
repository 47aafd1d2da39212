"""What is known of one customer: the fold over all touches of the person behind an identifier."""

from collections.abc import Mapping, Sequence

from application.features.declarations import measures_of
from application.features.fold import Value, as_of
from application.features.touch import Touch
from application.projections import purchases, sessions
from application.projections.identity import IDENTIFIERS, PERSONS
from application.projections.rows import View
from ports.event_log import ReadModels


def touches_of(read_models: ReadModels, surrogate: str) -> Sequence[Touch]:
    """Return the touches of the person behind `surrogate`, over all their identifiers. Raises `KeyError`."""
    identity = View(read_models, "identity")
    known = identity.one(IDENTIFIERS, surrogate)
    if known is None:
        raise KeyError(f"no identifier is called {surrogate!r}")
    members = identity.one(PERSONS, known.person or surrogate)
    return touches_of_members(read_models, members or (surrogate,))


def touches_of_members(read_models: ReadModels, members: Sequence[str]) -> Sequence[Touch]:
    """Return the touches of a person whose identifiers are known."""
    visited, bought = View(read_models, "sessions"), View(read_models, "purchases")
    visits = [one for ids in visited.get(sessions.BY_SUBJECT, members).values() for one in ids]
    orders = [one for ids in bought.get(purchases.BY_SUBJECT, members).values() for one in ids]
    touches = [touch for row in visited.get(sessions.SESSIONS, visits).values() for touch in row.touches]
    return touches + [touch for row in bought.get(purchases.PURCHASES, orders).values() for touch in row.touches]


def touches_of_session(read_models: ReadModels, session_id: str) -> Sequence[Touch] | None:
    """Return the touches of one session in order of time, following redirects; None if there is no such session."""
    view = View(read_models, "sessions")
    seen: set[str] = set()
    while (
        (session := view.one(sessions.SESSIONS, session_id)) is not None
        and session.absorbed_by
        and session_id not in seen
    ):
        seen.add(session_id)
        session_id = session.absorbed_by
    return None if session is None else sorted(session.touches, key=lambda touch: touch.at)


def features_of(
    read_models: ReadModels, surrogate: str, *, at: float, known: float | None = None
) -> Mapping[str, Value]:
    """Return every customer measure at the time `at` (Unix seconds), from what was known by `known`."""
    return as_of(touches_of(read_models, surrogate), measures_of("customer"), at=at, known=known)
