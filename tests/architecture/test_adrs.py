"""Decision records: complete, indexed, and honest about what holds them."""

import ast
import re
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
FOLDER = HOME / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Status", "Context", "Options considered", "Decision", "Consequences", "Confirmation"]
#: Said by a Confirmation that has no test yet; the sentence goes on with what brings one.
UNPROVED = "Nothing holds it yet"

record = pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)


def _title(path: Path) -> str:
    return path.read_text().splitlines()[0].removeprefix("# ")


def _section(path: Path, name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", path.read_text(), re.MULTILINE | re.DOTALL)
    return found.group(1).strip() if found else ""


def _named_tests(text: str) -> list[tuple[str, str]]:
    """Return (path, name) of every `path` or `path::name` below tests/ or haberdasher/testing/ in back quotes."""
    return re.findall(r"`((?:tests|haberdasher/testing)/[\w/.]*)(?:::([\w:]+))?`", text)


def _definitions(path: Path) -> set[str]:
    """Return the names of the functions and classes of a file, methods both bare and as Class::method."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return names


def test_records_are_numbered_without_gaps() -> None:
    """Numbers run from 0000, each once, in the file name as in the title."""
    assert [path.name[:4] for path in RECORDS] == [f"{number:04}" for number in range(len(RECORDS))]
    assert [_title(path)[:4] for path in RECORDS] == [path.name[:4] for path in RECORDS]


def test_the_index_lists_every_record_with_its_title_and_status() -> None:
    """docs/adr/README.md has one row for each record, in order, and the first line of its status."""
    rows = re.findall(
        r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (.+?) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE
    )
    expected = [
        (path.name[:4], path.name, _title(path)[5:], _section(path, "Status").splitlines()[0].rstrip("."))
        for path in RECORDS
    ]
    assert rows == expected


@record
def test_a_record_has_its_sections_in_order(path: Path) -> None:
    """Status, Context, Options considered, Decision, Consequences, Confirmation: all there, none empty."""
    assert re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) == SECTIONS
    assert [name for name in SECTIONS if not _section(path, name)] == []


@record
def test_a_record_weighs_at_least_two_options(path: Path) -> None:
    """A decision without an alternative was none."""
    assert len(re.findall(r"^- ", _section(path, "Options considered"), re.MULTILINE)) > 1


@record
def test_what_confirms_a_record_exists(path: Path) -> None:
    """Every test that a Confirmation names is there, under that name."""
    for file, name in _named_tests(_section(path, "Confirmation")):
        assert (HOME / file).exists(), file
        assert not name or name in _definitions(HOME / file), f"{file}::{name}"


@record
def test_a_record_says_what_holds_it(path: Path) -> None:
    """A Confirmation names a test, or admits that nothing holds the decision yet."""
    text = _section(path, "Confirmation")
    assert _named_tests(text) or UNPROVED in text


@record
def test_a_record_fits_on_a_page(path: Path) -> None:
    """At most sixty lines: what needs more is two decisions or an explanation."""
    assert len(path.read_text().splitlines()) <= 60
