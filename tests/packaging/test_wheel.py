"""What a user installs: sdist -> wheel -> empty environment -> a run outside the repository."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import haberdasher

HOME = Path(haberdasher.__file__).parent.parent
UV = str(Path(sys.executable).with_name("uv"))
PACKAGES = ("haberdasher", *haberdasher.ROOTS)
#: Modules that need an extra, and the package of it that they ask for first.
EXTRAS = {("adapters.linkage.comparing", "splink"), ("adapters.linkage.estimating", "splink")}


def _run(*command: str | Path, cwd: Path) -> str:
    """Run with nothing in the environment that could lend the child our checkout."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    ran = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(map(str, command))}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    build = (UV, "build", "--quiet", "--no-build-isolation", "--python", sys.executable)
    _run(*build, "--sdist", "--out-dir", folder, HOME, cwd=folder)
    (built,) = folder.glob("*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (UV, "build", "--quiet", "--no-build-isolation", "--python", sys.executable)
    _run(*build, "--wheel", "--out-dir", folder, sdist, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an empty environment that got the wheel and what the wheel itself asks for."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "venv" / "bin" / "python"
    _run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    # As constraints, the lock gives versions and hashes but installs nothing that the wheel forgot to declare.
    lock = HOME / "requirements.lock"
    _run(UV, "pip", "install", "--quiet", "--python", python, "--constraint", lock, wheel, cwd=folder)
    return python


def test_the_sdist_can_prove_itself(sdist: Path) -> None:
    """It carries the tests and the documentation beside the packages, the licence and the readme."""
    with tarfile.open(sdist) as archive:
        top = {Path(name).parts[1] for name in archive.getnames()}
    assert top >= {*PACKAGES, "tests", "docs", "pyproject.toml", "README.md", "LICENSE"}
    assert not top & {".venv", "var", ".git"}


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    """Its top level is the six import packages and its own metadata: no tests, no docs."""
    top = {Path(name).parts[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)


def test_every_package_in_the_wheel_is_typed(wheel: Path) -> None:
    """A type checker of a user finds our annotations."""
    assert {f"{name}/py.typed" for name in PACKAGES} <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_every_module_of_the_tree(wheel: Path) -> None:
    """A module that runs in the checkout runs for a user."""
    ours = {path.relative_to(HOME).as_posix() for name in PACKAGES for path in (HOME / name).rglob("*.py")}
    assert ours == {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}


def test_the_installed_version_is_the_one_that_the_package_states(installed: Path, tmp_path: Path) -> None:
    """`haberdasher.__version__`, the metadata and pyproject.toml agree."""
    code = "import haberdasher, importlib.metadata as m; print(haberdasher.__version__, m.version('haberdasher'))"
    declared = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]["version"]
    assert _run(installed, "-c", code, cwd=tmp_path).split() == [declared, declared]


def test_every_installed_module_can_be_imported(installed: Path, tmp_path: Path) -> None:
    """Every module imports with the declared dependencies alone, from the environment and not from the checkout.

    What an extra is for says so by the name of the package that is missing, and nothing else does.
    """
    # haberdasher.testing is for those who have pytest, which running does not need.
    code = f"""
import importlib, pathlib, pkgutil, haberdasher
home = pathlib.Path(haberdasher.__file__).parent.parent
for root in {PACKAGES!r}:
    for found in pkgutil.walk_packages([str(home / root)], root + "."):
        if not found.name.startswith("haberdasher.testing.") and not found.name.endswith("__main__"):
            try:
                importlib.import_module(found.name)
            except ModuleNotFoundError as missing:
                assert (found.name, missing.name) in {EXTRAS!r}, found.name
print(home)
"""
    assert Path(_run(installed, "-c", code, cwd=tmp_path).strip()).is_relative_to(installed.parent.parent)


def test_the_command_answers(installed: Path, tmp_path: Path) -> None:
    """`haberdasher --help` runs outside the repository and lists its commands."""
    assert "Commands" in _run(installed.with_name("haberdasher"), "--help", cwd=tmp_path)


def test_the_installed_guard_stops_an_impostor(installed: Path, tmp_path: Path) -> None:
    """A folder named like one of our packages, where Python is started, is refused by name."""
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "__init__.py").touch()
    ran = subprocess.run(
        [installed, "-c", "import haberdasher"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert str(tmp_path / "domain") in ran.stderr
