"""How the command line speaks: tables, progress on stderr, JSON on stdout, errors with a remedy."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ports.models import Progress as Progressed

#: Into a file or a pipe goes the whole line: nobody reads ids that were cut.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 1_000)
err = Console(stderr=True, highlight=False)

json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON on stdout.")


def answer(value: Any) -> None:
    """Print a value as one JSON document."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2) + b"\n")
    sys.stdout.flush()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table, text to the left and numbers to the right."""
    grid = Table(title=Text(title, style="table.title"), title_justify="left")
    numeric = [all(isinstance(row[place], (int, float)) for row in rows) for place in range(len(columns))]
    for name, right in zip(columns, numeric, strict=True):
        grid.add_column(name, justify="right" if right and rows else "left", overflow="fold")
    for row in rows:
        # As text: an id is what it is, also where a part of it looks like markup.
        grid.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else printable(str(cell))) for cell in row))
    out.print(grid)


def printable(text: str) -> str:
    """Return a text that a terminal shows and does not obey: what somebody else wrote may hold its commands."""
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


@contextmanager
def progress(label: str) -> Iterator[Progressed]:
    """Show a bar on stderr while the block runs; yields the callback (done, total, what)."""
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=not err.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def report(done: int, total: int, what: str) -> None:
            description = f"{label}: {what}" if what else label
            bar.update(task, completed=done, total=total or None, description=description)

        yield report


def fail(message: str) -> click.ClickException:
    """Return the error that ends a command with exit code 1 and the message on stderr."""
    return click.ClickException(message)
