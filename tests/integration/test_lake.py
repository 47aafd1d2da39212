"""The lake on disk, beside a real database: kills, races, damage, and what is erased."""

import json
import random
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from adapters.database import connect
from adapters.event_log import create_event_log_tables
from adapters.lake import parquet_lake
from haberdasher.cli import cli
from haberdasher.cli.erase import erase_all
from ports.lake import LakeDamaged
from ports.vault import Identifier
from tests.support.house import house, receive
from tests.support.kills import run_and_kill
from tests.support.lake import Shore, Story, expected, forget, seen, stored_shore, work
from tests.support.services import DATABASES, database_url
from tests.support.shop import ordered, viewed


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as found:
        engine = connect(found)
        create_event_log_tables(engine)
        engine.dispose()
        yield found


def settle(shore: Shore) -> None:
    """Finish what there is to do, and let every grace pass, whatever clock it was given by."""
    shore.clock.at += timedelta(days=400)
    shore.project()
    shore.upkeep.run()
    for _ in range(2):
        shore.clock.at += timedelta(hours=2)
        shore.upkeep.sweep()


@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.nightly)])
def test_a_killed_process_loses_and_doubles_nothing(url: str, kills: int, tmp_path: Path) -> None:
    """SIGKILLs at random moments of journal and upkeep: every observation is there once, and no file but those."""
    dice, steps = random.Random(url[:6]), 0
    for attempt in range(9 * kills):
        if attempt >= kills <= steps:
            break
        steps += len(run_and_kill(work, (str(tmp_path), url), dice.uniform(0, 0.5)))
        shore = stored_shore(tmp_path, url)
        assert shore.held() == expected(shore.log, shore.upkeep.listing().position, frozenset())
        shore.close()
    assert steps >= kills, "hardly anything was ever begun"
    shore = stored_shore(tmp_path, url)
    settle(shore)
    assert shore.held() == expected(shore.log, shore.log.head(), frozenset())
    assert list(shore.lake.stored()) == sorted(part.name for part in shore.upkeep.listing().parts)
    shore.close()


def test_a_writer_a_second_one_and_the_upkeep_at_once(url: str, tmp_path: Path) -> None:
    """Two journals race while parts are compacted, erased and swept: readers see whole lists, all is there once."""
    shores = [stored_shore(tmp_path, url) for _ in range(4)]
    story, done = Story(shores[0].log), threading.Event()
    failed: list[BaseException] = []

    def repeatedly(what: Any) -> None:
        try:
            while not done.is_set():
                what()
        except BaseException as error:  # noqa: BLE001 - told below, in the thread of the test
            failed.append(error)

    def read() -> None:
        parts = shores[3].upkeep.listing().parts
        assert len({part.name for part in parts}) == len(parts)

    doing = [shores[1].project, shores[2].upkeep.run, read]
    threads = [threading.Thread(target=repeatedly, args=(one,)) for one in doing]
    for thread in threads:
        thread.start()
    for round_ in range(8):
        story.tell(*[seen(f"c{number % 5}", number, number % 2) for number in range(story.told, story.told + 8)])
        if round_ == 5:
            story.tell(*[seen("goes", number) for number in range(4)], forget("goes", story.told))
        shores[0].project()
    done.set()
    for thread in threads:
        thread.join()
    settle(shores[0])
    assert failed == []
    assert shores[0].held() == expected(shores[0].log, shores[0].log.head(), frozenset(["goes"]))
    assert shores[0].upkeep.listing().epoch > 2
    for shore in shores:
        shore.close()


def traces(folder: Path, *needles: str) -> set[str]:
    """Return which of the texts any file of the lake holds: in its bytes, names, or decoded values."""
    found = set()
    for path in folder.rglob("*"):
        raw = path.read_bytes() if path.is_file() else b""
        decoded = repr(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else ""
        found |= {one for one in needles if one.encode() in raw or one in decoded or one in str(path)}
    return found


def test_no_byte_of_the_forgotten_is_in_any_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in dictionaries, statistics, footers, replaced files, orphans or copies; of the others every row is there.

    Uncompressed, so that a search of the bytes would find them.
    """
    monkeypatch.setattr(parquet_lake, "COMPRESSION", "none")
    shore = stored_shore(tmp_path, url)
    story = Story(shore.log)
    goes = ["goes-entirely", "goes-too"]
    story.tell(*[seen(["stays", "zz-stays", *goes][number % 4], number, number % 2) for number in range(24)])
    shore.project()
    shore.upkeep.compact()  # what it replaced is still there
    story.tell(*[seen(goes[0], number) for number in range(24, 30)])
    shore.project()
    listed = shore.upkeep.listing().parts[0]
    source = tmp_path / "lake" / "tenant=main" / listed.name
    shutil.copy(source, source.with_name("copied-by-hand.parquet"))
    shutil.copy(source, source.with_name(".g0001-000000000000001-000000000000003-e000000-abc123.tmp"))
    assert traces(tmp_path / "lake", *goes, "stays") == {*goes, "stays"}

    story.tell(seen(goes[1], 30), forget(goes[0], 31), forget(goes[1], 32))
    shore.project()
    assert shore.upkeep.erase() == 2
    assert shore.upkeep.erase() == 0
    assert traces(tmp_path / "lake", *goes, "stays") == {"stays"}
    assert shore.held() == expected(shore.log, shore.log.head(), frozenset(goes))
    assert shore.engine is not None
    with shore.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT value FROM read_model_rows").scalars().all()
    assert not any(one.encode() in bytes(row) for row in rows for one in goes)
    shore.close()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["lake", *arguments])


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house in which two days were lived."""
    folder = tmp_path_factory.mktemp("lived") / "home"
    app = house(folder)
    for day in range(2):
        for visitor in ("ada", "bea"):
            for number in range(2):
                body = viewed(f"p-{number}", 1440 * day + number, cookie=f"cookie-{visitor}", user_id=visitor)
                receive(app, "web", [body], batch_id=f"{day}-{visitor}-{number}")
    receive(app, "oms", [ordered("order-1", 20, "p-1/M", user="ada")], batch_id="order")
    app.close()
    return folder


@pytest.fixture
def home(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HABERDASHER_CONFIG", raising=False)
    return shutil.copytree(lived, tmp_path / "home")


def files_of(home: Path) -> list[Path]:
    return sorted((home / "lake").rglob("*.parquet"))


def test_what_is_damaged_is_named_and_a_rebuild_heals(home: Path) -> None:
    """A part that is cut, flipped or gone is named with the remedy; the remedy leaves the same rows."""
    before = json.loads(run("status", "--json").stdout)
    assert json.loads(run("verify", "--json").stdout) == {"checked": before["parts"], "damaged": []}
    cut, flipped, gone = files_of(home)[:3]
    cut.write_bytes(cut.read_bytes()[:-7])
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    gone.unlink()
    said = run("verify")
    assert said.exit_code == 1
    for path in (cut, flipped, gone):
        assert path.name in said.output
    assert "haberdasher project --rebuild journal" in said.output

    app = house(home)
    with pytest.raises(LakeDamaged, match="rebuild journal"):
        app.lake.using(lambda parts: list(app.lake.upkeep.lake.read(parts)))
    app.runner.rebuild(app.projections["journal"])
    app.close()
    after = json.loads(run("status", "--json").stdout)
    assert (after["rows"], after["position"]) == (before["rows"], before["position"])
    assert run("verify").exit_code == 0


def test_a_file_that_is_not_listed_is_named_and_not_read(home: Path) -> None:
    """Rows that somebody copied into the folder once more, and half a file, count nowhere and are shown."""
    before = json.loads(run("status", "--json").stdout)
    (one, *_) = files_of(home)
    shutil.copy(one, one.with_name("part-copy.parquet"))
    one.with_name("half.parquet").write_bytes(one.read_bytes()[:50])
    after = json.loads(run("status", "--json").stdout)
    strays = after.pop("strays")
    assert [Path(stray).name for stray in strays] == ["half.parquet", "part-copy.parquet"]
    assert after == {key: value for key, value in before.items() if key != "strays"}
    assert run("verify").exit_code == 0
    assert json.loads(run("sweep", "--json").stdout)["swept"] == []
    for stray in strays:
        assert stray in run("status").stdout


def test_compacting_by_hand_leaves_one_part_a_day(home: Path) -> None:
    """The rows stay what they are, and a second time there is nothing to do."""
    before = json.loads(run("status", "--json").stdout)
    done = json.loads(run("compact", "--json").stdout)
    after = json.loads(run("status", "--json").stdout)
    assert done["replaced"] == len(after["leaving"]) > 0
    assert (after["rows"], after["position"]) == (before["rows"], before["position"])
    assert {day["parts"] for day in after["days"]} == {1}
    assert json.loads(run("compact", "--json").stdout) == {"replaced": 0}
    assert run("verify").exit_code == 0


def test_whoever_is_erased_leaves_the_lake(home: Path) -> None:
    """`haberdasher erase` comes back when no file has a row of that person; of the others all are there."""
    app = house(home)
    ada, bea = (app.vault.find(Identifier("account", name)) for name in ("ada", "bea"))
    assert ada is not None
    assert bea is not None
    assert traces(home / "lake", ada, bea) == {ada, bea}
    (outcome,) = erase_all(app, [ada])
    assert traces(home / "lake", *outcome.identifiers, outcome.person, "order-1") == set()
    assert traces(home / "lake", bea) == {bea}
    assert app.lake.upkeep.files().leaving.keys() <= set(app.lake.upkeep.lake.stored())
    app.close()
