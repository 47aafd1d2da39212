"""Online reads of features: a customer, a session and 500 products in one round trip, decoded to values and a matrix.

Sizes are those of busy customers: 3 KB, 1 KB, and 6 numbers for a product, of 20,000 products and 2,000 customers. The
ratio is to a bare pipelined MGET of the same bytes by the same client, read by read beside ours. Bounds are stated as
limit / measured, so that 1 or more holds.
"""

import random
import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import redis

from application.features.aging import matrix_brought_to
from application.features.measures import measures_of
from application.features.packing import Packing, single
from ports.feature_store import Entry, FeatureStore, Key
from ports.measures import Entity, Value
from tests.benchmarks.row import Row
from tests.support.feature_stores import REDIS, opened, store_url

PRODUCTS, CUSTOMERS, ASKED = 20_000, 2_000, 500
READS, ROUNDS = 400, 5
LIMIT_MS, LIMIT_RATIO = 3.0, 2.0
NOW = 1_795_000_000.0
#: Keys of each mapping that make a value of about the size.
_KEYS = {"customer": 9, "session": 15}
_PACKINGS: dict[Entity, Packing] = {one: Packing(measures_of(one)) for one in ("customer", "session", "product")}


def _values(entity: Entity, dice: random.Random) -> dict[str, Value]:
    names = [f"name-{n:02d}" for n in range(_KEYS.get(entity, 0))]
    return {
        one.name: dice.random() if single(one) else {name: dice.random() for name in names}
        for one in _PACKINGS[entity].measures
    }


def _entries() -> list[Entry]:
    dice = random.Random(5)
    many: list[tuple[Entity, int]] = [("customer", CUSTOMERS), ("session", CUSTOMERS), ("product", PRODUCTS)]
    return [
        Entry(entity, f"{entity[0]}-{n:06d}", n, NOW - dice.random() * 3600, _PACKINGS[entity].pack(values), 3600.0)
        for entity, count in many
        for n in range(count)
        for values in [_values(entity, dice)]
    ]


def _questions() -> list[list[Key]]:
    dice = random.Random(7)
    products: list[list[Key]] = [
        [("product", f"p-{n:06d}") for n in dice.sample(range(PRODUCTS), ASKED)] for _ in range(READS)
    ]
    who = [f"{dice.randrange(CUSTOMERS):06d}" for _ in range(READS)]
    return [[("customer", f"c-{n}"), ("session", f"s-{n}"), *some] for n, some in zip(who, products, strict=True)]


def _read(store: FeatureStore, keys: Sequence[Key]) -> None:
    """What serving does: values of the customer and the session, and the matrix of the products, brought to now."""
    found = store.get(keys, NOW)
    values = [one.value if one else None for one in found]
    assert _PACKINGS["customer"].unpack(values[0])
    assert _PACKINGS["session"].unpack(values[1])
    packing = _PACKINGS["product"]
    matrix, known = packing.matrix(values[2:])
    assert known.all()
    matrix_brought_to(matrix, packing.measures, np.array([one.at if one else NOW for one in found[2:]]), NOW)


def _timed(work: Callable[[Sequence[Key]], object], keys: Sequence[Key]) -> float:
    started = perf_counter()
    work(keys)
    return 1000 * (perf_counter() - started)


def _fill(store: FeatureStore, entries: Sequence[Entry]) -> float:
    """Put all in batches of 1,000; return entries per second."""
    token = store.acquire("bench")
    started = perf_counter()
    for start in range(0, len(entries), 1000):
        store.put(entries[start : start + 1000], token)
    return len(entries) / (perf_counter() - started)


def _rows(name: str, store: FeatureStore, bare: Callable[[Sequence[Key]], object] | None) -> list[Row]:
    questions, medians, p99s, ratios = _questions(), [], [], []
    for keys in questions[:50]:
        _read(store, keys)
    for _ in range(ROUNDS):
        ours, theirs = [], []
        for keys in questions:
            if bare is not None:
                theirs.append(_timed(bare, keys))
            ours.append(_timed(partial(_read, store), keys))
        medians.append(statistics.median(ours))
        p99s.append(statistics.quantiles(ours, n=100)[98])
        if bare is not None:
            ratios.append(statistics.median(ours) / statistics.median(theirs))
    bounded = name != "postgresql"
    rows = [Row(f"{name}: read and decode, median", medians, "ms"), Row(f"{name}: p99", p99s, "ms")]
    if bounded:
        rows.append(Row(f"{name}: {LIMIT_MS:.0f} ms / p99", [LIMIT_MS / one for one in p99s], "", 1.0))
    if bare is not None:
        rows.append(Row(f"{name}: read and decode / bare MGET", ratios, ""))
        rows.append(Row(f"{name}: {LIMIT_RATIO:.0f} / that ratio", [LIMIT_RATIO / one for one in ratios], "", 1.0))
    return rows


def run() -> list[Row]:
    """Fill each store with the same entries and ask it the same questions."""
    entries, rows = _entries(), list[Row]()
    sizes = {one.entity: len(one.value) for one in entries}
    for entity, size in sizes.items():
        rows.append(Row(f"packed {entity}", [size], "bytes"))
    for kind in ("redis", "sqlite", "postgresql"):
        with TemporaryDirectory() as folder, ExitStack() as stack:
            url = stack.enter_context(store_url(kind, Path(folder)))
            store = stack.enter_context(opened(url))
            rows.append(Row(f"{kind}: put, 1,000 at a time", [_fill(store, entries)], "entries/s"))
            bare = None
            if kind == "redis":
                client = stack.enter_context(redis.Redis.from_url(REDIS))
                bare = _bare(client, f"features:{{{url.partition('#')[2]}main}}:")
            rows += _rows(kind, store, bare)
    return rows


def _bare(client: redis.Redis, prefix: str) -> Callable[[Sequence[Key]], object]:
    """Return what asks for the same bytes and does nothing with them. Names of keys are made before, by the caller."""
    names: dict[int, list[str]] = {}

    def ask(keys: Sequence[Key]) -> object:
        mine = names.setdefault(id(keys), [f"{prefix}{entity}:{key}" for entity, key in keys])
        with client.pipeline(transaction=False) as pipeline:
            pipeline.mget(mine)
            return pipeline.execute()

    return ask
