"""`haberdasher demo`: simulate, ingest, project, learn, evaluate, serve: the whole circle in one command."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import click
from attrs import define

from adapters.sources.simulation.feed import feed
from adapters.sources.simulation.season import Season
from application.learning.exam import Plan
from application.learning.learn import fit, judge, publish, stored_reports
from haberdasher.bootstrap import App, running
from haberdasher.cli.ingest import send_all
from haberdasher.cli.learn import data_to, show_release, show_reports, work_of
from haberdasher.cli.project import project_all
from haberdasher.cli.show import out, progress
from haberdasher.cli.watch import refuse_drift
from haberdasher.demo import PERSONAS, home, personas
from haberdasher.judging import hidden_truth
from haberdasher.settings import Settings, load

#: The tables that a newcomer is shown; `haberdasher evaluate` prints them all.
SHOWN = ("purchase", "discovery", "slate")


@define
class Stage:
    """A line of the demo: what was done, said when it is done."""

    done: str = ""


@contextmanager
def stage(number: int, name: str) -> Iterator[Stage]:
    begun, one = perf_counter(), Stage()
    yield one
    out.print(f"[bold]{number}/6 {name:<9}[/bold] {one.done}  [dim]{perf_counter() - begun:.1f} s[/dim]")


@click.command()
@click.option("--shoppers", default=4000, show_default=True, help="How many people shop.")
@click.option("--products", default=3000, show_default=True, help="How many styles the shop sells.")
@click.option("--days", default=90, show_default=True, help="How long the season lasts.")
@click.option("--seed", default=0, show_default=True, help="Another seed is another shop.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--no-serve", is_flag=True, help="Stop after the evaluation.")
def demo(*, shoppers: int, products: int, days: int, seed: int, host: str, port: int, no_serve: bool) -> None:
    """Show the whole circle on a simulated season, then serve a shop to look at.

    Everything lives in HABERDASHER_HOME, which has to be the demo's own. A second run goes on from there: events that
    were taken are recognised, and what was clicked meanwhile is learned from.
    """
    settings = load()
    with running(settings) as app:
        _run(app, settings, shoppers=shoppers, products=products, days=days, seed=seed)
    if not no_serve:
        out.print(f"[bold]6/6 serve    [/bold] the shop at http://{host}:{port}/")
        sys.stdout.flush()
        # In place of this process, which still holds what learning needed: a server needs a fraction of it.
        command = (sys.executable, "-m", "haberdasher", "serve", "--host", host, "--port", str(port))
        os.execv(sys.executable, command)  # noqa: S606  # our own program, with arguments that click has checked


def _run(app: App, settings: Settings, *, shoppers: int, products: int, days: int, seed: int) -> None:
    with stage(1, "simulate") as one:
        last = home.until(app.clock.now().date())
        wanted = Season(until=last, shoppers=shoppers, products=products, days=days, seed=seed)
        season = home.settle(settings.home, wanted, fresh=app.intake.head() == 0)
        with progress("simulate: pictures") as report:
            pictures = home.draw_pictures(settings.home, season, lambda done, total: report(done, total, ""))
        one.done = (
            f"{products:,} products in {pictures:,} colourways, {shoppers:,} shoppers, {days} days to {season.until}"
        )
    with stage(2, "ingest") as one:
        with progress("ingest") as report:
            ingested = send_all(app, feed(season), "season", lambda done: report(done, 0, ""))
        one.done = (
            f"{ingested.received:,} events: {ingested.accepted:,} accepted, {ingested.duplicate:,} duplicate, "
            f"{ingested.quarantined:,} quarantined"
        )
    with stage(3, "project") as one:
        statuses = project_all(app)
        one.done = f"{app.log.head():,} facts in {len(statuses)} read models"
    refuse_drift(app)
    plan, position = Plan(seed=seed), data_to(app)
    with stage(4, "learn") as one:
        work = work_of(app, plan, None)
        made = app.releases.made_from(work.fingerprint())
        fitted = None
        if made is None:
            with progress("learn") as report:
                fitted = fit(work, app.make.model, report)
        train = work.asked.train
        one.done = f"{len(train.times):,} touches of {train.n_items:,} products, and the slates they came by"
    with stage(5, "evaluate") as one:
        if fitted is None:
            assert made is not None, "what is not fitted was published before"
            reports = stored_reports(app.releases, made.release_id)
        else:
            witness = hidden_truth(season, app.vault, work.dataset, work.asked.rows).witness()
            with progress("evaluate") as report:
                reports = judge(work, fitted, app.make.model, report, witness)
            made = publish(work, fitted, reports, app.releases, data_to=position, now=app.clock.now())
        assert work.ranking is not None, "the demo reads slates"
        personas.settle(app, work.ranking.histories, settings.home / PERSONAS)
        one.done = f"every model on the last {plan.test:.0%} of the sessions, all products ranked"
    show_reports([one for one in reports if one.relevance in SHOWN])
    show_release(made)
