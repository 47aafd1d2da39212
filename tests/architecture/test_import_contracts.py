"""Dependencies point inwards: the contracts of pyproject.toml hold, and each of them can fail."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
ROOTS = ("haberdasher", "domain", "application", "ports", "adapters", "ml")

LAYERS = "Dependencies point inwards"
PROTECTED = "Only haberdasher names adapters and ml"
FRAMEWORKS = "domain, ports and application know no framework"
PURE = "The domain knows attrs and the standard library"
ADAPTERS = "Adapters do not know each other (they may share the one connection)"
CYCLES = "No cycles inside a layer"
TRUTH = "What simulated shoppers really want is read by evaluation only"
HIDDEN = "What makes the truth stays in the simulation"
EXTENSIONS = "Extensions know us, we do not know them"


def _lint(folder: Path) -> dict[str, str]:
    """Return the verdict of each contract by its name: KEPT or BROKEN."""
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", ran.stdout, re.MULTILINE))
    assert verdicts, ran.stdout + ran.stderr
    return verdicts


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of the packages that a test may spoil."""
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    for root in ROOTS:
        shutil.copytree(HOME / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__", "*.html"))
    return tmp_path


def test_every_contract_is_kept() -> None:
    """`lint-imports` is green on the tree as it is, and these are all of its contracts."""
    inside = LAYERS, PROTECTED, TRUTH, HIDDEN, FRAMEWORKS, PURE, ADAPTERS, CYCLES
    assert _lint(HOME) == dict.fromkeys((*inside, EXTENSIONS), "KEPT")


# Whoever outside haberdasher names an adapter also points outwards or sideways, hence two contracts at once.
@pytest.mark.parametrize(
    ("planted", "broken"),
    [
        pytest.param({"ports/planted.py": "import application"}, {LAYERS}, id="an inner layer names an outer one"),
        pytest.param(
            {"ml/planted.py": "from adapters import clock"}, {PROTECTED, LAYERS}, id="a model names an adapter"
        ),
        pytest.param({"adapters/sources/planted.py": "import ml"}, {PROTECTED, LAYERS}, id="an adapter names a model"),
        pytest.param(
            {"application/planted.py": "import sqlalchemy"}, {FRAMEWORKS}, id="the application names a framework"
        ),
        pytest.param({"ports/planted.py": "import jax"}, {FRAMEWORKS}, id="a port names a framework"),
        pytest.param({"domain/planted.py": "import numpy"}, {PURE}, id="the domain computes with numpy"),
        pytest.param({"domain/planted.py": "import msgspec"}, {PURE}, id="the domain knows its encoding"),
        pytest.param(
            {"adapters/sources/planted.py": "from adapters import ids"}, {ADAPTERS}, id="an adapter names another"
        ),
        pytest.param(
            {"haberdasher/planted.py": "from adapters.sources.simulation import truth"},
            {TRUTH},
            id="something else than evaluation reads the truth",
        ),
        pytest.param(
            {"haberdasher/planted.py": "from adapters.sources.simulation import hidden"},
            {HIDDEN},
            id="somebody outside reads what makes the truth",
        ),
        pytest.param({"haberdasher/planted.py": "import acme_shop"}, {EXTENSIONS}, id="we name an extension"),
        pytest.param({"adapters/planted.py": ""}, {ADAPTERS}, id="an adapter is on no list"),
        pytest.param(
            {"application/one.py": "from application import two", "application/two.py": "from application import one"},
            {CYCLES},
            id="two modules need each other",
        ),
    ],
)
def test_a_planted_violation_turns_its_contract_red(tree: Path, planted: dict[str, str], broken: set[str]) -> None:
    """Each contract sees what it forbids, and the others stay as they are."""
    for path, code in planted.items():
        (tree / path).write_text(code + "\n")

    assert {name for name, verdict in _lint(tree).items() if verdict == "BROKEN"} == broken
