"""Who asks, as far as it is known: the person, their touches, and what was seen last."""

from collections.abc import Sequence

from attrs import frozen

from application.features.ranking import RECENT, sought
from application.features.touch import Touch
from application.identity.attribution import Owner, owner_of
from application.projections.consents import withdrawn
from application.projections.rows import View
from application.serving.customer_features import session_of, touches_of_subjects
from ports.event_log import ReadModels
from ports.vault import Identifier, Vault

#: The newest touches that a profile is made of: decay has made older ones weightless, and a bot may have thousands.
MOST_TOUCHES = 500


@frozen
class Context:
    """`touches` oldest first. `seen`: the last products, oldest first. A stranger has none of anything.

    `refused`: whoever asks has taken back the use of what is known of them, and is a stranger for that.

    `session_id` only of a session that the log knows: what a client calls one may be anything, an address even.
    """

    person: str | None = None
    identifiers: tuple[str, ...] = ()
    touches: Sequence[Touch] = ()
    session_id: str | None = None
    refused: bool = False

    @property
    def seen(self) -> Sequence[str]:
        return sought(self.touches)[-RECENT:]


def context_of(
    read_models: ReadModels, vault: Vault, who: Sequence[Identifier], session_id: str | None, at: float
) -> Context:
    """Look up a customer by the identifiers given, the strongest that is known first, else by the session.

    On a shared device it is whoever logged in within this session, and nobody before that.
    """
    found = [surrogate for one in who if (surrogate := vault.find(one)) is not None]
    session = session_of(read_models, session_id) if session_id else None
    owner = _owner(View(read_models, "identity"), found, session.account if session else None, at)
    whose = owner.subjects if owner else ((session.subject,) if session else tuple(found))
    if "personalisation" in withdrawn(read_models, whose):
        return Context(refused=True)
    touches = touches_of_subjects(read_models, owner.subjects) if owner else ()
    touches = touches or (session.touches if session else ())
    happened = sorted(
        (one for one in touches if one.at < at and one.known <= at), key=lambda one: (one.at, one.product)
    )
    return Context(
        owner.person if owner else None,
        tuple(found),
        happened[-MOST_TOUCHES:],
        session_id if session else None,
    )


def _owner(identity: View, found: Sequence[str], account: str | None, at: float) -> Owner | None:
    return next((owner for one in found if (owner := owner_of(identity, one, account, at)) is not None), None)
