"""`haberdasher identity`: why somebody is one person, in text, JSON and a picture, and how to correct it."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from haberdasher.cli import main
from haberdasher.cli.identity import identity
from ports.vault import Identifier
from tests.support.house import house, receive
from tests.support.shop import sent, viewed

DAY = 24 * 60
TABLET = {"cookie": "tablet-browser", "device_id": "tablet-7"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A couple with a tablet that both use, each with a browser of their own; and somebody who only looked."""
    app = house(tmp_path)
    receive(
        app,
        "web",
        [
            viewed("coat", 0, **TABLET),
            viewed("coat", 2, user_id="ada", **TABLET),
            viewed("dress", DAY, cookie="ada-phone", user_id="ada", email="ada@example.org"),
            viewed("boots", 2 * DAY, user_id="bob", **TABLET),
            viewed("boots", 3 * DAY, cookie="bob-laptop", user_id="bob"),
            viewed("scarf", 4 * DAY, **TABLET),
            viewed("scarf", 5 * DAY, cookie="<stranger> & co"),
        ],
    )
    app.close()
    return tmp_path


def ask(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(identity, arguments, env={"HABERDASHER_HOME": str(home)}, catch_exceptions=False)


def said(home: Path, *arguments: str) -> str:
    done = ask(home, *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def refused(home: Path, *arguments: str) -> str:
    done = ask(home, *arguments)
    assert done.exit_code == 1, done.output
    return done.output


def surrogate(home: Path, kind: str, value: str) -> str:
    app = house(home)
    found = app.vault.find(Identifier(kind, value))
    app.close()
    assert found is not None
    return found


def persons(home: Path, customer: str) -> set[frozenset[str]]:
    """Return the persons around somebody, each as the values that it is known by."""
    shown = json.loads(said(home, "show", customer, "--json", "--reveal"))
    values = {one["surrogate"]: one["value"] for one in shown["identifiers"]}
    return {frozenset(values[one] for one in members) for members in shown["persons"].values()}


def test_a_person_is_shown_with_what_was_refused(home: Path) -> None:
    """Persons, links with what became of them, merges, and whose what was seen on the tablet is."""
    out = said(home, "show", "account:ada", "--reveal")
    assert "8 identifiers, 2 persons" not in out
    assert "7 identifiers, 2 persons" in out
    assert "rejected: limit" in out
    assert "shared by several accounts" in out
    assert "nobody in particular" in out
    assert "absorbed" in out


def test_values_are_masked_unless_asked_for(home: Path) -> None:
    """Without --reveal enough is said to recognise an identifier, and not what it is."""
    hidden = said(home, "show", "email:ADA@example.org ")
    assert "a…@e…" in hidden
    for value in ("ada@example.org", "bob-laptop", "tablet-7"):
        assert value not in hidden
        assert value in said(home, "show", "account:ada", "--reveal")


def test_json_holds_the_whole_graph(home: Path) -> None:
    """Identifiers, links with strength and fate, history, redirects and what is attributed to whom."""
    shown = json.loads(said(home, "show", surrogate(home, "account", "bob"), "--json"))
    fates = {(one["kind"], one["state"], one["reason"]) for one in shown["links"]}
    assert ("login", "rejected", "limit") in fates
    assert ("same_device", "accepted", "") in fates
    assert {one["what"] for one in shown["history"]} == {"merged"}
    assert set(shown["redirects"].values()) <= set(shown["persons"])
    whose = [
        one["person"] for one in shown["attributed"] if one["carrier"] == surrogate(home, "anonymous", "tablet-browser")
    ]
    assert len(set(whose)) == 3
    assert sum(one.endswith("#unattributed") for one in whose) == 1
    assert not shown["forgotten"]


def test_the_picture_is_the_same_every_time(home: Path, tmp_path: Path) -> None:
    """Well-formed SVG with every identifier on a card, the refused link with its reason, and the tablet marked."""
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    said(home, "show", "account:ada", "--reveal", "--svg", str(one))
    said(home, "show", "account:ada", "--reveal", "--svg", str(other))
    assert one.read_bytes() == other.read_bytes()
    words = " ".join(ET.fromstring(one.read_text()).itertext())
    for expected in ("ada", "bob-laptop", "tablet-browser", "shared", "breaks a limit", "same device", "Person 2"):
        assert expected in words
    assert "1 session → nobody in particular" in words


def test_a_value_cannot_break_the_picture(home: Path, tmp_path: Path) -> None:
    """What is markup in a value is text in the picture."""
    said(home, "show", "anonymous:<stranger> & co", "--reveal", "--svg", str(tmp_path / "one.svg"))
    words = " ".join(ET.fromstring((tmp_path / "one.svg").read_text()).itertext())
    assert "<stranger> & co" in words


def test_a_split_gives_back_what_a_wrong_login_took(home: Path) -> None:
    """Ada's logins on the tablet are taken back: it becomes Bob's, who is linked with it as well."""
    said(home, "split", "account:ada", "device:tablet-7", "--reason", "it is Bob's")
    out = said(home, "split", "account:ada", "anonymous:tablet-browser", "--kind", "login", "--reason", "it is Bob's")
    assert "taken back: login" in out
    assert persons(home, "account:ada") == {
        frozenset({"ada", "ada-phone", "ada@example.org"}),
        frozenset({"bob", "bob-laptop", "tablet-7", "tablet-browser"}),
    }
    shown = json.loads(said(home, "show", "account:ada", "--json"))
    assert {one["reason"] for one in shown["links"] if one["state"] == "retracted"} == {"it is Bob's"}
    assert "split" in {one["what"] for one in shown["history"]}


def test_a_split_that_changes_nothing_says_what_holds_them_together(home: Path) -> None:
    """One of two ways between the ends is taken back, and the other is named."""
    out = said(home, "split", "account:ada", "anonymous:ada-phone", "--reason", "typed for her")
    assert re.search(r"still one person, through .*login.*guest_checkout", out)


def test_what_cannot_be_split_is_explained(home: Path) -> None:
    """Another kind, no link but a way round, a link that is gone, no relation at all."""
    ada, tablet, because = "account:ada", "device:tablet-7", ("--reason", "x")
    assert "linked by login" in refused(home, "split", ada, tablet, "--kind", "order", *because)
    assert "split one of those" in refused(home, "split", "email:ada@example.org", tablet, *because)
    assert "name the two ends" in refused(home, "split", ada, ada, *because)
    said(home, "split", ada, tablet, "--reason", "wrong")
    assert "taken back (wrong)" in refused(home, "split", ada, tablet, *because)
    assert "not one person" in refused(home, "split", "anonymous:ada-phone", "anonymous:bob-laptop", *because)


def test_a_block_and_its_end(home: Path) -> None:
    """A blocked tablet is nobody's, with the reason; when the block is taken back all is as it was."""
    before = persons(home, "account:ada")
    out = json.loads(said(home, "block", "device:tablet-7", "--reason", "stands in the store", "--json"))
    assert out["changed"]
    assert out["persons"][surrogate(home, "device", "tablet-7")]["after"] is None
    assert "by hand: stands in the store" in said(home, "show", "device:tablet-7")
    said(home, "block", "device:tablet-7", "--reason", "again")
    said(home, "unblock", "device:tablet-7", "--reason", "it is theirs")
    assert persons(home, "account:ada") == before
    assert "was not blocked by hand" in said(home, "unblock", "device:tablet-7", "--reason", "again")


@pytest.mark.parametrize(
    ("customer", "remedy"),
    [
        ("ada", "say kind:value"),
        ("account:nobody", "never seen, or it was forgotten"),
        ("account:null", "identifies nobody"),
        ("account:00000000000000000000000000000000", "identifies nobody"),
        ("shoe:42", "say kind:value"),
    ],
)
def test_who_is_not_there_is_told_apart(home: Path, customer: str, remedy: str) -> None:
    """A wrong word, an unknown value, and a value that is nobody's have each their own answer, and exit code 1."""
    assert remedy in refused(home, "show", customer)


def test_a_session_token_says_what_it_is(home: Path) -> None:
    """It is shown with what was linked in its session, and that nothing after it is."""
    app = house(home)
    receive(
        app,
        "web",
        [sent("product_viewed", 9 * DAY, session_token="t-1", user_id="ada", properties={"product_id": "hat"})],
        "s",
    )
    app.close()
    assert "stands for its own session" in said(home, "show", "session:t-1")


def test_a_destroyed_key_is_told(home: Path) -> None:
    """Of a person whose keys are gone surrogates are shown, and that they were forgotten."""
    app = house(home)
    stranger = app.vault.find(Identifier("anonymous", "<stranger> & co"))
    assert stranger is not None
    app.keyring.destroy([stranger])
    app.close()
    assert "This person was forgotten" in said(home, "show", stranger)
    assert json.loads(said(home, "show", stranger, "--json"))["forgotten"]


def test_a_value_cannot_command_the_terminal(tmp_path: Path) -> None:
    """Escapes, bells and turned text that a browser sent are shown as what they are not: characters."""
    app = house(tmp_path)
    receive(app, "web", [viewed("coat", 0, cookie="\x1b]0;pwned\x07\x1b[31m\u202e", user_id="[red]ada[/red]")])
    app.close()
    for arguments in (["--reveal"], []):
        shown = said(tmp_path, "show", "account:[red]ada[/red]", *arguments)
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "[red]ada[/red]" in said(tmp_path, "show", "account:[red]ada[/red]", "--reveal")


@pytest.mark.parametrize("command", ["identity show", "erase --yes --customer", "export --out x.json --customer"])
@pytest.mark.parametrize("customer", ["email: ", "account:" + "x" * 400])
def test_what_is_no_identifier_is_an_error_and_no_trace(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, customer: str
) -> None:
    """Blank and endless values: one line that says what is wrong, exit code 1 or 2."""
    monkeypatch.setenv("HABERDASHER_HOME", str(home))
    monkeypatch.chdir(home)
    monkeypatch.setattr("sys.argv", ["haberdasher", *command.split(), customer])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {1, 2}
    assert "Error" in capsys.readouterr().err
