"""How the columns of somebody's CSV file become events of the wire form: a TOML file beside it, checked key by key."""

import codecs
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from domain.taxonomy.interpret import IDENTIFIERS

#: Names from the outside in, each with whether it is a list of objects: `properties.items[].sku`.
Target = tuple[tuple[str, bool], ...]

_OBJECTS = frozenset(["consent", "context", "properties"])
_FIELDS = frozenset(
    [
        *("event_id", "schema_version", "sent_at", "session_id", "channel", "store_id", "till_id"),
        *(*IDENTIFIERS, *_OBJECTS),
    ]
)
_KEYS = frozenset(
    [
        *("source", "event", "timestamp", "columns", "constants", "values", "group", "numbers"),
        *("encoding", "separator", "decimal"),
    ]
)
_PART = re.compile(r"(\w+)(\[\])?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"unix": "seconds", "unix_ms": "milliseconds"}


class BadMapping(ValueError):
    """A mapping that cannot be used: the message names the file and the key."""


@frozen
class Times:
    """`format`: as of `strptime`, or unix, or unix_ms; empty: ISO 8601. `zone`: of times that name none."""

    column: str
    format: str = ""
    zone: tzinfo = UTC

    def read(self, cell: str) -> str:
        """Return the time as ISO 8601, or the cell itself if it is none, for the taxonomy to refuse by name."""
        try:
            return self._parsed(cell).isoformat()
        except (ValueError, OverflowError):
            return cell

    def _parsed(self, cell: str) -> datetime:
        if self.format in _UNITS:
            return _EPOCH + timedelta(**{_UNITS[self.format]: int(cell)})
        found = datetime.strptime(cell, self.format) if self.format else datetime.fromisoformat(cell)  # noqa: DTZ007
        return found if found.tzinfo else found.replace(tzinfo=self.zone)


@frozen
class Plan:
    """`event` names every row's event, or `event_column` the column that does. `columns`: column -> where it goes.

    `group`: rows with the same cell there are one event. `values`: column -> cell -> what is sent for it.
    `numbers`: columns whose decimal sign is `decimal`.
    """

    name: str
    source: str
    event: str
    event_column: str
    times: Times | None
    columns: Mapping[str, Sequence[Target]]
    constants: Mapping[Target, Any]
    values: Mapping[str, Mapping[str, str]]
    group: str
    numbers: frozenset[str]
    encoding: str
    separator: str
    decimal: str

    def named(self) -> Iterable[tuple[str, str]]:
        """Return (key of the mapping, column of the file) for every column that it names."""
        yield from ((f"columns.{column}", column) for column in self.columns)
        yield from ((f"values.{column}", column) for column in self.values)
        yield from (("numbers", column) for column in sorted(self.numbers))
        timed = self.times.column if self.times else ""
        single = (("event.column", self.event_column), ("group", self.group), ("timestamp.column", timed))
        yield from ((key, column) for key, column in single if column)


def read_plan(file: Path) -> Plan:
    """Read and check a mapping. Errors: `BadMapping`."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=str)
        return _plan(file.name, raw)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"{file.name}: no TOML in UTF-8: {error}") from None
    except BadMapping as error:
        raise BadMapping(f"{file.name}: {error}") from None


def _plan(name: str, raw: Mapping[str, Any]) -> Plan:
    _only(raw, _KEYS, "")
    event = raw.get("event")
    if event is None:
        raise BadMapping('event: required; a name such as "product_viewed", or { column = "..." }')
    column = _text(_table(event, "event", ("column",)), "column", "event.") if isinstance(event, dict) else ""
    columns = {
        column: _targets(value, f"columns.{column}") for column, value in _table(raw.get("columns"), "columns").items()
    }
    constants = _constants(_table(raw.get("constants"), "constants"))
    _check_kinds([*(one for targets in columns.values() for one in targets), *constants])
    return Plan(
        name=name,
        source=_text(raw, "source", default="csv"),
        event="" if column else _text(raw, "event"),
        event_column=column,
        times=_times(raw["timestamp"]) if "timestamp" in raw else None,
        columns=columns,
        constants=constants,
        values={
            column: {cell: _text(table, cell, f"values.{column}.") for cell in _table(table, f"values.{column}")}
            for column, table in _table(raw.get("values"), "values").items()
        },
        group=_text(raw, "group", default=""),
        numbers=_columns(raw.get("numbers", []), "numbers"),
        encoding=_encoding(_text(raw, "encoding", default="utf-8-sig")),
        separator=_sign(raw, "separator", ","),
        decimal=_sign(raw, "decimal", "."),
    )


def _times(value: Any) -> Times:
    if isinstance(value, str):
        return Times(value)
    table = _table(value, "timestamp", ("column", "format", "zone"))
    zone = _text(table, "zone", "timestamp.", default="UTC")
    try:
        where = ZoneInfo(zone)
    except (LookupError, ValueError, OSError):
        raise BadMapping(f"timestamp.zone: {zone!r} is no time zone such as Europe/Berlin") from None
    return Times(_text(table, "column", "timestamp."), _text(table, "format", "timestamp.", default=""), where)


def _targets(value: Any, key: str) -> Sequence[Target]:
    several = value if isinstance(value, list) else [value]
    if not several or not all(isinstance(one, str) for one in several):
        raise BadMapping(f'{key}: expected a field such as "properties.product_id", or a list of fields')
    return [_target(one, key) for one in several]


def _target(text: str, key: str) -> Target:
    found = [_PART.fullmatch(part) for part in text.split(".")]
    target = tuple((part[1], part[2] is not None) for part in found if part)
    if len(target) != len(found) or target[-1][1]:
        raise BadMapping(f"{key}: {text!r} is no path such as properties.product_id or properties.items[].sku")
    first = target[0][0]
    if first not in _FIELDS:
        remedy = "; use the key of that name" if first in {"event", "timestamp"} else ""
        raise BadMapping(f"{key}: no field {first!r}; there are {', '.join(sorted(_FIELDS))}{remedy}")
    if (first in _OBJECTS) != (len(target) > 1):
        raise BadMapping(f"{key}: {text!r}: only {', '.join(sorted(_OBJECTS))} have fields, and always one of them")
    return target


def _check_kinds(targets: Iterable[Target]) -> None:
    """A field is one thing everywhere: a value, an object or a list of objects."""
    kinds: dict[tuple[str, ...], str] = {}
    for target in targets:
        for depth, (_, is_list) in enumerate(target, start=1):
            kind = "a value" if depth == len(target) else "a list" if is_list else "an object"
            path = tuple(name for name, _ in target[:depth])
            if (other := kinds.setdefault(path, kind)) != kind:
                raise BadMapping(f"columns: {'.'.join(path)} is {other} in one place and {kind} in another")


def _constants(table: Mapping[str, Any]) -> Mapping[Target, Any]:
    found: dict[Target, Any] = {}
    for path, value in table.items():
        key = f"constants.{path}"
        target = _target(path, key)
        if any(is_list for _, is_list in target):
            raise BadMapping(f"{key}: a list has no constants; give the column of the list's objects")
        if not isinstance(value, str | int | bool):
            raise BadMapping(f"{key}: expected text, a number, true or false")
        found[target] = value
    return found


def _table(value: Any, key: str, known: Iterable[str] = ()) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadMapping(f"{key}: expected a table")
    if known:
        _only(value, known, f"{key}.")
    return value


def _only(table: Mapping[str, Any], known: Iterable[str], at: str) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise BadMapping(f"{at}{unknown[0]}: no such key; known are {', '.join(sorted(known))}")


def _text(table: Mapping[str, Any], key: str, at: str = "", default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not (value.strip() or value == default):
        raise BadMapping(f"{at}{key}: expected text")
    return value


def _columns(value: Any, key: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadMapping(f"{key}: expected a list of columns")
    return frozenset(value)


def _encoding(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise BadMapping(f"encoding: {name!r} is none that is known, such as utf-8 or cp1252") from None
    return "utf-8-sig" if found == "utf-8" else found


def _sign(table: Mapping[str, Any], key: str, default: str) -> str:
    value = _text(table, key, default=default) if table.get(key) != "\t" else "\t"
    if len(value) != 1 or value in '"\r\n':
        raise BadMapping(f"{key}: expected one character")
    return value
