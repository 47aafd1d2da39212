"""Feature stores for tests: a fresh one each, gone afterwards; what is absent skips, or fails where it is required."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import redis

from adapters.database import connect
from adapters.feature_store.memory_feature_store import MemoryFeatureStore
from adapters.feature_store.redis_feature_store import RedisFeatureStore
from adapters.feature_store.sql_feature_store import SqlFeatureStore
from haberdasher.testing.feature_store import MakeFeatureStore
from ports.feature_store import FeatureStore
from tests.support.services import DATABASES, absent, database_url

#: A database number of our own, beside those that brokers and others use.
REDIS = os.environ.get("HABERDASHER_TEST_REDIS", "redis://127.0.0.1:6379").rstrip("/") + "/13"
#: Those that processes can share.
SHARED = (*DATABASES, "redis")


@contextmanager
def store_url(kind: str, folder: Path) -> Iterator[str]:
    """Where stores of the kind live: a database of its own, or a fragment of Redis that is emptied afterwards."""
    if kind != "redis":
        with database_url(kind, folder) as url:
            yield url
        return
    ours = f"test{uuid4().hex}"
    client = redis.Redis.from_url(REDIS)
    try:
        client.ping()
    except redis.RedisError as error:
        absent(f"Redis at {REDIS}: {error}")
    try:
        yield f"{REDIS}#{ours}"
    finally:
        names = list(client.scan_iter(match=f"*{ours}*", count=1000))
        if names:
            client.delete(*names)
        client.close()


@contextmanager
def opened(url: str, tenant: str = "main") -> Iterator[FeatureStore]:
    """A store of its own connections at what `store_url` gave."""
    if url.startswith("redis"):
        address, _, ours = url.partition("#")
        store = RedisFeatureStore(address, f"{ours}{tenant}")
        yield store
        store.close()
        return
    engine = connect(url)
    yield SqlFeatureStore(engine, tenant)
    engine.dispose()


@contextmanager
def stores(kind: str, folder: Path) -> Iterator[MakeFeatureStore]:
    """What makes the stores of one test: one of its own connections for each tenant."""
    known: dict[str, FeatureStore] = {}
    if kind == "memory":
        yield lambda tenant: known.setdefault(tenant, MemoryFeatureStore())
        return
    with store_url(kind, folder) as url, ExitStack() as stack:

        def make(tenant: str) -> FeatureStore:
            if tenant not in known:
                known[tenant] = stack.enter_context(opened(url, tenant))
            return known[tenant]

        yield make
