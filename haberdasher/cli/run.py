"""`haberdasher run SOURCE PATH`: the main job, from a folder of real events to a table of judged models."""

from pathlib import Path

import click
from attrs import frozen

from adapters.sources import diginetica
from application.evaluation.report import Report
from application.learning.exam import Plan
from application.projections.runner import Status
from haberdasher.bootstrap import running
from haberdasher.cli.ingest import Ingested, ingest_files, path_argument, show_ingested, source_argument
from haberdasher.cli.learn import Learned, learn_now, seed_option, show_release, show_reports
from haberdasher.cli.project import project_all
from haberdasher.cli.show import answer, json_option, table
from haberdasher.cli.watch import despite_drift_option
from haberdasher.settings import load


@frozen
class Outcome:
    ingested: Ingested
    projections: tuple[Status, ...]
    learned: Learned


@click.command()
@source_argument
@path_argument
@seed_option
@despite_drift_option
@json_option
def run(*, source: str, path: Path, seed: int, despite_drift: bool, as_json: bool) -> None:
    """Ingest, project, learn, and judge against baselines.

    Sources that come with a published test are judged on it, beside the published figures. A second run changes
    nothing: every event is a duplicate, the release is there, and the table is the same.
    """
    published = path if source == "diginetica" else None
    with running(load()) as app:
        ingested = ingest_files(app, source, path)
        projections = project_all(app)
        learned = learn_now(app, Plan(seed=seed), published, despite_drift=despite_drift)
        outcome = Outcome(ingested, projections, learned)
    if as_json:
        answer(outcome)
        return
    show_ingested(ingested)
    if published is None:
        show_reports(learned.reports)
    else:
        show_published(learned.reports[0])
    show_release(learned.release)


def show_published(report: Report) -> None:
    """Print P@20 and MRR@20 as the session literature does, ours first, then the figures of the papers."""
    rows: list[tuple[str, ...]] = []
    for model in dict.fromkeys(row.model for row in report.rows):
        figures = {row.metric: row for row in report.rows if row.model == model and not row.against}
        cells = [
            f"{100 * figures[metric].value:.2f} [{100 * (figures[metric].low or 0):.2f}, "
            f"{100 * (figures[metric].high or 0):.2f}]"
            for metric in ("recall@20", "mrr@20")
        ]
        rows.append((model, *cells, f"{100 * figures['coverage@20'].value:.1f}"))
    rows += [(name, f"{p:.2f}", f"{mrr:.2f}", "published") for name, p, mrr in diginetica.FIGURES]
    title = f"Next click on {report.cases:,} published test prefixes, all items ranked, in % [95 % interval]"
    table(title, ("model", "P@20", "MRR@20", "coverage@20"), rows)
