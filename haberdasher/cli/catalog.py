"""`haberdasher catalog import`: a file of products through the ordinary door, and what the shop lists then."""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path

import click

from adapters.http.service import Sources
from adapters.sources.files import FileSource, Sent
from adapters.sources.jsonl import JsonLines
from adapters.sources.mapped_csv import SHARED, MappedCsv, mapping_of
from adapters.sources.shopify import Shopify
from domain.values import EXPONENTS
from haberdasher.bootstrap import App, running
from haberdasher.cli.ingest import Ingested, send_all, show_ingested
from haberdasher.cli.show import answer, fail, json_option, out, progress
from haberdasher.settings import load

_SOURCES = ("shopify", "csv", "jsonl")
_DAMAGED = (lzma.LZMAError, gzip.BadGzipFile, zlib.error, EOFError)


@click.group()
def catalog() -> None:
    """What the shop lists."""


@catalog.command(name="import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", type=click.Choice(_SOURCES), help="Whose file it is; found out from its name by default.")
@click.option("--currency", help="Of prices that come without one, as in Shopify's files: EUR.")
@json_option
def import_(path: Path, source: str | None, currency: str | None, as_json: bool) -> None:
    """Import products and their stock from a Shopify product CSV, a mapped CSV or JSON lines.

    Running it again changes nothing. What the taxonomy refuses is kept in the quarantine with its reason.
    """
    code = (currency or "").strip().upper()
    if code and code not in EXPONENTS:
        raise click.BadParameter("expected an ISO 4217 code such as EUR", param_hint="--currency")
    kind = source or _kind(path)
    if code and kind != "shopify":
        raise click.UsageError("--currency is for Shopify's files; others say it themselves")
    reader: dict[str, FileSource] = {"shopify": Shopify(currency=code), "csv": MappedCsv(), "jsonl": JsonLines()}
    with running(load()) as app:
        ingested = _send(app, reader[kind], path)
        app.live.work.round()
        app.shelf.refresh(app.clock.now())
        listed = len(app.shelf.listings())
    if as_json:
        answer({"source": kind, "ingested": ingested, "listed": listed})
        return
    show_ingested(ingested)
    out.print(f"{listed:,} products are listed now.")
    if "missing_required" in ingested.reasons and kind == "shopify" and not code:
        out.print("Shopify's product files name no currency: give it with [bold]--currency EUR[/bold].")


def _kind(path: Path) -> str:
    """Return whose file it is: a CSV file with a mapping beside it is a mapped one."""
    if path.is_dir():
        first = next((one for one in sorted(path.iterdir()) if _is(one, ".csv") or _is(one, ".jsonl")), path / SHARED)
        return _kind(first)
    if _is(path, ".jsonl"):
        return "jsonl"
    try:
        mapping_of(path)
    except FileNotFoundError:
        return "shopify"
    return "csv"


def _is(path: Path, ending: str) -> bool:
    return path.name.endswith((ending, f"{ending}.gz", f"{ending}.xz"))


def _send(app: App, reader: FileSource, path: Path) -> Ingested:
    """What the shop's operator imports in the wire form is the shop's own word, and is so from now on."""

    def events() -> Iterator[Sent]:
        for one in reader.events(path):
            yield one if isinstance(reader, Shopify) else Sent(Sources().catalogue, one.body)

    with progress("import") as report:
        try:
            return send_all(app, events(), path.name, lambda done: report(done, 0, ""))
        except _DAMAGED as error:  # click would take an EOFError for Ctrl-D
            raise fail(f"{path} is damaged or cut off ({error}): get it again, then import it again") from None
