"""The documentation says what is there."""

import re
from pathlib import Path

import pytest
from attrs import fields

import haberdasher
from haberdasher.settings import Settings

HOME = Path(__file__).parents[2]
PAGES = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOME).as_posix())
def test_links_between_our_pages_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file or a folder that exists."""
    targets = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_tree_in_the_explanation_is_the_tree() -> None:
    """Every package has its line, and every line is a folder that exists."""
    text = (HOME / "docs" / "explanation" / "architecture.md").read_text()
    listed = re.findall(r"^([\w/]+)/ {2,}\S", text, re.MULTILINE)
    packages = {
        path.parent.relative_to(HOME).as_posix()
        for root in ("haberdasher", *haberdasher.ROOTS)
        for path in (HOME / root).rglob("__init__.py")
    }
    assert set(listed) == packages | {"tests", "docs"}
    assert len(listed) == len(set(listed))


def test_the_walkthrough_shows_the_extension_as_it_is() -> None:
    """Every block of Python in it stands in the example, but for indentation, and every file of that is in its tree."""
    text = (HOME / "docs" / "how-to" / "extend-an-aggregate.md").read_text()
    example = HOME / "tests" / "extension"
    files = [*example.rglob("*.py"), HOME / "tests" / "integration" / "test_extension.py"]
    code = ["\n".join(line.strip() for line in path.read_text().splitlines()) for path in files]
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    bare = ["\n".join(line.strip() for line in block.splitlines()) for block in blocks]
    assert [block for block in bare if not any(block in one for one in code)] == []
    shown = set(re.findall(r"^ {4,}(\w+\.py) ", text, re.MULTILINE))
    assert shown == {path.name for path in [*(example / "acme_shop").glob("*.py"), example / "test_acme_shop.py"]}


def test_every_setting_is_in_the_reference() -> None:
    """The table of settings has one row for each setting."""
    text = (HOME / "docs" / "reference" / "settings.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) >= {one.name for one in fields(Settings)}


def test_the_changelog_knows_the_version_and_the_stored_events() -> None:
    """The newest entry is unreleased or of this version, and says what happened to stored events."""
    text = (HOME / "CHANGELOG.md").read_text()
    newest = re.findall(r"^## \[(.+?)\].*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[0]
    assert newest[0] in {"Unreleased", haberdasher.__version__}
    assert "### Stored events" in newest[1]
