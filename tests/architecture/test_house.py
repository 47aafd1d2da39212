"""House rules that no linter knows."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import haberdasher

HOME = Path(__file__).parents[2]
ROOTS = ("haberdasher", *haberdasher.ROOTS)
PRODUCT = sorted(path for root in ROOTS for path in (HOME / root).rglob("*.py"))
TESTS = sorted((HOME / "tests").rglob("*.py"))

LONGEST = 300
EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"}
#: Modules whose files can run code when they are opened.
UNSAFE_MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNSAFE_CALLS = {"torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}
#: In pieces, so that this file does not hold what it looks for.
INDEX_ADDRESSES = ["pypi" + ".org", "files." + "pythonhosted", "file:" + "///", "--extra-" + "index-url"]


def _name(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _nodes(paths: Iterable[Path]) -> Iterator[tuple[str, ast.AST]]:
    """Yield (file name, node) for every syntax node of the files."""
    for path in paths:
        for node in ast.walk(_tree(path)):
            yield _name(path), node


def _said(node: ast.AST) -> set[str]:
    """Return the dotted names that a node uses or imports; `import os.path` gives `os.path`."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            return {f"{owner}.{attribute}"}
        case ast.Import(names=names):
            return {one.name for one in names}
        case ast.ImportFrom(module=str(module), names=names):
            return {module, *(f"{module}.{one.name}" for one in names)}
        case _:
            return set()


def _classes(paths: Iterable[Path], base: str) -> set[str]:
    """Return the names of classes that name `base` among their bases."""
    return {
        node.name
        for _, node in _nodes(paths)
        if isinstance(node, ast.ClassDef)
        and any(base in {ast.unparse(one).split(".")[-1], ast.unparse(one).split("[")[0]} for one in node.bases)
    }


def test_a_module_fits_into_a_head() -> None:
    """No module outside the tests has more than 300 lines."""
    assert [_name(path) for path in PRODUCT if len(path.read_text().splitlines()) > LONGEST] == []


def test_every_root_folder_is_a_typed_package() -> None:
    """Every root package has an `__init__.py` and tells type checkers that it is annotated."""
    assert [root for root in ROOTS if not (HOME / root / "__init__.py").is_file()] == []
    assert [root for root in ROOTS if not (HOME / root / "py.typed").is_file()] == []


def test_every_folder_with_modules_is_a_package() -> None:
    """A folder without `__init__.py` would be found by the tests and forgotten by the wheel."""
    folders = {path.parent for path in [*PRODUCT, *TESTS]}
    assert [_name(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_the_guard_knows_every_root_package() -> None:
    """The packages of the wheel, of the import contracts and of the guard are the same."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(ROOTS)
    assert set(project["tool"]["importlinter"]["root_packages"]) == set(ROOTS)


def test_file_names_say_something() -> None:
    """No file is called utils, common, helpers or manager."""
    parts = {_name(path): set(re.split(r"[_.]", path.stem)) | {path.parent.name} for path in [*PRODUCT, *TESTS]}
    assert [name for name, words in parts.items() if words & EMPTY_NAMES] == []


def test_no_tracked_file_names_a_package_index() -> None:
    """Where packages come from is the business of the machine that installs them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOME, capture_output=True, text=True, check=True).stdout
    files = [HOME / name for name in listed.split("\0") if name and (HOME / name).is_file()]
    assert files
    found = [
        (_name(path), address) for path in files for address in INDEX_ADDRESSES if address.encode() in path.read_bytes()
    ]
    assert found == []


def test_no_file_that_is_opened_can_run_code() -> None:
    """Product code knows no pickle in any disguise: what it opens is arrays, JSON and tables."""
    found = [
        (name, said)
        for name, node in _nodes(PRODUCT)
        for said in _said(node)
        if said.split(".")[0] in UNSAFE_MODULES or said in UNSAFE_CALLS
    ]
    allowing = [
        name
        for name, node in _nodes(PRODUCT)
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle"
        if not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert found == []
    assert allowing == []


def test_only_the_settings_read_the_environment() -> None:
    """Nothing outside the two modules of settings depends on a variable of the process."""
    found = [(name, said & ENVIRONMENT) for name, node in _nodes(PRODUCT) if (said := _said(node)) & ENVIRONMENT]
    assert {name for name, _ in found} == {
        "haberdasher/secret_settings.py",
        "haberdasher/settings.py",
    }


def test_every_test_states_its_requirement() -> None:
    """Every test function, ours and the published ones, has a docstring."""
    published = sorted((HOME / "haberdasher" / "testing").rglob("*.py"))
    silent = [
        f"{name}::{node.name}"
        for name, node in _nodes([*TESTS, *published])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_port_has_a_contract_suite_that_is_run() -> None:
    """For every Protocol `X` in ports/ there is `XContract` in haberdasher.testing, and a test class that is one."""
    ports = _classes(sorted((HOME / "ports").glob("*.py")), "Protocol")
    published = {
        node.name
        for _, node in _nodes(sorted((HOME / "haberdasher" / "testing").rglob("*.py")))
        if isinstance(node, ast.ClassDef)
    }
    assert ports
    assert sorted(f"{port}Contract" for port in ports if f"{port}Contract" not in published) == []
    assert sorted(f"{port}Contract" for port in ports if not _classes(TESTS, f"{port}Contract")) == []
