"""The demo as its users start it: a process of its own, over a home of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from application.evaluation.report import Report
from application.learning.learn import stored_reports
from haberdasher.bootstrap import bootstrap
from haberdasher.settings import Settings

#: As small as a season can be that still has purchases enough to be judged on.
SMALL = ("--shoppers", "1500", "--products", "800", "--days", "60")


def run_demo(home: Path, *options: str) -> str:
    """Run `haberdasher demo --no-serve` over `home`; return what it printed. Raises if it failed."""
    command = (sys.executable, "-m", "haberdasher", "demo", "--no-serve", *options)
    environ = os.environ | {"HABERDASHER_HOME": str(home), "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def reports_of(home: Path) -> Sequence[Report]:
    """Return the tables of the only release in a home."""
    app = bootstrap(Settings(home=home))
    (release,) = app.releases.list()
    reports = stored_reports(app.releases, release.release_id)
    app.close()
    return reports


def report_of(reports: Sequence[Report], relevance: str) -> Report:
    return next(one for one in reports if one.relevance == relevance)
