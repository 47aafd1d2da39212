"""The newest values of each entity: in the database of the house, in Redis, or in memory for tests."""

from adapters.feature_store.memory_feature_store import MemoryFeatureStore
from adapters.feature_store.redis_feature_store import RedisFeatureStore
from adapters.feature_store.sql_feature_store import SqlFeatureStore

__all__ = ["MemoryFeatureStore", "RedisFeatureStore", "SqlFeatureStore"]
