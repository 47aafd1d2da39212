"""What a session is after, read live: its facts after every decision on them, and what the catalogue knows beside."""

from collections.abc import Iterable, Mapping

from application.features.catalogue_references import price_levels
from application.features.intent import Intent, Knowledge, PriceLevel, intent_of
from application.features.touch import Touch
from application.projections.catalogue import PRODUCTS
from application.projections.periods import periods
from application.projections.rows import View
from application.projections.sessions import ENGAGED, Session
from application.serving.customer_features import session_of, touches_of
from domain.catalogue.product import Product
from domain.traffic.periods import HOUR_S
from ports.event_log import ReadModels

#: Facets of a listing, as suppliers name them: the cut of a garment, and whom it is made for.
_CUT, _MADE_FOR = "silhouette", "gender"


def intent_of_session(read_models: ReadModels, session_id: str, *, at: float) -> Intent | None:
    """Return the intent of a session at the time `at` (Unix seconds); None if there is no such session."""
    session = session_of(read_models, session_id)
    if session is None:
        return None
    pages = {one.page for one in session.touches} | {one.page for one in session.steps} - {""}
    engaged = View(read_models, "sessions").get(ENGAGED, [f"{session.visitor}/{page}" for page in sorted(pages)])
    return intent_of(
        session.touches,
        session.steps,
        {key.partition("/")[2]: row for key, row in engaged.items()},
        session.circumstances,
        at=at,
        knowledge=_knowledge(read_models, session, at),
    )


def _knowledge(read_models: ReadModels, session: Session, at: float) -> Knowledge:
    products = dict(View(read_models, "catalogue").all(PRODUCTS))
    listings = (one.listing for one in products.values() if one.listing is not None)
    earlier = touches_of(read_models, session.subject)
    hour = at // HOUR_S
    return Knowledge(
        prices={category: PriceLevel(*level) for category, level in price_levels(listings).items()},
        silhouettes=_facet(products, _CUT),
        subjects=(made_for := _facet(products, _MADE_FOR)),
        usual=frozenset(_bought_for(earlier, made_for, at)),
        promotion=any(one.kind == "promo" and one.begin <= hour < one.end for one in periods(read_models)),
    )


def _facet(products: Mapping[str, Product], name: str) -> Mapping[str, str]:
    listed = ((key, one.listing) for key, one in products.items())
    return {key: listing.attributes[name] for key, listing in listed if listing and name in listing.attributes}


def _bought_for(touches: Iterable[Touch], made_for: Mapping[str, str], at: float) -> Iterable[str]:
    bought = (one.product for one in touches if one.action == "purchase" and one.at < at)
    return (made_for[one] for one in bought if one in made_for)
