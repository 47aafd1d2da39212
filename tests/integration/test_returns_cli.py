"""`haberdasher returns`: why something came back and where it went, for people and for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from haberdasher.cli.returns import QUEUES, returns
from tests.support.house import house, receive
from tests.support.shop import ordered, sent_back


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a misfit, a taste, a defect, a delay, a suspicion, a wrong description, and a piece too many."""
    path = tmp_path_factory.mktemp("home")
    app = house(path)
    reasons = ["waist-too-tight", "style", "stained", "arrived-late", "SWITCHEROO", "not-as-described"]
    bodies = [ordered(f"o-{n}", n, "coat/m") for n in range(len(reasons))]
    bodies += [sent_back(f"r-{n}", f"o-{n}", 60 + n, "coat/m", reason) for n, reason in enumerate(reasons)]
    receive(app, "oms", [*bodies, sent_back("again", "o-0", 90, "coat/m", "style")])
    app.close()
    return path


def run(home: Path, *arguments: str) -> str:
    done = CliRunner().invoke(returns, arguments, env={"HABERDASHER_HOME": str(home)}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_return_is_shown_with_what_is_believed_and_where_it_went(home: Path) -> None:
    """Code, belief, source and destinations, in words and as JSON."""
    printed = run(home, "show", "r-0")
    for words in (
        "waist-too-tight",
        "fit too_small waist girth",
        "by structured_code",
        "size_model",
        "small waist girth",
    ):
        assert words in printed
    (line,) = json.loads(run(home, "show", "r-0", "--json"))
    assert {(one["destination"], one["what"]) for one in line["routed"].values()} == {
        ("size_model", "small"),
        ("taste", "item"),
    }


def test_a_piece_too_many_waits_and_says_why(home: Path) -> None:
    """A second return of one piece takes nothing, and is kept."""
    printed = run(home, "show", "again")
    assert "excess" in printed
    assert json.loads(run(home, "show", "again", "--json"))[0]["unallocated"] == "excess"


def test_a_return_of_which_nobody_heard_is_an_error(home: Path) -> None:
    """The message names it, and what to run."""
    with pytest.raises(LookupError, match="no return is called 'nobody'"):
        run(home, "show", "nobody")


@pytest.mark.parametrize(
    ("queue", "returned"),
    [
        ("size-model", ["r-0"]),
        ("taste", ["r-0", "r-1", "r-1", "r-2", "r-3", "r-4", "r-5"]),
        ("catalogue", ["r-5"]),
        ("supplier", ["r-2"]),
        ("review", ["r-4"]),
        ("logistics", ["r-3"]),
    ],
)
def test_every_queue_can_be_read(home: Path, queue: str, returned: list[str]) -> None:
    """The same lines in the table and in the JSON document."""
    found = json.loads(run(home, "queue", queue, "--json"))
    assert [one["return_id"] for one in found["routed"]] == returned
    assert found["policy"] == "returns-1"
    printed = run(home, "queue", queue)
    assert all(one in printed for one in returned)
    assert set(QUEUES) == {"size-model", "taste", "catalogue", "supplier", "review", "logistics"}


def test_a_product_says_why_it_is_suspected(home: Path) -> None:
    """How many signals of how many pieces, and that it is not enough."""
    (suspect,) = json.loads(run(home, "queue", "supplier", "--json"))["suspects"]
    assert (suspect["product_id"], suspect["signals"], suspect["bought"], suspect["flagged"]) == ("coat", 1, 6, False)
