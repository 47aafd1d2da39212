"""`haberdasher learn` and `haberdasher evaluate`: a release, and the figures that are true of it."""

from collections.abc import Sequence
from pathlib import Path

import click
from attrs import frozen

from adapters.sources.diginetica import published_test
from application.evaluation.report import Report
from application.lake.history import observations
from application.learning.dataset import build
from application.learning.exam import Plan, PublishedTest, exam, trained_until
from application.learning.histories import Histories
from application.learning.learn import fit_baselines, judge_all, learn_release
from application.learning.maturity import LabelKind
from application.learning.ranking import RankingData
from application.learning.shown_places import Debiasing
from application.learning.work import Work
from application.projections.catalogue import PRODUCTS
from application.projections.marks import Marks
from application.projections.rows import View
from haberdasher.bootstrap import App, running
from haberdasher.cli.show import answer, fail, json_option, out, progress, table
from haberdasher.cli.watch import despite_drift_option, refuse_drift
from haberdasher.settings import load
from ml import propensity
from ports.artifacts import Manifest, Release

seed_option = click.option("--seed", default=0, show_default=True, help="Seed of everything that is random.")
published_option = click.option(
    "--published-test",
    "published",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of a data set with test prefixes; all sessions of the log are then training.",
)


@frozen
class Learned:
    """`reports`: one table per relevance, the first one decides."""

    release: Manifest
    reports: tuple[Report, ...]
    sessions: int
    interactions: int
    products: int


def work_of(app: App, plan: Plan, published: Path | None) -> Work:
    """Read everything that is learned from, with progress on stderr."""
    marks = Marks.read(app.read_models, app.extensions.noise)
    histories = Histories.read(app.read_models, marks, observations(app.lake))
    with progress("dataset") as report:
        catalogue = dict(View(app.read_models, "catalogue").all(PRODUCTS))
        dataset = build(histories, report, catalogue, plan.labels, app.extensions.routing)
    asked = exam(dataset, plan, None if published is None else PublishedTest(*published_test(published)))
    debiasing = Debiasing(propensity.examined, propensity.weights)
    return Work(dataset, asked, plan, RankingData.read(app.read_models, histories, app.make.ranker, debiasing))


def data_to(app: App) -> int:
    """Return the position of the log up to which every projection has come."""
    return min(one.position for one in map(app.runner.status, app.projections.values()))


def learn_now(app: App, plan: Plan, published: Path | None, *, despite_drift: bool = False) -> Learned:
    """Build the data set, fit, judge and publish, with progress on stderr. Nothing of it while an alarm is open."""
    if not despite_drift:
        refuse_drift(app)
    position = data_to(app)
    work = work_of(app, plan, published)
    with progress("learn") as report:
        manifest, reports = learn_release(
            work, app.make.model, app.releases, data_to=position, now=app.clock.now(), progress=report
        )
    data = work.dataset.interactions
    return Learned(manifest, reports, len(work.dataset.sessions), len(data.times), data.n_items)


#: The columns of a table, where a report has them; precision and hit say little more than recall does.
COLUMNS = ("recall@20", "ndcg@20", "mrr@20", "truth@20", "coverage@20", "auc", "ndcg")
#: Models whose gains over the baselines are printed below a table.
GAINS = ("two_tower", "two_tower + network", "network")


def show_reports(reports: Sequence[Report]) -> None:
    """Print a table per relevance, a row per model, the 95 % interval behind each figure; then what was gained."""
    for report in reports:
        cells = {(row.model, row.metric): row for row in report.rows if not row.against}
        metrics = [metric for metric in COLUMNS if any(known == metric for _, known in cells)]
        rows = []
        for model in dict.fromkeys(model for model, _ in cells):
            found = (cells[model, metric] for metric in metrics)
            rows.append((model, *(_cell(100 * one.value, one.low, one.high) for one in found)))
        table(f"Relevance: {report.relevance}, {report.cases:,} cases, in %", ("model", *metrics), rows)
        for row in report.rows:
            if row.against and row.metric == metrics[0] and row.model in GAINS:
                gained = _cell(100 * row.value, row.low, row.high)
                out.print(f"  {row.model} less {row.against}, {row.metric}, pair by pair: {gained}")


def _cell(percent: float, low: float | None, high: float | None) -> str:
    return f"{percent:.2f}" if low is None or high is None else f"{percent:.2f} [{100 * low:.2f}, {100 * high:.2f}]"


def show_release(release: Manifest) -> None:
    out.print(f"Release [bold]{release.release_id}[/bold] of {release.model}, events 1 to {release.data_to:,}")


@click.command()
@click.option("--model", default=Plan().model, show_default=True, help="Which model to learn.")
@click.option(
    "--labels",
    type=click.Choice(["provisional", "matured"]),
    default=Plan().labels,
    show_default=True,
    help="Whether purchases that may still come back are learned from, or only final ones.",
)
@seed_option
@published_option
@despite_drift_option
@json_option
def learn(
    *, model: str, labels: LabelKind, seed: int, published: Path | None, despite_drift: bool, as_json: bool
) -> None:
    """Train a model on the log and publish it as a signed release, judged beside the baselines.

    The same data and settings are learned once: a second run reads the release that is there.
    """
    with running(load()) as app:
        learned = learn_now(app, Plan(model=model, seed=seed, labels=labels), published, despite_drift=despite_drift)
    if as_json:
        answer(learned)
        return
    show_reports(learned.reports)
    show_release(learned.release)


@click.command()
@click.option("--release", "release_id", help="Which release to judge; the newest if not given.")
@seed_option
@published_option
@json_option
def evaluate(release_id: str | None, seed: int, published: Path | None, as_json: bool) -> None:
    """Judge a release again on the sessions it was not trained on, beside freshly fitted baselines."""
    with running(load()) as app:
        manifest = _chosen(app, release_id)
        release = app.releases.open(manifest.release_id)
        plan = Plan(model=manifest.model, seed=seed, labels=_labels_of(release))
        work = work_of(app, plan, published)
        if list(work.dataset.vocabulary) != release.documents["vocabulary"]:
            raise fail("the log has new products since this release: run `haberdasher learn`, then evaluate")
        asked = work.asked
        if release.documents["trained_until"] > trained_until(asked):
            raise fail("this release learned from sessions it would be asked about: give the --published-test it had")
        model = app.make.model(manifest.model)
        model.restore(release.arrays)
        with progress("evaluate") as report:
            reports = judge_all([*fit_baselines(asked, plan, app.make.model, report), model], asked, plan)
    if as_json:
        answer({"release": manifest, "reports": reports})
        return
    show_reports(reports)
    show_release(manifest)


def _labels_of(release: Release) -> LabelKind:
    """Return which labels a release learned from; one of before they were told apart, from all of them."""
    kind: LabelKind = release.documents.get("labels", {}).get("kind", "provisional")
    return kind


def _chosen(app: App, release_id: str | None) -> Manifest:
    manifests = app.releases.list()
    if not manifests:
        raise fail("there is no release yet: run `haberdasher learn`")
    if release_id is None:
        return manifests[-1]
    for manifest in manifests:
        if manifest.release_id == release_id:
            return manifest
    raise fail(f"no release is called {release_id!r}; see `haberdasher release list`")
