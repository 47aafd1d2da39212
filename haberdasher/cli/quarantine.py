"""`haberdasher quarantine`: what was refused and waits, why, and how it gets out."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import click
from attrs import frozen

from application.intake.releasing import Outlook
from application.projections.quarantine import Waiting, counts, found, waiting
from haberdasher.bootstrap import App, running
from haberdasher.cli.project import project_all
from haberdasher.cli.show import answer, fail, json_option, out, progress, table
from haberdasher.settings import load

_reason = click.option("--reason", default="", help="Only what waits for this reason, such as unknown_event_name.")
_source = click.option("--source", default="", help="Only what this source sent.")


@frozen
class Released:
    """Of the events asked for: which became what, and which wait on, with their reason."""

    released: tuple[Waiting, ...]
    waiting: tuple[Waiting, ...]


@click.group()
def quarantine() -> None:
    """List what waits, show one event, or release events under the present aliases.

    A name that should be known is declared in the settings, as in: [aliases.web] "Bag Tapped" = "product_added_to_cart"
    """


@quarantine.command("list")
@_reason
@_source
@click.option("--released", is_flag=True, help="What was let out, instead of what waits.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="Most events to list.")
@json_option
def list_waiting(reason: str, source: str, released: bool, limit: int, as_json: bool) -> None:
    """List what waits, oldest first, after a count by source and reason."""
    with running(load()) as app:
        project_all(app)
        rows = list(islice(waiting(app.read_models, reason=reason, source=source, released=released), limit))
        counted = counts(app.read_models)
    if as_json:
        answer({"counts": counted, "events": rows})
        return
    table("Waiting by source and reason", ("source", "reason", "events"), counted)
    _show_rows("Released" if released else "Waiting", rows)


@quarantine.command("show")
@click.argument("position", type=click.IntRange(1))
@click.option("--body", is_flag=True, help="Also what was sent: it may hold personal data.")
@json_option
def show(position: int, body: bool, as_json: bool) -> None:
    """Show one event by its intake position, and what would become of it under the present aliases."""
    with running(load()) as app:
        project_all(app)
        row = found(app.read_models, position)
        if row is None:
            raise fail(f"nothing waits or waited at position {position}; see `haberdasher quarantine list`")
        outlook = app.releasing.outlook(position)
        sent = app.releasing.body(position) if body else None
    text = None if sent is None else sent.decode("utf-8", "backslashreplace")
    if as_json:
        answer({"event": row, "now": _now(outlook), "body": text})
        return
    rows = [(name, getattr(row, name)) for name in row.__struct_fields__ if getattr(row, name) not in (None, "", ())]
    table(f"Arrival {position}", ("", ""), [*rows, ("under the present aliases", _now(outlook))])
    if body:
        out.print(text if text is not None else "its key was destroyed: nobody can read it", markup=False)


@quarantine.command("release")
@click.argument("positions", nargs=-1, type=click.IntRange(1))
@_reason
@_source
@click.option("--all", "everything", is_flag=True, help="Everything that waits.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each, change nothing.")
@json_option
def release(
    *, positions: tuple[int, ...], reason: str, source: str, everything: bool, dry_run: bool, as_json: bool
) -> None:
    """Try events again under the present aliases: each becomes its facts, once, or waits on with its reason."""
    if not (positions or reason or source or everything):
        raise click.UsageError("say which: POSITION..., --reason, --source, or --all")
    with running(load()) as app:
        project_all(app)
        chosen = list(positions) or [one.position for one in waiting(app.read_models, reason=reason, source=source)]
        if unknown := [one for one in chosen if found(app.read_models, one) is None]:
            raise fail(f"nothing waits or waited at position {unknown[0]}; see `haberdasher quarantine list`")
        if dry_run:
            _show_outlooks(app, chosen, as_json)
            return
        done = release_all(app, chosen)
    if as_json:
        answer(done)
        return
    _show_rows("Released", done.released)
    _show_rows("Waiting on", done.waiting)


def release_all(app: App, positions: Sequence[int]) -> Released:
    """Order events out, do the work behind it, and say what became of each."""
    app.releasing.release(positions)
    project_all(app)
    rows = [row for one in positions if (row := found(app.read_models, one)) is not None]
    return Released(
        tuple(row for row in rows if row.released_at is not None), tuple(row for row in rows if row.released_at is None)
    )


def _show_outlooks(app: App, positions: Sequence[int], as_json: bool) -> None:
    outlooks = []
    with progress("look") as report:
        for place, position in enumerate(positions, start=1):
            outlooks.append(app.releasing.outlook(position))
            report(place, len(positions), "")
    if as_json:
        answer([{"position": one.position, "now": _now(one)} for one in outlooks])
        return
    table("Under the present aliases", ("position", "would become"), [(one.position, _now(one)) for one in outlooks])


def _now(outlook: Outlook) -> str:
    if outlook.gone:
        return "nothing: its key was destroyed"
    return f"waits: {outlook.refused}" if outlook.refused is not None else ", ".join(outlook.became)


def _show_rows(title: str, rows: Sequence[Waiting]) -> None:
    cells: list[Sequence[Any]] = [
        (one.position, one.source, one.reason, one.field, ", ".join(one.became) or one.detail, one.suggested_name)
        for one in rows
    ]
    table(title, ("position", "source", "reason", "field", "became, or why", "meant?"), cells)
