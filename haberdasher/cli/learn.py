"""`haberdasher learn` and `haberdasher evaluate`: a release, and the figures that are true of it."""

from collections.abc import Sequence
from pathlib import Path

import click

from application.learning.dataset import Dataset, build
from application.learning.learn import Plan
from application.projections.rows import View
from application.projections.sessions import BY_SUBJECT, SESSIONS
from haberdasher.bootstrap import App
from haberdasher.cli.show import progress

model_option = click.option("--model", default=Plan().model, show_default=True, help="Which model to learn.")
seed_option = click.option("--seed", default=0, show_default=True, help="Seed of everything that is random.")
published_option = click.option(
    "--published-test",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of a data set that comes with test prefixes; all sessions of the log are then training.",
)


def dataset_of(app: App) -> Dataset:
    """Read the sessions into arrays; touches of a subject come from all of the subject's sessions."""
    view = View(app.read_models, "sessions")
    sessions = dict(view.all(SESSIONS))
    by_subject = dict(view.all(BY_SUBJECT))

    def touches(subject: str) -> Sequence[object]:
        return [touch for one in by_subject.get(subject, ()) for touch in sessions[one].touches]

    with progress("dataset") as report:
        return build(sessions.items(), touches, report, len(sessions))  # type: ignore[arg-type]  # rebuilt below
