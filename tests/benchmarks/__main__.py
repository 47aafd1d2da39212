"""`make bench`, or `python -m tests.benchmarks [NAME ...]`: run the modules `bench_*.py` and print their tables."""

import sys
from importlib import import_module
from pkgutil import iter_modules

from rich.console import Console
from rich.table import Table

import tests.benchmarks
from tests.benchmarks.row import Row


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _print(console: Console, name: str, rows: list[Row]) -> None:
    table = Table("measured", "median", "from", "to", "unit", "at least", title=name, title_justify="left")
    for row in rows:
        bound = "" if row.bound is None else f"{_number(row.bound)} {'holds' if row.holds else 'FALLS SHORT'}"
        figures = (_number(row.median), _number(min(row.values)), _number(max(row.values)))
        table.add_row(row.what, *figures, row.unit, bound)
    console.print(table)


def main(wanted: list[str]) -> int:
    """Return 0 if every bound holds, else 1."""
    console = Console()
    names = sorted(
        module.name for module in iter_modules(tests.benchmarks.__path__) if module.name.startswith("bench_")
    )
    rows: list[Row] = []
    for name in names:
        if wanted and name.removeprefix("bench_") not in wanted:
            continue
        measured: list[Row] = import_module(f"tests.benchmarks.{name}").run()
        _print(console, name.removeprefix("bench_"), measured)
        rows += measured
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
