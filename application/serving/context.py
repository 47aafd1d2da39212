"""Who asks, as far as it is known: the person, their touches, and what was seen last."""

from collections.abc import Sequence

from attrs import frozen

from application.features.ranking import RECENT, sought
from application.features.touch import Touch
from application.projections.identity import IDENTIFIERS, PERSONS
from application.projections.rows import View
from application.serving.customer_features import touches_of_members, touches_of_session
from ports.event_log import ReadModels
from ports.vault import Identifier, Vault

#: The newest touches that a profile is made of: decay has made older ones weightless, and a bot may have thousands.
MOST_TOUCHES = 500


@frozen
class Context:
    """`touches` oldest first. `seen`: the last products, oldest first. A stranger has none of anything.

    `session_id` only of a session that the log knows: what a client calls one may be anything, an address even.
    """

    person: str | None = None
    identifiers: tuple[str, ...] = ()
    touches: Sequence[Touch] = ()
    session_id: str | None = None

    @property
    def seen(self) -> Sequence[str]:
        return sought(self.touches)[-RECENT:]


def context_of(
    read_models: ReadModels, vault: Vault, who: Sequence[Identifier], session_id: str | None, at: float
) -> Context:
    """Look up a customer by the identifiers given, the strongest that is known first, else by the session."""
    found = [surrogate for one in who if (surrogate := vault.find(one)) is not None]
    identity = View(read_models, "identity")
    known = identity.get(IDENTIFIERS, found)
    touches: Sequence[Touch] = ()
    person = None
    for surrogate in found:
        if surrogate in known:
            person = known[surrogate].person or surrogate
            members = identity.one(PERSONS, person)
            touches = touches_of_members(read_models, members or (surrogate,))
            break
    of_session = touches_of_session(read_models, session_id) if session_id else None
    touches = touches or of_session or ()
    happened = sorted((one for one in touches if one.at < at and one.known <= at), key=lambda one: one.at)
    session = None if of_session is None else session_id
    return Context(person, tuple(found), happened[-MOST_TOUCHES:], session)
