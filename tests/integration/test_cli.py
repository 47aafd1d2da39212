"""How the command line speaks: as a process, in tables, and when something outside is broken."""

import gzip
import json
import lzma
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from haberdasher.cli import cli, main
from haberdasher.cli.show import table
from tests.support.shop import ordered, sent, sent_back, viewed

DATABASE = "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"
CONFIG = '[sources.jsonl]\nclock = "backfill"\nauthority = "server"\n'


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A house of its own, whose one source is an order system's history, declared in a TOML file."""
    (tmp_path / "haberdasher.toml").write_text(CONFIG)
    mine = {name: value for name, value in os.environ.items() if not name.startswith("HABERDASHER_")}
    config = str(tmp_path / "haberdasher.toml")
    return mine | {"HABERDASHER_HOME": str(tmp_path / "var"), "HABERDASHER_CONFIG": config}


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Two views, a cart, an order, a return."""
    path = tmp_path / "story.jsonl"
    cart = sent("add_to_cart", 2, anonymous_id="cookie-1", properties={"product_id": "coat"})
    bought = [ordered("o-1", 20, "coat/m"), sent_back("r-1", "o-1", 3000, "coat/m", "too-small")]
    path.write_bytes(b"\n".join([viewed("coat"), viewed("hat", 1), cart, *bought]))
    return path


def process(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run `python -m haberdasher` as a process; return exit code, stdout, stderr."""
    command = [sys.executable, "-m", "haberdasher", *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def cells(out: str, title: str) -> list[list[str]]:
    """Return the rows of the table under `title`, heading left out."""
    lines = out[out.index(title) :].splitlines()
    rows = [line.strip("│").split("│") for line in lines if line.startswith("│")]
    return [[cell.strip() for cell in row] for row in rows]


def test_a_process_answers_and_says_what_comes_next(environment: dict[str, str], story: Path) -> None:
    """Tables on stdout count every event and every projection, JSON alone stands on stdout, exit code 0."""
    code, out, _ = process(environment, "ingest", "jsonl", str(story))
    assert (code, cells(out, "Ingested")) == (0, [["5", "5", "0", "0"]])
    assert "haberdasher project" in out
    code, out, _ = process(environment, "project", "--json")
    assert code == 0
    assert {one["lag"] for one in json.loads(out)["projections"]} == {0}


def test_a_process_fails_without_a_trace(environment: dict[str, str]) -> None:
    """What is wrong and the remedy are one line on stderr, nothing is on stdout, and the exit code is 1."""
    code, out, err = process(environment, "recommend", "--products", "coat")
    assert (code, out) == (1, "")
    assert "haberdasher learn" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", ["p" * 256, "coat[red]", "coat[/red]", "[bold]x", "back\\"])
def test_an_id_is_printed_as_it_is(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """No table cuts, folds or reads markup into an id, nor does its title."""
    table(f"After {name[:20]}", ("product", "release"), [(name, "20260302T090000000000Z-abcdef012345")])
    out = capsys.readouterr().out
    assert name in out
    assert "20260302T090000000000Z-abcdef012345" in out
    assert f"After {name[:20]}" in out


@pytest.fixture
def refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Call the entry point in this process, see it end with exit code 1, and return what it said on stderr."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["haberdasher", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 1
        return capsys.readouterr().err.strip()

    return call


@pytest.mark.parametrize("ending", [".gz", ".xz"])
@pytest.mark.parametrize("cut", [True, False])
def test_a_damaged_file_is_named(refused: Callable[..., str], tmp_path: Path, ending: str, cut: bool) -> None:
    """A packed file that is cut off or is none ends with its name, not with a trace or as if interrupted."""
    lines = b"\n".join(viewed("coat") for _ in range(50))
    whole = gzip.compress(lines) if ending == ".gz" else lzma.compress(lines)
    path = tmp_path / f"events.jsonl{ending}"
    path.write_bytes(whole[: len(whole) // 2] if cut else b"this is neither")
    said = refused("ingest", "jsonl", str(path))
    assert said.startswith(f"Error: {path}")
    assert "interrupted" not in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HABERDASHER_DATABASE_URL", DATABASE, "database_url"),
        ("HABERDASHER_DATABASE_URL", "sqlite:////nowhere/at/all.db", "database_url"),
        ("HABERDASHER_PROFILE", "prod", "profile"),
        ("HABERDASHER_PROFILE", "production", "HABERDASHER_MASTER_KEY"),
        ("TOML", CONFIG + "delay_s = -1\n", "delay_s"),
        ("TOML", CONFIG.replace("backfill", "sundial"), "sources.jsonl.clock"),
    ],
)
def test_what_is_set_wrong_is_named(
    refused: Callable[..., str], name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting that cannot be, or that leads nowhere, is named on one line with exit code 1."""
    if name == "TOML":
        Path(os.environ["HABERDASHER_CONFIG"]).write_text(value)
    else:
        monkeypatch.setenv(name, value)
    err = refused("project", "--status")
    assert err.startswith("Error: ")
    assert said in err


def test_a_question_needs_one_subject(environment: dict[str, str]) -> None:
    """`recommend` with neither or both of --session and --products is a wrong call."""
    ask = CliRunner(env=environment)
    for arguments in (["recommend"], ["recommend", "--session", "s", "--products", "p"]):
        asked = ask.invoke(cli, arguments)
        assert asked.exit_code == 2
        assert "either --session or --products" in asked.output


def test_a_projection_nobody_knows_is_named(environment: dict[str, str]) -> None:
    """`project --rebuild` lists the names that there are."""
    asked = CliRunner(env=environment).invoke(cli, ["project", "--rebuild", "nonsense"])
    assert asked.exit_code == 1
    for name in ("identity", "sessions", "purchases", "journal"):
        assert name in asked.output
