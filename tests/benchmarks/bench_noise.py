"""How well the marks tell machines from people in the simulated shop, over three seeds, and what the fold costs.

The machines of the simulation do what the rules look for: the shares say that the rules work as written, not how many
robots of a real shop they would find. Figures are in per cent; people wronged as the per cent that were not, so that
all bounds are lower ones.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from adapters.bots import CrawlerList
from adapters.event_log import MemoryReadModels, MemoryStore
from adapters.sources.simulation.season import Season
from application.projections.rows import Rows
from application.projections.traffic import TrafficProjection
from ports.event_log import Recorded
from tests.benchmarks.row import Row
from tests.support.noise import Found, Share, found, shop

SEEDS = (0, 1, 2)
BATCH = 5000
LEAST_EVENTS = 60_000.0


def _season(seed: int) -> Season:
    return Season(date(2026, 6, 30), shoppers=1000, products=600, days=45, touched=0.1, machines=0.25, seed=seed)


def _rate(events: Sequence[Recorded]) -> float:
    """Return events per second of processor time: folding and encoding rows, without a database."""
    rows, projection = Rows(MemoryReadModels(MemoryStore()), "traffic#1"), TrafficProjection(CrawlerList())
    started = process_time()
    for first in range(0, len(events), BATCH):
        projection.apply(events[first : first + BATCH], rows)
        rows.changes()
        rows.settled()
    return len(events) / (process_time() - started)


def _written(events: Sequence[Recorded]) -> float:
    """Return rows written per event."""
    rows, projection = Rows(MemoryReadModels(MemoryStore()), "traffic#1"), TrafficProjection(CrawlerList())
    written = 0
    for first in range(0, len(events), BATCH):
        projection.apply(events[first : first + BATCH], rows)
        written += len(rows.changes())
        rows.settled()
    return written / len(events)


def _measure(seed: int) -> tuple[Found, float, float]:
    season = _season(seed)
    with TemporaryDirectory() as folder:
        app = shop(Path(folder), season)
        events = app.log.follow(after=0, limit=1_000_000)
        measured = found(app, season), _rate(events), _written(events)
        app.close()
    return measured


def _row(name: str, shares: Sequence[Share], bound: float | None = None, *, inverse: bool = False) -> Row:
    """Return the share of every seed; the name holds all seeds together with their Wilson interval."""
    total = Share(sum(one.hits for one in shares), sum(one.of for one in shares))
    values = [100 * (1 - one.value if inverse else one.value) for one in shares]
    return Row(f"{name}: {total}", values, "%", bound)


def run() -> list[Row]:
    measured = [_measure(seed) for seed in SEEDS]
    every = [one for one, _, _ in measured]
    kinds = ("scraper", "rotating", "carding")
    return [
        _row("declared robots taken for robots", [one.declared for one in every], 99.5),
        _row("undeclared robots flagged", [one.undeclared for one in every], 90.0),
        *(
            _row(f"of them, {kind}", [one.share([kind], taken_for=["bot", "suspect"]) for one in every])
            for kind in kinds
        ),
        _row("shopping agents taken for agents", [one.agents for one in every]),
        _row("people not wronged; wronged", [one.wronged for one in every], 99.5, inverse=True),
        Row("fold of the traffic", [rate for _, rate, _ in measured], "events/CPU s", LEAST_EVENTS),
        Row("rows written by it", [written for _, _, written in measured], "per event"),
    ]
