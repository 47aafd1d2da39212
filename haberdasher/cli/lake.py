"""`haberdasher lake`: what the lake holds, and its upkeep by hand."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from application.lake.upkeep import Upkeep
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, fail, json_option, out, progress, table
from haberdasher.settings import load
from ports.lake import LakeDamaged

_REMEDY = "haberdasher project --rebuild journal"


@click.group()
def lake() -> None:
    """Look after the lake: the Parquet files that batch features and training read.

    What counts is the list that the journal keeps; a file that is not on it is not read, whatever is in it.
    """


@lake.command("status")
@json_option
def status(as_json: bool) -> None:
    """Show what is listed by day, and every file that is not: in writing, leaving, dead or a stray."""
    with running(load()) as app:
        said = _status(app.lake.upkeep)
    if as_json:
        answer(said)
        return
    rows = [(day["day"], day["parts"], day["rows"], day["bytes"]) for day in said["days"]]
    table(f"Lake up to position {said['position']:,}", ("day", "parts", "rows", "bytes"), rows)
    if said["to_forget"]:
        out.print(f"{said['to_forget']:,} erasures are still to be carried out: haberdasher lake sweep")
    for what in ("writing", "leaving", "dead", "strays"):
        for file in said[what]:
            click.echo(f"{what}: {file}")


def _status(upkeep: Upkeep) -> dict[str, Any]:
    here = upkeep.files()
    parts, rows, size = Counter[str](), Counter[str](), Counter[str]()
    for part in here.listing.parts:
        parts[part.day] += 1
        rows[part.day] += part.rows
        size[part.day] += part.size
    return {
        "position": here.listing.position,
        "generation": here.listing.live,
        "parts": parts.total(),
        "rows": rows.total(),
        "bytes": size.total(),
        "days": [{"day": day, "parts": parts[day], "rows": rows[day], "bytes": size[day]} for day in sorted(parts)],
        "to_forget": sum(len(chapter.forgetting) for chapter in here.listing.chapters.values()),
        "writing": here.writing,
        "leaving": sorted(here.leaving.keys() - set(here.strays)),
        "dead": here.dead,
        "strays": here.strays,
    }


@lake.command("compact")
@json_option
def compact(as_json: bool) -> None:
    """Make one file of the small ones of each day. The rows stay what they are, in their order."""
    with running(load()) as app, progress("compact") as report:
        replaced = app.lake.upkeep.compact(report, least=2)
    if as_json:
        answer({"replaced": replaced})
    else:
        click.echo(f"{replaced:,} parts were taken together; their files go after an hour")


@lake.command("sweep")
@json_option
def sweep(as_json: bool) -> None:
    """Carry out erasures, then delete what nobody lists, writes or may still be reading.

    What was listed until lately, and files that are not ours, go an hour after they were first seen by a sweep.
    """
    with running(load()) as app:
        erased = app.lake.upkeep.erase()
        swept = app.lake.upkeep.sweep()
    if as_json:
        answer({"erased": erased, "swept": swept})
        return
    click.echo(f"{erased:,} erasures were carried out, {len(swept):,} files deleted")
    for file in swept:
        click.echo(file)


@lake.command("verify")
@json_option
def verify(as_json: bool) -> None:
    """Look at every byte of every listed part; exit with 1 if one is missing or is not what was written."""
    with running(load()) as app, progress("verify") as report:
        checked, damaged = _verified(app.lake.upkeep, report)
    if as_json:
        answer({"checked": checked, "damaged": damaged})
    if damaged:
        raise fail("\n".join([f"{len(damaged)} of {checked} parts are damaged; remedy: {_REMEDY}", *damaged]))
    if not as_json:
        click.echo(f"{checked:,} parts are what was written")


def _verified(upkeep: Upkeep, report: Any) -> tuple[int, Sequence[str]]:
    """Return how many parts were looked at, and what is wrong. What an upkeep replaced meanwhile is not missed."""
    parts = upkeep.listing().parts
    damaged = {}
    for done, part in enumerate(parts, 1):
        try:
            upkeep.lake.verify(part)
        except LakeDamaged as error:
            damaged[part.name] = str(error)
        report(done, len(parts), part.day)
    still = {part.name for part in upkeep.listing().parts} if damaged else set()
    return len(parts), [said for name, said in damaged.items() if name in still]
