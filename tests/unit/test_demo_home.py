"""The folder of a demo: one season for good, pictures drawn once, and nobody's real data."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from attrs import asdict, evolve

from adapters.sources.files import MissingFile
from adapters.sources.simulation.season import Season
from adapters.sources.simulation.season_file import NAME, Simulation, read_season, write_season
from application.learning.histories import Histories
from haberdasher.bootstrap import App
from haberdasher.demo.home import PICTURES, OtherHome, draw_pictures, season_of, settle, until
from haberdasher.demo.personas import NAMES, choose
from tests.support.house import house, receive
from tests.support.shop import ordered, sent

SEASON = Season(date(2026, 6, 30), shoppers=12, products=36, days=7, seed=3)


def nothing(_done: int, _total: int) -> None:
    """Report progress to nobody."""


def test_the_first_run_writes_its_season_down(tmp_path: Path) -> None:
    """A new home, with folders above it if need be, then knows its season."""
    home = tmp_path / "var" / "demo"
    assert settle(home, SEASON, fresh=True) == SEASON
    assert season_of(home) == SEASON


def test_the_next_day_goes_on_with_the_same_season(tmp_path: Path) -> None:
    """Today is later, but what was begun is gone on with as it was."""
    settle(tmp_path, SEASON, fresh=True)
    assert settle(tmp_path, evolve(SEASON, until=date(2026, 7, 1)), fresh=False) == SEASON


@pytest.mark.parametrize("field", ["shoppers", "products", "days", "seed", "most_events"])
def test_another_season_is_refused(tmp_path: Path, field: str) -> None:
    """Two seasons in one home would be one shop that never was; the remedy is named."""
    settle(tmp_path, SEASON, fresh=True)
    other = evolve(SEASON, **{field: asdict(SEASON)[field] + 1})
    with pytest.raises(OtherHome, match="HABERDASHER_HOME"):
        settle(tmp_path, other, fresh=False)
    assert season_of(tmp_path) == SEASON


def test_a_home_with_other_events_is_refused(tmp_path: Path) -> None:
    """A demo is never poured over real data, and leaves no trace there."""
    with pytest.raises(OtherHome, match="no demo"):
        settle(tmp_path, SEASON, fresh=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_season_is_no_demo(tmp_path: Path) -> None:
    """Asking changes nothing."""
    assert season_of(tmp_path) is None
    assert season_of(tmp_path / "missing") is None


def test_pictures_are_drawn_once(tmp_path: Path) -> None:
    """One for each colourway; what is there is left as it is, and what is missing is drawn again."""
    count = draw_pictures(tmp_path, SEASON, nothing)
    files = sorted((tmp_path / PICTURES).iterdir())
    assert count == len(files)
    assert all(file.suffix == ".svg" for file in files)
    drawn = {file: file.read_text() for file in files}
    files[0].unlink()
    files[1].write_text("mine")
    assert draw_pictures(tmp_path, SEASON, nothing) == count
    assert {file: file.read_text() for file in files} == drawn | {files[1]: "mine"}


def test_drawing_reports_its_end(tmp_path: Path) -> None:
    """The last word is that all are done."""
    told: list[tuple[int, int]] = []
    count = draw_pictures(tmp_path, SEASON, lambda *step: told.append(step))
    assert told[-1] == (count, count)


def test_a_season_is_over_before_its_visitors_come() -> None:
    """It ends yesterday, across months too."""
    assert until(date(2026, 3, 1)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "season",
    [SEASON, Season(date(2024, 2, 29)), evolve(SEASON, touched=1e-6, most_events=10**9, seed=2**31)],
    ids=["small", "leap day", "extremes"],
)
def test_a_season_is_read_as_it_was_written(tmp_path: Path, season: Season) -> None:
    """Through its file or its folder."""
    write_season(season, tmp_path / NAME)
    assert read_season(tmp_path / NAME) == read_season(tmp_path) == season


def test_what_a_season_file_leaves_out_is_the_default(tmp_path: Path) -> None:
    """Only the last day is required; a whole number is a share, too."""
    (tmp_path / NAME).write_text("until = 2026-11-22\ntouched = 1\n")
    assert read_season(tmp_path) == Season(date(2026, 11, 22), touched=1)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("until = 2026-11-22\ncolour = 3", "colour"),
        ("seed = 1", "until"),
        ("until = 2026-11-22T00:00:00", "until"),
        ('until = "2026-11-22"', "until"),
        ("until = 2026-11-22\nshoppers = 1", "shoppers"),
        ("until = 2026-11-22\nproducts = 100001", "products"),
        ("until = 2026-11-22\ndays = 1.5", "days"),
        ("until = 2026-11-22\nseed = true", "seed"),
        ("until = 2026-11-22\nseed = -1", "seed"),
        ("until = 2026-11-22\ntouched = nan", "touched"),
        ("until = 2026-11-22\ntouched = 0", "touched"),
        ("until = 2026-11-22\nmost_events = []", "most_events"),
        ("until = yesterday", "line 1"),
    ],
)
def test_a_season_that_cannot_be_names_what_is_wrong(tmp_path: Path, text: str, field: str) -> None:
    """The field, or the line if it is no TOML at all."""
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ValueError, match=field):
        read_season(tmp_path)


def test_a_season_that_is_not_there_says_so(tmp_path: Path) -> None:
    """It names the file that was looked for."""
    with pytest.raises(MissingFile, match=NAME):
        read_season(tmp_path)


def test_a_season_file_is_a_source_like_any_other(tmp_path: Path) -> None:
    """The same file gives the same events, byte for byte, of declared sources only."""
    write_season(SEASON, tmp_path / NAME)
    events = list(Simulation().events(tmp_path))
    assert events == list(Simulation().events(tmp_path / NAME))
    assert {one.source for one in events} <= {one.name for one in Simulation().declarations}
    assert Simulation().total(tmp_path) is None


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = house(tmp_path)
    yield app
    app.close()


def looks(user: str, categories: str, minute: float) -> list[bytes]:
    """Return a visit that looks at garments, one letter each."""
    kinds = {"d": "dress", "b": "bag", "c": "coat"}
    return [
        sent(
            "product_viewed",
            minute + n / 10,
            anonymous_id=f"cookie-{user}",
            user_id=user,
            properties={"product_id": f"{kind}-{n}", "category_id": kinds[kind], "color": "red"},
        )
        for n, kind in enumerate(categories)
    ]


def test_personas_are_customers_with_a_clear_taste(app: App) -> None:
    """One for each favourite garment, with orders and enough of a history, described by what the shop knows."""
    visits = [
        *looks("dora", "d" * 11 + "bbbbcccc" + "dbc", 0),  # dresses, half of all
        *looks("dana", "d" * 9 + "bbbbbbcccccc", 10),  # dresses too, but less clearly
        *looks("cleo", "c" * 11 + "bbbbbddddd", 20),  # coats
        *looks("bea", "b" * 25, 30),  # nothing but bags
        *looks("nobuy", "c" * 12 + "bbbbbddddd", 40),  # never bought
        *looks("new", "ddcc", 50),  # hardly known
    ]
    receive(app, "web", visits)
    buyers = ("dora", "dana", "cleo", "bea", "new")
    receive(app, "oms", [ordered(f"o-{one}", 600, "dress-1/m", user=one) for one in buyers], "orders")
    personas = choose(app, Histories.read(app.read_models))
    assert [(one.name, one.account) for one in personas] == [(NAMES[0], "dora"), (NAMES[1], "cleo")]
    assert personas[0].about == "dress, often in red; 1 bought"
    assert personas[0].cookie == "demo-mia"


def test_where_nobody_is_clear_there_are_no_personas(app: App) -> None:
    """A new shop has none."""
    assert list(choose(app, Histories.read(app.read_models))) == []
