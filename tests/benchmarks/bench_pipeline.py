"""The way of an event through the house, stage by stage: events per second of processor time, on SQLite.

Processor time, because wall time on a shared machine says more about its other guests. No bounds: 3/11 sets them.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from haberdasher.bootstrap import App
from tests.benchmarks.row import Row
from tests.support.house import house
from tests.support.shop import MONDAY

EVENTS = 30_000
PER_BATCH = 5_000
REPETITIONS = 3


def visits(seed: int) -> list[bytes]:
    """Views by visitors who come once, about five products each, as a tracker sends them."""
    dice, bodies = random.Random(seed), list[bytes]()
    while len(bodies) < EVENTS:
        visitor, start = len(bodies), MONDAY + timedelta(seconds=len(bodies))
        for step in range(dice.randint(1, 9)):
            at = (start + timedelta(seconds=30 * step)).isoformat()
            product = dice.randrange(10_000)
            bodies.append(
                f'{{"event":"product_viewed","event_id":"{visitor}-{step}","timestamp":"{at}",'
                f'"anonymous_id":"c-{visitor}","properties":{{"product_id":"{product}"}}}}'.encode()
            )
    return bodies[:EVENTS]


def _rate(stage: Callable[[], object]) -> float:
    started = process_time()
    stage()
    return EVENTS / (process_time() - started)


def _ingest(app: App, bodies: Sequence[bytes]) -> None:
    for first in range(0, EVENTS, PER_BATCH):
        app.door.receive("web", bodies[first : first + PER_BATCH], batch_id=str(first))


def _stages(app: App, bodies: Sequence[bytes]) -> Mapping[str, Callable[[], object]]:
    return {
        "door: redact, interpret, seal, chain, store": partial(_ingest, app, bodies),
        "the same again, all duplicates": partial(_ingest, app, bodies),
        "canonicalise: open, interpret, decide, store": app.canonicaliser.catch_up,
        "four projections, together": partial(app.runner.catch_up, list(app.projections.values())),
    }


def run() -> list[Row]:
    rates: dict[str, list[float]] = {}
    for seed in range(REPETITIONS):
        with TemporaryDirectory() as folder:
            app = house(Path(folder))
            app.canonicaliser.batch = app.runner.batch = PER_BATCH
            for name, stage in _stages(app, visits(seed)).items():
                rates.setdefault(name, []).append(_rate(stage))
            app.close()
    return [Row(name, values, "events/CPU s") for name, values in rates.items()]
