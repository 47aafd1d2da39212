"""`haberdasher features parity`: whether what was served, and what streams, is what the declarations say."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from application.parity.engines import EngineParity, Lines
from application.parity.past import LakePast
from application.parity.report import EXCUSES, FAULTS, Report
from application.parity.slates import SlateParity
from domain.catalogue.product import Product
from haberdasher.bootstrap import App, running
from haberdasher.cli.show import answer, fail, json_option, progress, table
from haberdasher.engines import batch_engines
from haberdasher.feature_store import references_now
from haberdasher.settings import load
from ports.batch import BatchEngine, EngineUnavailable
from ports.models import Progress

#: Beyond what serving says it waits until it reads again, in seconds: a round of work may take that long.
_ROUND_S = 60.0


@click.command()
@click.option("--engines", is_flag=True, help="Compare the streaming states with the batch engines instead.")
@click.option("--spark", is_flag=True, help="With --engines: Spark too.")
@click.option("--count", type=click.IntRange(1), help="How many of the newest slates (500), or of each entity (200).")
@click.option("--textfile", type=click.Path(path_type=Path, dir_okay=False), help="Write gauges for Prometheus there.")
@json_option
def parity(*, engines: bool, spark: bool, count: int | None, textfile: Path | None, as_json: bool) -> None:
    """Compute logged features again, as known when they were served; exit with 1 if one is not what it should be."""
    if spark and not engines:
        raise click.UsageError("--spark goes with --engines")
    with running(load()) as app, progress("parity") as report:
        now = app.clock.now().timestamp()
        app.runner.catch_up([app.projections[one] for one in ("slates", "journal")])
        found: Report | Lines
        if engines:
            found = _engines(app, count or 200, report, spark=spark)
        else:
            with batch_engines() as (duckdb, *_):
                found = slate_parity(app, duckdb).run(count or 500, report)
    if textfile is not None:
        _write(textfile, found, now)
    if as_json:
        answer(found.summary())
    elif isinstance(found, Report):
        _show_slates(found)
    else:
        _show_engines(found)
    if not found.exact:
        sys.exit(1)


def slate_parity(app: App, engine: BatchEngine) -> SlateParity:
    """Return the comparison of slates of this house, by an engine."""

    def products() -> Mapping[str, Product]:
        app.shelf.refresh(app.clock.now())
        return app.shelf.products

    return SlateParity(
        tenant=app.settings.tenant,
        log=app.log,
        read_models=app.read_models,
        releases=app.releases,
        past=LakePast(app.lake, engine),
        products=products,
        stale_s=app.live.refresh_popularity + _ROUND_S,
        behind_s=app.live.work.unhurried_s + _ROUND_S,
    )


def _engines(app: App, count: int, report: Progress, *, spark: bool) -> Lines:
    now = app.clock.now().timestamp()
    comparing = EngineParity(app.read_models, app.measures, references_now(app.read_models), now)
    try:
        with batch_engines(spark=spark) as engines:
            return comparing.run({one.name: LakePast(app.lake, one) for one in engines}, count, report)
    except EngineUnavailable as error:
        raise fail(str(error)) from error


def _show_slates(found: Report) -> None:
    rows = []
    for one in found.summary()["features"]:
        figures = [f"{one[name]:.1e}" for name in ("p50", "p99", "max")]
        why = ", ".join(f"{word} {count:,}" for word, count in one["why"].items())
        rows.append((one["feature"], one["rows"], f"{one['differ']:.2%}", *figures, why, one["faults"]))
    columns = ("feature", "rows", "differ", "p50", "p99", "max", "why", "faults")
    table(f"Logged features of {found.slates:,} slates, computed again", columns, rows)
    for reason, count in found.skipped.items():
        click.echo(f"{count:,} slates were left out: {reason}")
    for name, column in found.columns.items():
        if (worst := column.worst) is not None:
            said = f"logged {worst.logged:.6f}, computed {worst.computed:.6f}"
            click.echo(f"{name}: worst in slate {worst.slate_id}, {worst.product_id}: {said} ({worst.why})")
    causes = {word for column in found.columns.values() for why in column.why for word in why.split("+")}
    for word, meaning in {**EXCUSES, **FAULTS}.items():
        if word in causes:
            click.echo(f"{word}: {meaning}")
    if not found.slates:
        click.echo("no slate of a release with a ranker was logged yet")


def _show_engines(found: Lines) -> None:
    columns = ("engine", "measure", "of", "compared", "difference", "bound", "verdict")
    rows = [
        (one.engine, one.measure, one.entity, one.compared, f"{one.apart:.1e}", f"{one.bound:.0e}", one.verdict)
        for one in found.lines
    ]
    table("Streaming states, by batch engine", columns, rows)
    if found.moved:
        click.echo(f"{found.moved:,} changed meanwhile and were left out")


def _write(path: Path, found: Report | Lines, now: float) -> None:
    """Write gauges, whole or not at all, as the textfile collector of Prometheus' node exporter reads them."""
    registry = CollectorRegistry()
    kind = "slate" if isinstance(found, Report) else "engine"
    for name, by_feature in found.gauges().items():
        gauge = Gauge(f"haberdasher_{kind}_parity_{name}", "Of the last run.", ["feature"], registry=registry)
        for feature, value in by_feature.items():
            gauge.labels(feature).set(value)
    Gauge(f"haberdasher_{kind}_parity_run_timestamp_seconds", "When that was.", registry=registry).set(now)
    write_to_textfile(str(path), registry)
