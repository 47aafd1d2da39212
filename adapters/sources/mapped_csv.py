"""Any CSV file, with a mapping beside it that says which column is which field of the wire form."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import Any

from attrs import frozen

from adapters.sources.files import MissingFile, Sent, opened
from adapters.sources.mapped_csv_plan import BadMapping, Plan, Target, read_plan
from domain.taxonomy.source import Declaration

#: Behaviour comes in under the first, what the shop's own systems say under the second.
_DECLARATIONS = (
    Declaration(name="csv", clock="backfill"),
    Declaration(name="csv_server", clock="backfill", authority="server", legal_basis="contract"),
)
_ENDINGS = (".csv", ".csv.gz", ".csv.xz")
SHARED = "mapping.toml"
_GROUP = re.compile(r"[.,' \u00a0\u202f\u2019]")
_GROUPED = re.compile(rf"[+-]?\d{{1,3}}(?:{_GROUP.pattern}\d{{3}})+")


@frozen
class MappedCsv:
    """A file, or a folder whose `*.csv[.gz|.xz]` are read in the order of their names.

    The mapping of `orders.csv` is `orders.mapping.toml` beside it, else `mapping.toml`. Columns that it does not name
    are not sent. A row that does not fit the header goes as the list of its cells, which the door refuses and keeps.
    """

    declarations: tuple[Declaration, ...] = _DECLARATIONS

    def total(self, path: Path) -> int | None:
        """Return None: only reading it all tells. Errors: `MissingFile`, `BadMapping`, before anything is read."""
        for file in _files(path):
            read_plan(mapping_of(file))
        return None

    def events(self, path: Path) -> Iterator[Sent]:
        """Yield what the rows say. Errors: `MissingFile`, `BadMapping`; `ValueError` for what is no CSV."""
        for file in _files(path):
            yield from _events(file, read_plan(mapping_of(file)))


def mapping_of(file: Path) -> Path:
    """Return the mapping of a CSV file. Errors: `MissingFile`."""
    own = file.with_name(f"{file.name.partition('.csv')[0]}.mapping.toml")
    shared = file.with_name(SHARED)
    for one in (own, shared):
        if one.is_file():
            return one
    raise MissingFile(f"no mapping for {file}: write {own.name}, or {SHARED} for the folder (docs/how-to/doors/csv.md)")


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    files = sorted(file for file in path.glob("*") if file.name.endswith(_ENDINGS))
    if not files:
        raise MissingFile(f"no file and no folder with {', '.join(f'*{ending}' for ending in _ENDINGS)} at {path}")
    return files


def _events(file: Path, plan: Plan) -> Iterator[Sent]:
    with opened(file) as packed, TextIOWrapper(packed, plan.encoding, "surrogateescape", newline="") as text:
        reader = csv.reader(text, delimiter=plan.separator)
        try:
            rows = (row for row in reader if any(cell.strip() for cell in row))
            header = [name.strip() for name in next(rows, ())]
            _check(header, plan, file)
            for group in _groups(rows, header, plan):
                yield Sent(plan.source, _encoded(group))
        except csv.Error as error:
            raise ValueError(f"{file}: line {reader.line_num} is no CSV ({error}): get the file again") from None


def _check(header: Sequence[str], plan: Plan, file: Path) -> None:
    for key, column in plan.named():
        if column not in header:
            raise BadMapping(f"{plan.name}: {key}: {file.name} has no column {column!r}; it has {', '.join(header)}")


def _groups(rows: Iterator[list[str]], header: Sequence[str], plan: Plan) -> Iterator[Any]:
    """Yield an event for each row, or for rows one below the other that have the same cell in the column `group`."""

    def key(row: list[str]) -> object:
        fits = len(row) == len(header)
        same = row[header.index(plan.group)].strip() if fits and plan.group else ""
        return same or object()

    for _, group in groupby(rows, key=key):
        table = list(group)
        if len(table[0]) != len(header):
            yield table[0]
        else:
            yield _event([dict(zip(header, (cell.strip() for cell in row), strict=True)) for row in table], plan)


def _event(table: Sequence[Mapping[str, str]], plan: Plan) -> dict[str, Any]:
    head = table[0]
    event: dict[str, Any] = {"event": _said(head, plan.event_column, plan) if plan.event_column else plan.event}
    if plan.times and head[plan.times.column]:
        event["timestamp"] = plan.times.read(head[plan.times.column])
    for row in table:
        _merge(event, _tree(row, plan))
    for target, value in plan.constants.items():
        _merge(event, _planted(target, value))
    return event


def _tree(row: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    """Return what one row says: every list in it has one object, or is not there."""
    tree: dict[str, Any] = {}
    for column, targets in plan.columns.items():
        if cell := _said(row, column, plan):
            for target in targets:
                node: Any = tree
                for name, is_list in target[:-1]:
                    node = node.setdefault(name, [{}])[0] if is_list else node.setdefault(name, {})
                node.setdefault(target[-1][0], cell)
    return tree


def _said(row: Mapping[str, str], column: str, plan: Plan) -> str:
    cell = row[column]
    cell = plan.values.get(column, {}).get(cell, cell)
    return _number(cell, plan.decimal) if column in plan.numbers else cell


def _number(cell: str, decimal: str) -> str:
    """Return a number with a point for its decimals; groups of three digits may have a sign between them."""
    whole, sign, rest = cell.partition(decimal)
    if _GROUPED.fullmatch(whole):
        whole = _GROUP.sub("", whole)
    return f"{whole}.{rest}" if sign else whole


def _planted(target: Target, value: Any) -> dict[str, Any]:
    for name, _ in reversed(target):
        value = {name: value}
    tree: dict[str, Any] = value
    return tree


def _merge(into: dict[str, Any], tree: Mapping[str, Any]) -> None:
    """Add what a further row says. What is said already stays; objects of lists are added, the same ones opened."""
    for name, value in tree.items():
        known = into.setdefault(name, value)
        if known is value:
            continue
        if isinstance(value, dict):
            _merge(known, value)
        elif isinstance(value, list):
            for one in value:
                same = next((other for other in known if _opens(other, one)), None)
                if same is None:
                    known.append(one)
                else:
                    _merge(same, one)


def _opens(known: Mapping[str, Any], one: Mapping[str, Any]) -> bool:
    """Whether two objects are one that has a list of its own, such as a colourway of which a row tells one size."""
    has_list = any(isinstance(value, list) for value in one.values())
    return has_list and _plain(known) == _plain(one)


def _plain(one: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in one.items() if not isinstance(value, list)}


def _encoded(event: Any) -> bytes:
    """Bytes that the file's encoding could not read go back in as they were: the door then says that it is no JSON."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
