"""`haberdasher inventory`: how many pieces of a variant there are, from the shell or from a file."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click
import msgspec

from adapters.http import stocking
from adapters.http.errors import Problem
from adapters.http.service import Sources
from adapters.sources.files import opened
from application.intake.door import Answer
from domain.taxonomy.normalise import normalise
from haberdasher.bootstrap import App, running
from haberdasher.cli.show import answer, fail, json_option, out
from haberdasher.settings import load

_VARIANT = ("variant_id", "variant", "variant_sku", "sku")
_QUANTITY = ("quantity", "available", "variant_inventory_qty", "inventory_quantity", "on_hand")
_PRODUCT = ("product_id", "product", "handle")
_LOCATION = ("location", "location_id")
#: What Shopify's inventory export writes where a location does not keep a variant.
_NOT_STOCKED = "not stocked"
_MOST_DIGITS = 12

Level = Mapping[str, Any]


@click.group()
def inventory() -> None:
    """How many pieces there are."""


@inventory.command(name="set")
@click.argument("variant")
@click.argument("quantity", type=click.IntRange(0, 10**9))
@click.option("--product", help="Its product; needed only for a variant that is not listed yet.")
@json_option
def set_(variant: str, quantity: int, product: str | None, as_json: bool) -> None:
    """Set how many pieces of VARIANT there are: at nought it is in no slate any more."""
    level = {"variant_id": variant, "quantity": quantity} | ({"product_id": product} if product else {})
    _count([level], as_json, lambda at: at.partition(".")[2] or at)


@inventory.command(name="import")
@click.argument("path", metavar="CSV", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def import_(path: Path, as_json: bool) -> None:
    """Set counts from a CSV file with the columns variant_id (or sku) and quantity (or available); product_id if known.

    Shopify's inventory export is one: counts of one variant at several locations are added up, and more sold than there
    is counts as nothing. A row that cannot be changes no stock at all, and is named.
    """
    lines, levels = _levels(path)
    _count(levels, as_json, lambda at: _line_of(at, lines))


def _count(levels: Sequence[Level], as_json: bool, place: Any) -> None:
    """Say it at the door, product by product, and wait until the shelf knows."""
    with running(load()) as app:
        app.live.work.round()
        app.shelf.refresh(app.clock.now())
        try:
            bodies = [body for part in _parts(levels) for body in stocking.counts(msgspec.json.encode(part), app.shelf)]
        except Problem as problem:
            raise fail(f"{place(problem.field)}: {problem.hint}") from None
        answers = _store(app, bodies)
        app.live.work.round()
    refused = [one for one in answers if one.outcome == "quarantined"]
    if as_json:
        answer({"levels": len(levels), "events": answers})
    else:
        out.print(f"levels: {len(levels):,}, products: {len(answers) - len(refused):,}")
    if refused:
        raise fail(f"{len(refused)} products wait in the quarantine: {refused[0].field}: {refused[0].detail}")


def _store(app: App, bodies: Sequence[bytes]) -> Sequence[Answer]:
    return app.door.receive(Sources().catalogue, bodies, batch_id=app.ids.new())


def _parts(levels: Sequence[Level]) -> Iterator[Mapping[str, Sequence[Level]]]:
    for start in range(0, len(levels), stocking.MOST_LEVELS):
        yield {"levels": levels[start : start + stocking.MOST_LEVELS]}


def _levels(path: Path) -> tuple[Sequence[int], Sequence[Level]]:
    """Return the levels of a file, and the line of each. Errors: `ClickException`, with the line."""
    try:
        with opened(path) as packed, TextIOWrapper(packed, "utf-8-sig", newline="") as text:
            return _read(path, csv.reader(text))
    except UnicodeDecodeError:
        raise fail(f"{path} is not in UTF-8: save it as CSV UTF-8, then import it again") from None
    except csv.Error as error:
        raise fail(f"{path} is no CSV ({error}): get it again, then import it again") from None
    except (EOFError, OSError) as error:
        raise fail(f"{path} cannot be read ({error}): get it again, then import it again") from None


def _read(path: Path, reader: Any) -> tuple[Sequence[int], Sequence[Level]]:
    header = [normalise(name) for name in next(reader, ())]
    variant, quantity = _column(path, header, _VARIANT), _column(path, header, _QUANTITY)
    product = next((name for name in _PRODUCT if name in header), None)
    located = any(name in header for name in _LOCATION)
    lines: dict[str, int] = {}
    levels: dict[str, dict[str, Any]] = {}
    for row in reader:
        at = f"{path}: line {reader.line_num}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise fail(f"{at}: {len(row)} cells under {len(header)} columns")
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        if not (name := cells[variant]):
            raise fail(f"{at}: no {variant}")
        level = levels.setdefault(name, {"variant_id": name, "quantity": 0})
        level["quantity"] = _pieces(cells[quantity], f"{at}: {quantity}") + (level["quantity"] if located else 0)
        if product and cells[product]:
            level["product_id"] = cells[product]
        lines[name] = reader.line_num
    if not levels:
        raise fail(f"{path}: no row below the header")
    return list(lines.values()), [
        one | {"quantity": max(one["quantity"], 0) if located else one["quantity"]} for one in levels.values()
    ]


def _pieces(cell: str, at: str) -> int:
    if cell.lower() == _NOT_STOCKED:
        return 0
    digits = cell.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise fail(f"{at}: expected a whole number")
    return int(cell)


def _column(path: Path, header: Sequence[str], names: Sequence[str]) -> str:
    found = next((name for name in names if name in header), None)
    if found is None:
        raise fail(f"{path}: its first line has none of the columns {', '.join(names)}")
    return found


def _line_of(field: str, lines: Sequence[int]) -> str:
    """Turn `levels[3].quantity`, as the door's route names it, into the line of the file."""
    place, _, name = field.removeprefix("levels[").partition("]")
    return f"line {lines[int(place)]}{name}" if place.isdigit() and int(place) < len(lines) else field
