"""The folder that a demo lives in: its season, its pictures, its personas. Never anybody's real data."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from attrs import evolve

from adapters.sources.simulation.catalogue import catalogue_of
from adapters.sources.simulation.pictures import draw
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.season_file import NAME, read_season, write_season
from haberdasher.demo import PICTURES


class OtherHome(ValueError):
    """The folder holds something else: the message names what to do."""


def settle(home: Path, season: Season, *, fresh: bool) -> Season:
    """Return the season of this home, written down on the first run: what was begun is gone on with on later days.

    `fresh`: nothing is in the event log yet. Errors: `OtherHome` for a home with other events, or another season.
    """
    file, known = home / NAME, season_of(home)
    if known is not None:
        if evolve(known, until=season.until) != season:
            raise OtherHome(f"{file} is another season: give the same options, or another HABERDASHER_HOME")
        return known
    if not fresh:
        raise OtherHome(f"{home} holds events that are no demo: give another HABERDASHER_HOME, such as var/demo")
    home.mkdir(parents=True, exist_ok=True)
    write_season(season, file)
    return season


def season_of(home: Path) -> Season | None:
    """Return the season of a demo home, None for any other folder."""
    return read_season(home) if (home / NAME).is_file() else None


def draw_pictures(home: Path, season: Season, report: Callable[[int, int], None]) -> int:
    """Draw a picture of every colourway that has none; return how many there are."""
    folder = home / PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    colourways = [one for style in catalogue_of(season) for one in style.colourways]
    for done, colourway in enumerate(colourways):
        file = folder / f"{colourway.colourway_id}.svg"
        if not file.is_file():
            half = file.with_suffix(".part")
            half.write_text(draw(colourway.look))
            half.replace(file)
        if done % 100 == 0:
            report(done, len(colourways))
    report(len(colourways), len(colourways))
    return len(colourways)


def until(today: date) -> date:
    """Return the last day of a season that is over: a demo's history ends before its visitors come."""
    return date.fromordinal(today.toordinal() - 1)
