"""What may be a value of a column, and a part: the same for every lake."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from ports.lake import Kind

NULLABLE = frozenset({"real", "whole"})
_TAKEN: Mapping[Kind, tuple[type, ...]] = {"text": (str,), "real": (float, int), "whole": (int,), "truth": (bool,)}
_SAID: Mapping[Kind, str] = {
    "real": "a finite number",
    "whole": "a whole number of 64 bits",
    "text": "text",
    "truth": "true or false",
}
_MOST = 2**63
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def check_tenant(tenant: str) -> None:
    if not tenant.isidentifier():
        raise ValueError(f"{tenant!r} cannot be a tenant: it has to be a name of letters, digits and _")


def check_name(day: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a part: a-z, 0-9 and -, at most 100")
    if not _DAY.fullmatch(day):
        raise ValueError(f"{day!r} is not a day as yyyy-mm-dd")
    date.fromisoformat(day)


def check_known(columns: Mapping[str, Kind], asked: Sequence[str]) -> Sequence[str]:
    if unknown := sorted(set(asked) - columns.keys()):
        raise ValueError(f"column {unknown[0]!r} is unknown; there are {', '.join(columns)}")
    return asked


def check_values(columns: Mapping[str, Kind], values: Mapping[str, Sequence[Any]]) -> None:
    """Errors: `ValueError` with the column, and the row where one is to blame."""
    if wrong := sorted(columns.keys() ^ values.keys()):
        raise ValueError(f"column {wrong[0]!r} is {'missing' if wrong[0] in columns else 'unknown'}")
    lengths = {name: len(cells) for name, cells in values.items()}
    if uneven := [name for name, length in lengths.items() if length != max(lengths.values())]:
        raise ValueError(f"column {uneven[0]!r} has {lengths[uneven[0]]} values, others {max(lengths.values())}")
    for name, kind in columns.items():
        _check(name, kind, values)


def _check(name: str, kind: Kind, values: Mapping[str, Sequence[Any]]) -> None:
    """Look at the types first, of which there are few."""
    cells = values[name]
    strange = {one for one in set(map(type, cells)) if not _takes(kind, one)}
    if strange:
        raise _refused(name, kind, values, lambda cell: type(cell) in strange)
    good = _GOOD.get(kind)
    if good is not None and not all(cell is None or good(cell) for cell in cells):
        raise _refused(name, kind, values, lambda cell: cell is not None and not good(cell))


def _takes(kind: Kind, given: type) -> bool:
    if given is type(None):
        return kind in NULLABLE
    return issubclass(given, _TAKEN[kind]) and (kind == "truth" or given is not bool)


def _fits(whole: int) -> bool:
    return -_MOST <= whole < _MOST


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_GOOD: Mapping[Kind, Callable[[Any], bool]] = {"real": isfinite, "whole": _fits, "text": _is_unicode}


def _refused(name: str, kind: Kind, values: Mapping[str, Sequence[Any]], wrong: Callable[[Any], bool]) -> ValueError:
    row = next(place for place, cell in enumerate(values[name]) if wrong(cell))
    ids = values.get("id", ())
    which = f"{ids[row]!r}" if row < len(ids) else f"number {row}"
    return ValueError(f"column {name!r} of row {which}: expected {_SAID[kind]}, not {values[name][row]!r}")
