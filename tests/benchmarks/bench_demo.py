"""The demo as a newcomer starts it, after installation: how long, how much memory, and what the models gain.

Three seeds of the full season. The bounds are stated so that 1 or more holds: 120 s / time, 2 GB / memory; a gain holds
if the lower end of its interval is above 0.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from application.evaluation.report import Report
from tests.benchmarks.row import Row
from tests.support.demo_season import report_of, reports_of

SEEDS = (0, 1, 2)
MOST_SECONDS = 120.0
MOST_GIGABYTES = 2.0
BASELINES = ("popularity", "item_knn")
STAGES = ("simulate", "ingest", "project", "learn", "evaluate")
#: Just above 0: an interval that begins at 0 is no gain.
NONE = 1e-9


@frozen
class Measured:
    """`stages`: seconds by stage, as the demo says them."""

    seconds: float
    gigabytes: float
    stages: dict[str, float]
    reports: Sequence[Report]


def _measure(seed: int) -> Measured:
    with TemporaryDirectory() as folder:
        environ = os.environ | {"HABERDASHER_HOME": folder, "JAX_PLATFORMS": "cpu"}
        demo = (sys.executable, "-m", "haberdasher", "demo", "--no-serve", "--seed", str(seed))
        done = subprocess.run(
            ("/usr/bin/time", "-f", "%e %M", *demo), env=environ, capture_output=True, text=True, check=True
        )
        elapsed, kilobytes = done.stderr.strip().splitlines()[-1].split()
        stages = {name: float(re.findall(rf"\d/6 {name} .* ([\d.]+) s", done.stdout)[0]) for name in STAGES}
        return Measured(float(elapsed), int(kilobytes) / 1e6, stages, reports_of(Path(folder)))


def run() -> list[Row]:
    """Run the demo once for each seed."""
    every = [_measure(seed) for seed in SEEDS]
    rows = [
        Row("demo, to the last table", [one.seconds for one in every], "s"),
        Row(f"{MOST_SECONDS:.0f} s / time", [MOST_SECONDS / one.seconds for one in every], "", 1.0),
        Row("most memory", [one.gigabytes for one in every], "GB"),
        Row(f"{MOST_GIGABYTES:.0f} GB / memory", [MOST_GIGABYTES / one.gigabytes for one in every], "", 1.0),
        *(Row(f"stage: {name}", [one.stages[name] for one in every], "s") for name in STAGES),
    ]
    for relevance in ("purchase", "discovery"):
        tables = [report_of(one.reports, relevance) for one in every]
        for model in ("popularity", "item_knn", "two_tower", "two_tower + network", "hidden truth"):
            rows.append(Row(f"{relevance}: recall@20 of {model}", [t.value(model, "recall@20") for t in tables], ""))
            rows.append(Row(f"{relevance}: truth@20 of {model}", [t.value(model, "truth@20") for t in tables], ""))
        for other in BASELINES:
            gains = [one.gain("two_tower", "recall@20", other) for one in tables]
            rows.append(Row(f"{relevance}: gain of two_tower over {other}", [gain.value for gain in gains], ""))
            lows = [gain.low or 0.0 for gain in gains]
            rows.append(Row(f"{relevance}: its lower end, the worst seed", [min(lows)], "", NONE))
    slates = [report_of(one.reports, "slate") for one in every]
    scorers = ("retrieval", "popularity", "network", "gradient_boosting")
    return rows + [Row(f"slates: auc of {name}", [one.value(name, "auc") for one in slates], "") for name in scorers]
