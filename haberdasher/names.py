"""Every stored name of this house in one registry. An extension adds its own before the start."""

from collections.abc import Iterable

from domain import order, shipment
from domain.catalogue import product
from domain.identity import consent, identifier, link, person
from domain.names import Names
from domain.returns import exchange, returns
from domain.session import session
from domain.slate import slate
from domain.taxonomy import adoption, quarantine, source

EVENTS = (
    *source.EVENTS,
    *adoption.EVENTS,
    *quarantine.EVENTS,
    *identifier.EVENTS,
    *link.EVENTS,
    *person.EVENTS,
    *consent.EVENTS,
    *session.EVENTS,
    *order.EVENTS,
    *shipment.EVENTS,
    *returns.EVENTS,
    *exchange.EVENTS,
    *product.EVENTS,
    *slate.EVENTS,
)
#: States that are kept as snapshots.
STATES: tuple[tuple[type, str], ...] = (
    (session.Session, "session.state"),
    (order.Order, "order.state"),
    (person.Person, "identity.person_state"),
)


def stored_names(extra: Iterable[tuple[type, str]] = ()) -> Names:
    """Return the registry. Raises `ValueError` for a name or class that is taken."""
    names = Names()
    for cls, name in (*EVENTS, *STATES, *extra):
        names.register(cls, name)
    return names
