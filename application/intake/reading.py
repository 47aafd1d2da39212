"""What an event says, understood once: the door asks for its answer, the canonicaliser to write it down."""

from datetime import datetime
from typing import Any

from attrs import frozen

from application.intake.facts import fact_of
from domain.identity.policy import DEFAULT_POLICY, IdentityPolicy
from domain.session.facts import Fact
from domain.taxonomy.aliases import SERVER_ONLY
from domain.taxonomy.fields import key
from domain.taxonomy.interpret import Canonical, interpret
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from ports.vault import Identifier

event_id = key(200)


@frozen
class Understood:
    """`who`: identifiers that identify somebody, strongest first. `fact`: what goes into the session, if anything."""

    canonical: Canonical
    who: tuple[Identifier, ...]
    fact: Fact | None


def understand(
    sent: Any,
    source: Declaration | None,
    received_at: datetime,
    source_event_id: str,
    policy: IdentityPolicy = DEFAULT_POLICY,
) -> Understood:
    """Read one decoded event completely. Raises `Refused`, and nothing else for any input."""
    if source is None:
        raise Refused(Reason.SOURCE_NOT_REGISTERED, "source", "register the source before it sends")
    canonical = interpret(sent, source, received_at)
    if (own := sent.get("event_id")) is not None:
        event_id(own, "event_id", [])
    who = tuple(Identifier(kind, value) for kind, value in canonical.identifiers if not policy.is_blocked_value(value))
    if not who and canonical.name not in SERVER_ONLY:
        raise Refused(Reason.MISSING_REQUIRED, "anonymous_id", "every identifier sent identifies nobody")
    return Understood(canonical, who, fact_of(canonical, source_event_id))
