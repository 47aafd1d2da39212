"""Haberdasher starts beside its own packages only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import haberdasher

HOME = Path(haberdasher.__file__).parent.parent


def _run(code: str, *path: Path, options: tuple[str, ...] = ("-P",)) -> subprocess.CompletedProcess[str]:
    """Run `code` in a child that finds modules in `path`, in that order, before its own site-packages."""
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(entry) for entry in path)},
        capture_output=True,
        text=True,
        check=False,
    )


def _plant(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()


@pytest.mark.parametrize("name", haberdasher.ROOTS)
def test_a_foreign_package_that_shadows_ours_stops_the_import(tmp_path: Path, name: str) -> None:
    """An impostor earlier on the path is named, with its place and the remedy."""
    _plant(tmp_path, name)

    ran = _run("import haberdasher", tmp_path, HOME)

    assert ran.returncode == 1
    assert "ImportError" in ran.stderr
    assert str(tmp_path / name) in ran.stderr
    assert "environment of its own" in ran.stderr


def test_a_foreign_module_that_shadows_a_package_stops_the_import(tmp_path: Path) -> None:
    """A single file `domain.py` shadows as well as a folder does."""
    (tmp_path / "domain.py").touch()

    ran = _run("import haberdasher", tmp_path, HOME)

    assert ran.returncode == 1
    assert str(tmp_path / "domain.py") in ran.stderr


def test_an_impostor_that_is_imported_already_is_found(tmp_path: Path) -> None:
    """It does not help an impostor to have come first and left the path."""
    _plant(tmp_path, "ports")

    ran = _run(f"import ports, sys; sys.path.remove({str(tmp_path)!r}); import haberdasher", tmp_path, HOME)

    assert ran.returncode == 1
    assert str(tmp_path / "ports") in ran.stderr


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    """Half an installation says which half is missing."""
    _plant(tmp_path, "haberdasher")
    (tmp_path / "haberdasher" / "__init__.py").write_text((HOME / "haberdasher" / "__init__.py").read_text())

    ran = _run("import haberdasher", tmp_path, options=("-P", "-S"))

    assert ran.returncode == 1
    assert "'domain' is missing" in ran.stderr


def test_a_foreign_package_later_on_the_path_does_no_harm(tmp_path: Path) -> None:
    """What does not shadow ours is none of our business."""
    _plant(tmp_path, "domain")

    ran = _run("import haberdasher", HOME, tmp_path)

    assert ran.returncode == 0, ran.stderr


def test_a_path_through_a_link_is_the_same_place(tmp_path: Path) -> None:
    """A checkout reached through a symbolic link is not its own impostor."""
    (tmp_path / "link").symlink_to(HOME)

    ran = _run("import haberdasher", tmp_path / "link")

    assert ran.returncode == 0, ran.stderr


def test_the_guard_imports_nothing_that_it_looks_at() -> None:
    """Importing `haberdasher` loads no root package and no third-party one."""
    heavy = (*haberdasher.ROOTS, "attrs", "numpy", "jax", "sqlalchemy", "click")

    ran = _run(f"import haberdasher, sys; print([name for name in {heavy} if name in sys.modules])", HOME)

    assert ran.stdout.strip() == "[]"
