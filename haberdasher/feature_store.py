"""Which feature store the settings name, and what values in it are read against."""

from sqlalchemy import Engine

from adapters.feature_store.sql_feature_store import SqlFeatureStore
from application.features.catalogue_references import references_of
from application.projections.catalogue import PRODUCTS, CatalogueProjection
from application.projections.rows import View
from haberdasher.settings import DATABASE, Settings
from ports.event_log import ReadModels
from ports.feature_store import FeatureStore
from ports.measures import References


def feature_store_of(settings: Settings, engine: Engine) -> FeatureStore:
    """Return the one in Redis, or that in the database of the house. Redis need not run yet: nothing is asked of it.

    What is left in the database of a time when values were put there is deleted.
    """
    ours = SqlFeatureStore(engine, settings.tenant)
    if settings.feature_store != DATABASE:
        ours.abandon()
    if settings.feature_store in {"", DATABASE}:
        return ours
    from adapters.feature_store.redis_feature_store import RedisFeatureStore  # noqa: PLC0415 - a client to load

    return RedisFeatureStore(settings.feature_store, settings.tenant)


def references_now(read_models: ReadModels) -> References:
    """Return what the catalogue says now."""
    return references_of(dict(View(read_models, CatalogueProjection.name).all(PRODUCTS)))
