"""`haberdasher project`: canonicalise what came in, and bring every read model up to the head of the log."""

import click
from attrs import asdict

from application.projections.runner import Status
from haberdasher.bootstrap import App, running
from haberdasher.cli.show import answer, fail, json_option, progress, table
from haberdasher.settings import load


def project_all(app: App) -> tuple[Status, ...]:
    """Follow the intake log, end idle sessions, then run every projection to the head."""
    with progress("canonicalise") as report:
        app.canonicaliser.catch_up(lambda at, head: report(at, head, ""))
    app.canonicaliser.close_idle(app.clock.now())
    with progress("project") as report:
        app.runner.catch_up(list(app.projections.values()), lambda at, head: report(at, head, ""))
    return statuses(app)


def statuses(app: App) -> tuple[Status, ...]:
    return tuple(app.runner.status(projection) for projection in app.projections.values())


def _show(found: tuple[Status, ...], waiting: int, as_json: bool) -> None:
    if as_json:
        answer({"waiting": waiting, "projections": [asdict(one) | {"lag": one.lag} for one in found]})
        return
    rows = [(one.name, one.generation, one.position, one.head, one.lag) for one in found]
    table("Projections", ("projection", "generation", "position", "head", "lag"), rows)
    if waiting:
        click.echo(f"{waiting:,} arrivals wait to be canonicalised")


@click.command()
@click.option("--rebuild", "name", metavar="NAME", help="Fold one projection anew beside the live one, then switch.")
@click.option("--status", "only_status", is_flag=True, help="Show positions and lag, change nothing.")
@json_option
def project(name: str | None, only_status: bool, as_json: bool) -> None:
    """Canonicalise what came in and bring the read models up to date."""
    with running(load()) as app:
        if name is not None:
            if name not in app.projections:
                raise fail(f"no projection is called {name!r}; there are {', '.join(app.projections)}")
            with progress(f"rebuild {name}") as report:
                app.runner.rebuild(app.projections[name], lambda at, head: report(at, head, ""))
                app.lake.upkeep.run()
        elif not only_status:
            project_all(app)
        waiting = app.intake.head() - app.log.position("canonicaliser")
        _show(statuses(app), waiting, as_json)
