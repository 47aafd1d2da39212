"""What is known of one customer: the fold over all touches of the person behind an identifier.

What happened on a shared device without an account is no resolved person's: see `application.identity.attribution`.
"""

from collections.abc import Mapping, Sequence

from application.features.fold import Fold, as_of
from application.features.measures import CUSTOMER
from application.features.touch import Touch
from application.identity.attribution import owner_of, within_bounds
from application.projections import purchases, sessions
from application.projections.rows import View
from ports.event_log import ReadModels
from ports.measures import Value

_FOLD = Fold(CUSTOMER)


def touches_of(read_models: ReadModels, surrogate: str) -> Sequence[Touch]:
    """Return the touches of the person behind `surrogate`, over all their identifiers. Raises `KeyError`."""
    owner = owner_of(View(read_models, "identity"), surrogate)
    if owner is None:
        raise KeyError(f"no identifier is called {surrogate!r}")
    return touches_of_subjects(read_models, owner.subjects)


def touches_of_subjects(read_models: ReadModels, subjects: Sequence[str]) -> Sequence[Touch]:
    """Return the touches of the sessions and orders that are of these identifiers."""
    visited, bought = View(read_models, "sessions"), View(read_models, "purchases")
    visits = [one for ids in visited.get(sessions.BY_SUBJECT, subjects).values() for one in ids]
    orders = [one for ids in bought.get(purchases.BY_SUBJECT, subjects).values() for one in ids]
    theirs = within_bounds(View(read_models, "identity"), visited.get(sessions.SESSIONS, visits).values())
    touches = [touch for row in theirs for touch in row.touches]
    return touches + [touch for row in bought.get(purchases.PURCHASES, orders).values() for touch in row.touches]


def session_of(read_models: ReadModels, session_id: str) -> sessions.Session | None:
    """Return the session that is called so, or went into that one; None if there is no such session."""
    view = View(read_models, "sessions")
    seen: set[str] = set()
    while (
        (session := view.one(sessions.SESSIONS, session_id)) is not None
        and session.absorbed_by
        and session_id not in seen
    ):
        seen.add(session_id)
        session_id = session.absorbed_by
    return session


def features_of(
    read_models: ReadModels, surrogate: str, *, at: float, known: float | None = None
) -> Mapping[str, Value]:
    """Return every customer measure at the time `at` (Unix seconds), from what was known by `known`."""
    return as_of(touches_of(read_models, surrogate), _FOLD, at=at, known=known)
