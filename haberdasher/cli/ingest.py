"""`haberdasher ingest SOURCE PATH`: a file or folder through the ordinary door."""

import gzip
import lzma
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import click
from attrs import Factory, frozen

from adapters.sources.files import Sent
from haberdasher.bootstrap import App, running
from haberdasher.cli.show import answer, fail, json_option, out, progress, table
from haberdasher.settings import load
from haberdasher.sources import FILE_SOURCES

source_argument = click.argument("source", type=click.Choice(sorted(FILE_SOURCES)))
path_argument = click.argument("path", type=click.Path(exists=True, path_type=Path))


@frozen
class Ingested:
    """accepted + duplicate + quarantined = received. `reasons`: quarantined events by reason.

    `refused`: the same by reason and field. `unknown`: events by source, name and a field that has no name with us.
    """

    received: int
    accepted: int
    duplicate: int
    quarantined: int
    reasons: dict[str, int] = Factory(dict)
    refused: tuple[tuple[str, str, int], ...] = ()
    unknown: tuple[tuple[str, str, str, int], ...] = ()


def ingest_files(app: App, source: str, path: Path) -> Ingested:
    """Send everything in `path` through the door in batches, with progress on stderr."""
    try:
        return _ingest_files(app, source, path)
    except (lzma.LZMAError, gzip.BadGzipFile, zlib.error, EOFError) as error:  # click would take an EOFError for Ctrl-D
        raise fail(f"{path} is damaged or cut off ({error}): get it again, then ingest it again") from None


def _ingest_files(app: App, source: str, path: Path) -> Ingested:
    reader = FILE_SOURCES[source]
    with progress("ingest") as report:
        total = reader.total(path) or 0
        return send_all(app, reader.events(path), path.name, lambda done: report(done, total, ""))


def send_all(app: App, events: Iterable[Sent], batch_id: str, report: Callable[[int], None]) -> Ingested:
    """Send events through the door in batches, each source's own in their order; `report` hears how many went."""
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    before = Counter(app.unknown_fields.counts())
    waiting, done, size = iter(events), 0, app.settings.batch
    while sent := list(islice(waiting, size)):
        places: dict[str, list[bytes]] = {}
        for one in sent:
            places.setdefault(one.source, []).append(one.body)
        for source, bodies in places.items():
            answers = app.door.receive(source, bodies, batch_id=batch_id, first=done)
            outcomes.update(one.outcome for one in answers)
            aside = [one for one in answers if one.outcome == "quarantined"]
            reasons.update(one.reason for one in aside)
            refused.update((one.reason, one.field) for one in aside)
        done += len(sent)
        report(done)
    unknown = Counter(app.unknown_fields.counts()) - before
    return Ingested(
        done,
        outcomes["accepted"],
        outcomes["duplicate"],
        outcomes["quarantined"],
        dict(reasons),
        tuple((*what, count) for what, count in sorted(refused.items())),
        tuple((*place, count) for place, count in sorted(unknown.items())),
    )


def show_ingested(ingested: Ingested) -> None:
    counts = (ingested.received, ingested.accepted, ingested.duplicate, ingested.quarantined)
    table("Ingested", ("received", "accepted", "duplicate", "quarantined"), [counts])
    if ingested.reasons:
        table("Quarantined by reason", ("reason", "events"), sorted(ingested.reasons.items()))


@click.command()
@source_argument
@path_argument
@click.option("--strict", is_flag=True, help="Exit 1, naming them, for fields without a name here and for quarantine.")
@json_option
def ingest(source: str, path: Path, strict: bool, as_json: bool) -> None:
    """Read a file or folder into the intake log: sealed, once each, durable before it is counted.

    What the taxonomy refuses is kept in the quarantine with its reason. Running it again changes nothing. For a check
    of tracking, --strict into a home of its own: what was refused before is a duplicate here, and no news.
    """
    with running(load()) as app:
        ingested = ingest_files(app, source, path)
    if as_json:
        answer(ingested)
    else:
        show_ingested(ingested)
    if strict and (ingested.refused or ingested.unknown):
        _name_strangers(ingested)
        sys.exit(1)
    if not as_json:
        _show_next()


def _name_strangers(ingested: Ingested) -> None:
    """Name on stderr what --strict does not let pass: JSON stands alone on stdout."""
    for source, event, name, count in ingested.unknown:
        click.echo(f"unknown field: {source} {event}.{name} ({count:,} events)", err=True)
    for reason, at, count in ingested.refused:
        click.echo(f"quarantined: {reason} at {at or '(event)'} ({count:,} events)", err=True)


def _show_next() -> None:
    out.print("Next: [bold]haberdasher project[/bold] turns what was taken into sessions, persons and features.")
