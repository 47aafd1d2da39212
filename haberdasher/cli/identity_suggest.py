"""`haberdasher identity suggest`: who may be one person, for somebody to look at. It merges nobody."""

from collections.abc import Sequence

import click

from adapters.linkage import SplinkLinkage
from application.identity.profiles import Profiles
from application.identity.suggesting import Proposal, Suggesting
from haberdasher.bootstrap import App, running
from haberdasher.cli.project import project_all
from haberdasher.cli.show import answer, err, fail, json_option, progress, table
from haberdasher.settings import load
from ports.linkage import Linkage, LinkageUnavailable


@click.command("suggest")
@click.option(
    "--at-least", default=0.95, show_default=True, type=click.FloatRange(0.001, 1), help="Least probability to list."
)
@click.option("--record", is_flag=True, help="Also record them as facts, which nothing is resolved by.")
@json_option
def suggest(*, at_least: float, record: bool, as_json: bool) -> None:
    """List customers who may be one person: the probability, and which of their details agree or nearly do.

    What customers told of themselves is opened in memory only, and none of it is shown or kept. See who they are with
    `haberdasher identity show SURROGATE`.
    """
    with running(load()) as app:
        project_all(app)
        suggesting = suggesting_of(app)
        try:
            with progress("read profiles") as report:
                found = suggesting.proposals(at_least, lambda at, head: report(at, head, ""))
        except LinkageUnavailable as missing:
            raise fail(str(missing)) from missing
        news = suggesting.record(found) if record else None
    if as_json:
        answer({"suggestions": found, "recorded": news})
        return
    _show(found, at_least)
    if news is not None:
        err.print(f"{news:,} of {len(found):,} are news and were recorded")


def suggesting_of(app: App, linkage: Linkage | None = None) -> Suggesting:
    tenant = app.settings.tenant
    profiles = Profiles(tenant, app.intake, app.vault, app.keyring, app.sources, app.reader)
    return Suggesting(tenant, profiles, linkage or SplinkLinkage(), app.log, app.read_models, app.clock, app.ids)


def _show(found: Sequence[Proposal], at_least: float) -> None:
    if not found:
        click.echo(f"no suggestions: nobody is likely, by {at_least:g} or more, to be somebody else as well")
        return
    rows = [(*one.persons, f"{one.probability:.3f}", ", ".join(one.evidence)) for one in found]
    table("May be one person", ("person", "and person", "probability", "what agrees"), rows)
