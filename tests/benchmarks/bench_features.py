"""Features: streaming per core beside a bare decode of the same events, its growth, and the batch of a million events.

`python -m tests.benchmarks.bench_features 10000000` streams so many and prints the cost of every million.
"""

import gc
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from operator import attrgetter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import msgspec

from adapters.batch import DuckDBEngine
from application.features.fold import Fold
from application.features.measures import measures_of
from application.features.steps import State
from application.features.touch import Observation
from ports.measures import DAY, ENTITIES
from tests.benchmarks.features_data import END, references, write_observations
from tests.benchmarks.row import Row

EVENTS, ROUNDS = 200_000, 3
CUSTOMERS, PRODUCTS, BRANDS, CATEGORIES = 50_000, 20_000, 300, 40
BATCH = 1_000_000
#: Sessions that are open at the same time; those that are over are let go, as the rows of a projection are.
OPEN = 5_000
_ACTIONS = ("view", "click", "wishlist", "cart", "purchase", "return", "search")
_SHARES = (70, 10, 3, 8, 4, 2, 3)
_SEASONS = ("winter", "spring", "summer", "autumn")


def shopping(seed: int = 7) -> Iterator[Observation]:
    """Yield observations in the order of time, half a second apart: a few much-seen products, many customers."""
    dice = Random(seed)
    for number in range(10**9):
        at = 1.7e9 + number * 0.5
        action = dice.choices(_ACTIONS, _SHARES)[0]
        product = min(int(dice.paretovariate(0.6)), PRODUCTS) if action != "search" else 0
        customer = int(dice.random() ** 2 * CUSTOMERS)
        yield Observation(
            at,
            at,
            action,
            f"p-{product}" if product else "",
            category=f"c-{product % CATEGORIES}" if product else "",
            brand=f"b-{product % BRANDS}" if product else "",
            colour="navy" if product else "",
            size="m" if action in {"cart", "purchase", "return"} else "",
            price=1_000 + product * 7 % 9_000 if product else 0,
            list_price=1_500 + product * 5 % 9_500 if product else 0,
            currency="EUR",
            device="mobile",
            season=_SEASONS[int(at // (91 * DAY)) % 4],
            weather="mild dry",
            query=f"q-{dice.randrange(500)}" if action == "search" else "",
            id=f"{number:032x}",
            position=number,
            customer=f"person-{customer}",
            visitor=f"visitor-{customer}",
            session=f"s-{customer}-{int(at // 1800)}",
        )


class Streaming:
    """All declared measures of all entities, in memory."""

    def __init__(self) -> None:
        self._folds = [(Fold(measures_of(one)), attrgetter(one), one == "session") for one in ENTITIES]
        self._states: list[dict[str, State]] = [{} for _ in ENTITIES]

    def take(self, observations: list[Observation]) -> float:
        """Fold them all; return the seconds of this core that it took."""
        started = process_time()
        for one in observations:
            for (fold, key_of, _), states in zip(self._folds, self._states, strict=True):
                if key := key_of(one):
                    state = states.get(key)
                    if state is None:
                        state = states[key] = {}
                    fold.add(state, one)
        seconds = process_time() - started
        for (_, _, passing), states in zip(self._folds, self._states, strict=True):
            if passing:
                for key in list(islice(states, max(len(states) - OPEN, 0))):
                    del states[key]
        return seconds


def _decoding(raw: list[bytes]) -> float:
    decode = msgspec.json.Decoder(Observation).decode
    started = process_time()
    for one in raw:
        decode(one)
    return process_time() - started


def _streaming() -> list[Row]:
    source, streaming = shopping(), Streaming()
    rates, ratios = [], []
    gc.disable()  # as the runner of projections does while it applies a batch
    try:
        for number in range(ROUNDS + 1):
            observations = list(islice(source, EVENTS))
            seconds, bare = streaming.take(observations), _decoding([msgspec.json.encode(one) for one in observations])
            if number:
                rates.append(EVENTS / seconds)
                ratios.append(bare / seconds)
    finally:
        gc.enable()
    return [
        Row("streaming: all measures of five entities, one core", rates, "events/s", 20_000),
        Row("that beside a bare msgspec decode of the same events", ratios, "of its rate"),
    ]


def batch() -> Mapping[str, float]:
    """Compute every declared measure of everybody from a million events; return seconds, gigabytes, values."""
    with TemporaryDirectory() as folder:
        paths, known = write_observations(Path(folder), BATCH, CUSTOMERS), references()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        engine, values = DuckDBEngine(), 0
        started = perf_counter()
        for entity in ENTITIES:
            values += len(engine.at(paths, measures_of(entity), END, END, known).value)
        seconds = perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "GB": peak / 2**20, "GB before": before / 2**20, "values": float(values)}


def _batch() -> list[Row]:
    """In a process of its own, so that its memory is only its own."""
    program = "import json; from tests.benchmarks.bench_features import batch; print(json.dumps(batch()))"
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    found: Mapping[str, float] = msgspec.json.decode(told)
    return [
        Row("batch on DuckDB: 1 M events, 50k customers, all measures", [found["values"]], "values"),
        Row("its speed", [1 / found["seconds"]], "batches/s", 1 / 30),
        Row("its memory, less than 4 GB", [1 / found["GB"]], "per GB", 1 / 4),
    ]


def run() -> list[Row]:
    return [*_streaming(), *_batch()]


def growth(events: int) -> None:
    """Print what an event costs, million by million."""
    source, streaming, first = shopping(), Streaming(), 0.0
    gc.disable()
    for million in range(1, events // 1_000_000 + 1):
        seconds = bare = 0.0
        for _ in range(5):
            observations = list(islice(source, 200_000))
            seconds += streaming.take(observations)
            bare += _decoding([msgspec.json.encode(one) for one in observations])
        cost = seconds / bare
        first = first or cost
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{million:>3} M  {seconds:6.1f} us/event  {cost:5.1f} decodes  {cost / first:4.2f} of the first"
            f"  {memory:4.1f} GB",
            flush=True,
        )


if __name__ == "__main__":
    growth(int(sys.argv[1]))
