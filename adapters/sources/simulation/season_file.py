"""A season as a file: the few numbers that make it, so that it can be ingested, and ingested again, like any other."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from attrs import asdict, fields, frozen

from adapters.sources.files import Sent, located
from adapters.sources.simulation.feed import DECLARATIONS, feed
from adapters.sources.simulation.season import Season
from domain.taxonomy.source import Declaration

NAME = "season.toml"


@frozen
class Simulation:
    """PATH is a `season.toml`, or the folder that holds one."""

    declarations: tuple[Declaration, ...] = DECLARATIONS

    def total(self, path: Path) -> int | None:
        del path  # only simulating it would tell
        return None

    def events(self, path: Path) -> Iterator[Sent]:
        yield from feed(read_season(path))


def read_season(path: Path) -> Season:
    """Read a season. Errors: `MissingFile`; `ValueError` that names the line or the field at fault."""
    file = located(path, NAME)
    try:
        found = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is not TOML: {error}") from None
    known = [one.name for one in fields(Season)]
    if unknown := sorted(set(found) - set(known)):
        raise ValueError(f"{file}: {unknown[0]}: no such field; known are {', '.join(known)}")
    if "until" not in found:
        raise ValueError(f"{file}: until: the last day is required, such as until = 2026-11-22")
    for one in fields(Season):
        value = found.get(one.name, one.default)
        if one.name in found and type(value) is not one.type and (one.type, type(value)) != (float, int):
            raise ValueError(f"{file}: {one.name}: {value!r} is no {getattr(one.type, '__name__', one.type)}")
    return Season(**found)


def write_season(season: Season, file: Path) -> None:
    """Write a season so that `read_season` gives it back."""
    lines = (f"{name} = {value.isoformat() if name == 'until' else value}" for name, value in asdict(season).items())
    file.write_text("\n".join(["# A simulated season; see `haberdasher ingest simulation --help`.", *lines]) + "\n")
