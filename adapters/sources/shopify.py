"""Shopify's CSV files: products as its import and export have them, and orders as its export has them."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import Any

from attrs import frozen

from adapters.sources.files import MissingFile, Sent, opened
from domain.taxonomy.source import Declaration

_DECLARATION = Declaration(
    name="shopify_csv", clock="backfill", authority="server", legal_basis="contract", dialect="shopify_csv"
)
_ENDINGS = (".csv", ".csv.gz")
#: The column that rows of one product or order share, by what the file is; the first of its columns that is there.
_KEYS = {"products": ("Handle", "URL handle"), "orders": ("Name",)}
_ORDERS_ONLY = "Lineitem name"


@frozen
class Shopify:
    """A file, or a folder whose `*.csv[.gz]` are read in the order of their names.

    Each product, each order is sent as its rows. Bytes that are no UTF-8 and rows that do not fit the header go along
    as they are, so that the quarantine has them. `currency`: of the prices in a product file, which names none.
    """

    currency: str = ""
    declarations: tuple[Declaration, ...] = (_DECLARATION,)

    def total(self, path: Path) -> int | None:
        """Return None: only reading it all tells."""
        _files(path)
        return None

    def events(self, path: Path) -> Iterator[Sent]:
        """Yield a message for each product and order. Errors: `MissingFile`; `ValueError` for another kind of file."""
        for file in _files(path):
            yield from self._events(file)

    def _events(self, file: Path) -> Iterator[Sent]:
        with opened(file) as packed, TextIOWrapper(packed, "utf-8-sig", "surrogateescape", newline="") as text:
            table = _rows(csv.reader(text), file)
            header = [name.strip() for name in next(table, ())]
            export, key = _kind(header, file)
            about: dict[str, Any] = {"export": export}
            if export == "products":
                written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                about["exported_at"] = written.isoformat(timespec="seconds")
                about |= {"currency": self.currency} if self.currency else {}
            for _, group in groupby(table, key=lambda row: row[key].strip() if key < len(row) else None):
                message = about | {"rows": [_row(header, row) for row in group]}
                body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
                yield Sent(_DECLARATION.name, body.encode("utf-8", "surrogateescape"))


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    files = sorted(file for file in path.glob("*") if file.name.endswith(_ENDINGS))
    if not files:
        raise MissingFile(f"no file and no folder with {', '.join(f'*{ending}' for ending in _ENDINGS)} at {path}")
    return files


def _rows(reader: Any, file: Path) -> Iterator[list[str]]:
    """Yield the rows that say something. A quote that is never closed ends in a cell that is too long for any."""
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise ValueError(f"{file}: line {reader.line_num} is no CSV ({error}): get the file again") from None


def _kind(header: Sequence[str], file: Path) -> tuple[str, int]:
    """Return what the file is, and the place of the column that keeps rows together."""
    export = "orders" if _ORDERS_ONLY in header else "products"
    for name in _KEYS[export]:
        if name in header:
            return export, header.index(name)
    raise ValueError(
        f"{file}: no product or order file of Shopify: its first line has neither Handle nor Name and {_ORDERS_ONLY}; "
        "for other files see `haberdasher ingest csv`"
    )


def _row(header: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    if len(row) != len(header):
        return {"cells": row}
    return {name: cell for name, cell in zip(header, row, strict=True) if name and cell.strip()}
