"""A demo's folder: begun once, gone on with, never mistaken for anybody's data; and the season that it is."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.files import MissingFile
from adapters.sources.simulation.catalogue import catalogue_of
from adapters.sources.simulation.feed import DECLARATIONS, feed
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.season_file import NAME, Simulation, read_season, write_season
from application.features.touch import Touch
from application.learning.histories import Histories, Row
from haberdasher.bootstrap import App, running
from haberdasher.demo import PICTURES, personas
from haberdasher.demo.home import OtherHome, draw_pictures, season_of, settle, until
from haberdasher.settings import Settings
from ports.vault import Identifier

SEASON = Season(date(2026, 6, 30), shoppers=30, products=36, days=7, touched=0.1)
UNTIL = "until = 2026-06-30\n"


def test_a_home_is_settled_once(tmp_path: Path) -> None:
    """The first run writes the season down, and what it wrote is what it returns."""
    home = tmp_path / "var" / "demo"
    assert season_of(home) is None
    assert settle(home, SEASON, fresh=True) == season_of(home) == SEASON


def test_a_later_day_goes_on_with_what_was_begun(tmp_path: Path) -> None:
    """The same options on another day give the known season, with events in the log or without; nothing is written."""
    settle(tmp_path, SEASON, fresh=True)
    written = (tmp_path / NAME).stat().st_mtime_ns
    for fresh in (True, False):
        assert settle(tmp_path, evolve(SEASON, until=date(2026, 7, 9)), fresh=fresh) == SEASON
    assert (tmp_path / NAME).stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "other",
    [
        evolve(SEASON, shoppers=31),
        evolve(SEASON, products=37),
        evolve(SEASON, days=8),
        evolve(SEASON, seed=1),
        evolve(SEASON, touched=0.2),
    ],
    ids=["shoppers", "products", "days", "seed", "touched"],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_another_season_is_refused(tmp_path: Path, other: Season, *, fresh: bool) -> None:
    """A home of other options is left as it is, and the remedy is named."""
    settle(tmp_path, SEASON, fresh=True)
    with pytest.raises(OtherHome, match=r"season\.toml is another season.*HABERDASHER_HOME"):
        settle(tmp_path, other, fresh=fresh)
    assert season_of(tmp_path) == SEASON


def test_a_home_with_events_of_somebody_is_refused(tmp_path: Path) -> None:
    """A log that was not begun by a demo gets no season, and the remedy is named."""
    with pytest.raises(OtherHome, match=r"no demo.*HABERDASHER_HOME"):
        settle(tmp_path, SEASON, fresh=False)
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_drawn_once(tmp_path: Path) -> None:
    """Every colourway has a whole picture; a second call writes nothing, and one that is lost is drawn again."""
    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))

    colourways = {one.colourway_id for style in catalogue_of(SEASON) for one in style.colourways}
    assert draw_pictures(tmp_path, SEASON, report) == len(colourways)
    assert told[-1] == (len(colourways), len(colourways))
    files = sorted((tmp_path / PICTURES).iterdir())
    assert {file.name for file in files} == {f"{one}.svg" for one in colourways}
    assert all(file.read_text().rstrip().endswith("</svg>") for file in files)
    times, content = [file.stat().st_mtime_ns for file in files], files[0].read_text()
    draw_pictures(tmp_path, SEASON, report)
    assert [file.stat().st_mtime_ns for file in files] == times
    files[0].unlink()
    draw_pictures(tmp_path, SEASON, report)
    assert files[0].read_text() == content
    assert [file.stat().st_mtime_ns for file in files[1:]] == times[1:]


def test_a_demo_season_is_over() -> None:
    """Its last day is the day before today, across the turn of a year too."""
    assert until(date(2026, 1, 1)) == date(2025, 12, 31)


@given(
    st.builds(
        Season,
        until=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        shoppers=st.integers(12, 1_000_000),
        products=st.integers(36, 100_000),
        days=st.integers(7, 3650),
        seed=st.integers(0, 2**31),
        touched=st.floats(1e-6, 1),
        most_events=st.integers(1, 10**9),
    )
)
def test_a_season_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, season: Season) -> None:
    """Whatever its numbers, a season comes back equal, from its file and from the folder of it."""
    file = tmp_path_factory.getbasetemp() / NAME
    write_season(season, file)
    assert read_season(file) == read_season(file.parent) == season


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("shopers = 30\n" + UNTIL, r"season\.toml: shopers: no such field; known are until, shoppers"),
        ("shoppers = \n" + UNTIL, r"season\.toml is not TOML.*line 1"),
        ("", r"season\.toml: until: the last day is required"),
        ("shoppers = 30", r"season\.toml: until: the last day is required"),
        ("shoppers = 3\n" + UNTIL, r"shoppers: 3 is not within 12"),
        ("touched = 1.5\n" + UNTIL, r"touched: 1\.5 is not within"),
        ("touched = nan\n" + UNTIL, r"touched: nan is not within"),
        ('shoppers = "many"\n' + UNTIL, r"season\.toml: shoppers: 'many' is no int"),
        ("shoppers = 30.5\n" + UNTIL, r"season\.toml: shoppers: 30\.5 is no int"),
        ("seed = true\n" + UNTIL, r"season\.toml: seed: True is no int"),
        ('until = "2026-06-30"', r"season\.toml: until: '2026-06-30' is no date"),
        ("until = 2026-06-30T10:00:00", r"season\.toml: until: .*is no date"),
    ],
)
def test_a_season_that_is_wrong_says_where(tmp_path: Path, text: str, named: str) -> None:
    """An unknown field, text that is not TOML, a missing day, a wrong type and a wrong number are named."""
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ValueError, match=named):
        read_season(tmp_path)


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Bytes that are no text are no season."""
    (tmp_path / NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="is not TOML"):
        read_season(tmp_path)


def test_a_missing_season_is_named(tmp_path: Path) -> None:
    """The error says which file was expected."""
    with pytest.raises(MissingFile, match=NAME):
        read_season(tmp_path)


def test_fields_left_out_have_their_defaults(tmp_path: Path) -> None:
    """The last day is enough, and whole numbers are good enough for shares."""
    (tmp_path / NAME).write_text("touched = 1\n" + UNTIL)
    assert read_season(tmp_path) == Season(date(2026, 6, 30), touched=1.0)
    assert len(fields(Season)) == 8


def test_the_source_yields_what_is_simulated(tmp_path: Path) -> None:
    """Ingesting a season file sends the events of that season, in their order, from the same sources."""
    write_season(SEASON, tmp_path / NAME)
    source = Simulation()
    assert list(source.events(tmp_path)) == list(feed(SEASON))
    assert (source.declarations, source.total(tmp_path)) == (DECLARATIONS, None)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with running(Settings(home=tmp_path)) as app:
        yield app


def shopper(favourite: str, share: float, *, touches: int = 40, bought: int = 1) -> list[Touch]:
    liked = round(touches * share)
    rest = [f"other-{n % 20}" for n in range(touches - liked)]
    return [
        Touch(n, n, "purchase" if n < bought else "view", f"p-{n}", category=category, colour="red")
        for n, category in enumerate([favourite] * liked + rest)
    ]


def test_personas_are_buyers_of_different_taste(app: App) -> None:
    """One per favourite garment, the clearest first; no machine, no stranger, nobody without an order or an account."""
    people = {
        "clear": shopper("coat", 0.6),
        "less clear": shopper("coat", 0.5),
        "knit": shopper("jumper", 0.4),
        "bags only": shopper("bag", 0.9),
        "machine": shopper("hat", 0.5, touches=2000),
        "brief": shopper("scarf", 0.5, touches=10),
        "window": shopper("dress", 0.5, bought=0),
    }
    who = {name: Identifier("account", name) for name in people}
    surrogates = app.vault.surrogates([*who.values(), Identifier("anonymous", "cookie")])
    by_person = {surrogates[who[name]]: touches for name, touches in people.items()}
    by_person[surrogates[Identifier("anonymous", "cookie")]] = shopper("shirt", 0.5)
    chosen = personas.choose(app, Histories(rows=[Row("s", "", [Touch(0, 0, "view", "p")])], by_person=by_person))
    assert [one.account for one in chosen] == ["clear", "knit"]
    assert chosen[0].about == "coat, often in red; 1 bought"
    file = app.settings.home / "personas.json"
    personas.settle(app, Histories(by_person=by_person), file)
    first = json.loads(file.read_text())
    more = by_person | {surrogates[who["clear"]]: [*people["clear"], *shopper("skirt", 0.9, touches=120)]}
    personas.settle(app, Histories(by_person=more), file)
    again = json.loads(file.read_text())
    assert [one["account"] for one in again] == [one["account"] for one in first] == ["clear", "knit"]
    assert again[0]["about"] != first[0]["about"]  # who they are stays, what is known of them does not
    assert len({one.cookie for one in chosen} | {one.name for one in chosen}) == 4
