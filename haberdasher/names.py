"""Every stored name of this house in one registry. An extension adds its own before the start."""

from collections.abc import Iterable

from domain import order, shipment
from domain.catalogue import product
from domain.identity import consent, identifier, link, person, suggestion
from domain.names import Names
from domain.returns import exchange, maturity, returns, routes
from domain.session import session
from domain.slate import slate
from domain.taxonomy import adoption, quarantine, source
from haberdasher.extension import Extension

EVENTS = (
    *source.EVENTS,
    *adoption.EVENTS,
    *quarantine.EVENTS,
    *identifier.EVENTS,
    *link.EVENTS,
    *person.EVENTS,
    *consent.EVENTS,
    *suggestion.EVENTS,
    *session.EVENTS,
    *order.EVENTS,
    *shipment.EVENTS,
    *returns.EVENTS,
    *exchange.EVENTS,
    *routes.EVENTS,
    *maturity.EVENTS,
    *product.EVENTS,
    *slate.EVENTS,
)
#: States that are kept as snapshots.
STATES: tuple[tuple[type, str], ...] = (
    (session.Session, "session.state"),
    (order.Order, "order.state"),
    (person.Person, "identity.person_state"),
)


def stored_names(extensions: Iterable[Extension] = ()) -> Names:
    """Return the registry. Raises `ValueError` for a name or class that is taken, or an upcaster that is missing."""
    names = Names()
    for cls, name in (*EVENTS, *STATES):
        names.register(cls, name)
    for extension in extensions:
        for cls, name in (*extension.events, *extension.states):
            steps = extension.upcasters.get(name, {})
            names.register(cls, name, version=len(steps) + 1, upcasters=steps)
    return names
