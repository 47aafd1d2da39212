"""Every read model of this house, in the order in which they are brought up to date."""

from application.feedback.attribution import Attribution
from application.identity.resolution import IdentityResolution
from application.journal.journal import Journal
from application.projections.bulk import BulkProjection
from application.projections.carts import CartsProjection
from application.projections.catalogue import CatalogueProjection
from application.projections.clicks import ClicksProjection
from application.projections.consents import ConsentsProjection
from application.projections.feed import FeedProjection
from application.projections.periods import PeriodsProjection
from application.projections.purchases import PurchasesProjection
from application.projections.quarantine import QuarantineProjection
from application.projections.runner import Projection
from application.projections.sessions import SessionsProjection
from application.projections.slates import SlatesProjection
from application.projections.traces import TracesProjection
from application.projections.traffic import TrafficProjection
from application.returns.routing import Routing
from application.returns.signals import SignalsProjection
from haberdasher.extending import Extensions
from ports.bots import BotList


def projections_of(tenant: str, added: Extensions, bots: BotList, journal: Journal) -> tuple[Projection, ...]:
    """Return them all, with the policies and read models that extensions bring. `bots`: programs known by name."""
    return (
        IdentityResolution(tenant, added.identity),
        SessionsProjection(),
        PurchasesProjection(),
        CatalogueProjection(),
        QuarantineProjection(),
        *(TrafficProjection(bots, added.noise), ClicksProjection(added.noise), CartsProjection()),
        *(BulkProjection(added.noise), PeriodsProjection(), FeedProjection()),
        SlatesProjection(),
        *(ConsentsProjection(), TracesProjection()),
        *(Routing(added.routing), SignalsProjection(added.routing)),
        *(Attribution(), journal),
        *added.projections,
    )
