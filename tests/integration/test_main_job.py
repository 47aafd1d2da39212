"""The main job from the command line: a folder of events in, a table of judged models out, twice the same."""

import json
import lzma
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haberdasher import cli
from ml.registry import RECOMMENDERS
from ml.two_tower import TwoTower, TwoTowerSettings
from tests.support.shop import ordered, sent, sent_back, viewed

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def haberdasher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command line over a house of its own, with a small two-tower; returns exit code, stdout, stderr."""
    config = tmp_path / "haberdasher.toml"
    config.write_text('[sources.jsonl]\nclock = "backfill"\nauthority = "server"\n')
    monkeypatch.setenv("HABERDASHER_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("HABERDASHER_CONFIG", str(config))
    tiny = TwoTowerSettings(dimension=8, epochs=1, batch=64)
    monkeypatch.setitem(RECOMMENDERS, "two_tower", lambda: TwoTower(tiny))

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["haberdasher", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        out, err = capfd.readouterr()
        return code, out, err

    return command


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    """A folder of the shape that Diginetica has: shoppers walk on from product to product."""
    folder, dice = tmp_path / "clicks", random.Random(7)
    folder.mkdir()
    lines = []
    for _ in range(80):
        first = dice.randint(1, 12)
        lines.append(" ".join(str(first + step) for step in range(dice.randint(2, 5))))
    with lzma.open(folder / "train_sessions.txt.xz", "wt") as train:
        train.write("\n".join(lines) + "\n")
    with lzma.open(folder / "test_prefix_target.tsv.xz", "wt") as test:
        test.write("".join(f"{n} {n + 1}\t{n + 2}\n" for n in range(1, 12)) + "3\t999\n")
    return folder


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A morning in a shop: two visits, an order, a return, and a name that nobody knows."""
    path = tmp_path / "story.jsonl"
    events = [
        viewed("coat", 0),
        viewed("hat", 1),
        sent("login", 2, anonymous_id="cookie-1", user_id="ada"),
        ordered("o-1", 20, "coat/m"),
        sent_back("r-1", "o-1", 3000, "coat/m", "too-small"),
        sent("warp_drive", 4, anonymous_id="cookie-1"),
        b"{broken",
    ]
    path.write_bytes(b"\n".join(events) + b"\n")
    return path


def data(out: str) -> Any:
    return json.loads(out)


def test_a_second_run_stores_nothing_and_prints_the_same(haberdasher: Command, clicks: Path) -> None:
    """`run` ends in the table of four models beside the published figures; run again, all events are duplicates."""
    code, first, _ = haberdasher("run", "diginetica", str(clicks))
    assert code == 0
    for name in ("popularity", "session_popularity", "item_knn", "two_tower", "GCE-GNN"):
        assert name in first
    code, second, _ = haberdasher("run", "diginetica", str(clicks))
    assert code == 0
    table = first[first.index("Next click") :]
    assert second[second.index("Next click") :] == table
    outcome = data(haberdasher("run", "diginetica", str(clicks), "--json")[1])
    ingested = outcome["ingested"]
    assert ingested["received"] == ingested["duplicate"] > 0
    assert ingested["accepted"] == 0
    assert outcome["learned"]["reports"][0]["cases"] == 12
    release = outcome["learned"]["release"]["release_id"]
    assert release in table
    assert [one["release_id"] for one in data(haberdasher("release", "list", "--json")[1])] == [release]
    assert "verified" in haberdasher("release", "show", release)[1]


def test_judging_again_gives_the_figures_of_the_release(haberdasher: Command, clicks: Path) -> None:
    """`evaluate` fits the baselines anew, restores the model, and comes to what the release says of itself."""
    haberdasher("ingest", "diginetica", str(clicks))
    haberdasher("project")
    arguments = ("--published-test", str(clicks), "--json")
    learned = data(haberdasher("learn", "--model", "item_knn", *arguments)[1])
    judged = data(haberdasher("evaluate", *arguments)[1])
    assert judged["reports"] == learned["reports"]


def test_every_event_is_counted_and_asked_for(haberdasher: Command, story: Path) -> None:
    """accepted + duplicate + quarantined = received, with the reasons, and the projections reach the head."""
    ingested = data(haberdasher("ingest", "jsonl", str(story), "--json")[1])
    assert (ingested["received"], ingested["accepted"], ingested["quarantined"]) == (7, 5, 2)
    assert ingested["reasons"] == {"unknown_event_name": 1, "not_json": 1}
    waiting = data(haberdasher("project", "--status", "--json")[1])
    assert waiting["waiting"] == 7
    projected = data(haberdasher("project", "--json")[1])
    assert projected["waiting"] == 0
    names = {
        *("identity", "sessions", "purchases", "journal", "catalogue", "quarantine", "slates", "attribution"),
        *("traffic", "clicks", "carts", "bulk", "periods", "feed"),
        *("consents", "traces", "return_routing", "signals"),
    }
    assert {one["name"]: one["lag"] for one in projected["projections"]} == dict.fromkeys(names, 0)
    rebuilt = data(haberdasher("project", "--rebuild", "sessions", "--json")[1])
    assert {one["name"]: one["generation"] for one in rebuilt["projections"]}["sessions"] == 2
    assert haberdasher("project", "--rebuild", "nonsense")[0] == 1


def test_recommending_from_the_shell(haberdasher: Command, clicks: Path) -> None:
    """A session or a list of products is answered; what cannot be answered says what to do instead."""
    code, _, err = haberdasher("recommend", "--products", "1")
    assert (code, "haberdasher learn" in err) == (1, True)
    haberdasher("run", "diginetica", str(clicks))
    answer = data(haberdasher("recommend", "--products", "3,4,unheard-of", "-k", "3", "--unseen", "--json")[1])
    assert (len(answer["items"]), answer["unknown"]) == (3, 1)
    assert not {"3", "4"} & {one["product_id"] for one in answer["items"]}
    code, _, err = haberdasher("recommend", "--session", "nonsense")
    assert code == 1
    some = err[err.index("there are") + len("there are ") :].split(",")[0].strip()
    assert data(haberdasher("recommend", "--session", some, "--json")[1])["items"]
    assert haberdasher("recommend")[0] == 2
    assert haberdasher("recommend", "--products", "1", "-k", "0")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ingest", "jsonl", "/nowhere"), 2, "does not exist"),
        (("ingest", "carrier-pigeon", "."), 2, "carrier-pigeon"),
        (("learn",), 1, "haberdasher project"),
        (("learn", "--model", "crystal_ball"), 1, ""),
        (("evaluate",), 1, "haberdasher learn"),
        (("release", "show", "r-0"), 1, "release list"),
        (("features", "show", "nobody"), 1, "nobody"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_what_cannot_be_done_says_why(haberdasher: Command, arguments: tuple[str, ...], code: int, said: str) -> None:
    """An error ends with 1, a wrong call with 2, one line that names the remedy, and no trace."""
    stopped, _, err = haberdasher(*arguments)
    assert stopped == code
    assert said in err
    assert "Traceback" not in err


def test_a_model_nobody_knows_is_named(haberdasher: Command, clicks: Path) -> None:
    """The names that there are come with the refusal."""
    haberdasher("ingest", "diginetica", str(clicks))
    haberdasher("project")
    code, _, err = haberdasher("learn", "--model", "crystal_ball", "--published-test", str(clicks))
    assert code == 1
    assert "item_knn" in err


def test_a_bad_setting_stops_every_command(haberdasher: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is named before anything is touched."""
    monkeypatch.setenv("HABERDASHER_BATCH", "many")
    code, _, err = haberdasher("doctor")
    assert code == 1
    assert "batch" in err


def test_the_doctor_tells_a_laptop_from_a_shop(haberdasher: Command, story: Path) -> None:
    """Secrets that we made are a warning; a chain that holds is said; nothing unsafe is exit code 0."""
    haberdasher("ingest", "jsonl", str(story))
    code, out, _ = haberdasher("doctor", "--json")
    found = data(out)
    assert code == 0
    assert "warning" in {one["level"] for one in found}
    assert any("hash chain holds over 7 positions" in one["what"] for one in found)


@pytest.mark.parametrize(
    "command",
    [
        *("ingest", "run", "project", "learn", "evaluate", "recommend", "doctor"),
        *("features", "features list", "features describe", "features show", "release", "release list", "release show"),
    ],
)
def test_every_command_explains_itself(haberdasher: Command, command: str) -> None:
    """`--help` says what a command does and what it takes."""
    code, out, _ = haberdasher(*command.split(), "--help")
    assert code == 0
    assert "Usage:" in out
