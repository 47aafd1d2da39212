"""Diginetica (CIKM Cup 2016): real anonymous sessions of product views, without times and without people.

The lines are in the order of time, so a line is one visitor who came at a time made from its number. Only the order
is real: nothing may be learned from the hour of the day or from the seconds between two views. Those are uneven, or
people would look like machines that view by the clock (rule B3 of the noise policy).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen

from adapters.sources.files import Sent, located, opened
from domain.taxonomy.source import Declaration

TRAIN = "train_sessions.txt.xz"
TEST = "test_prefix_target.tsv.xz"

_DECLARATION = Declaration(name="diginetica", clock="backfill", authority="client", legal_basis="legitimate_interest")
#: P@20 and MRR@20 over all items, in %, as the papers print them on this split (SR-GNN's preprocessing).
FIGURES: Sequence[tuple[str, float, float]] = (
    ("POP", 0.89, 0.20),
    ("S-POP", 21.06, 13.68),
    ("Item-KNN", 35.75, 11.57),
    ("GRU4Rec", 29.45, 8.33),
    ("NARM", 49.70, 16.17),
    ("STAMP", 45.64, 14.32),
    ("SR-GNN", 50.73, 17.59),
    ("GCE-GNN", 54.22, 19.04),
)

_BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
_BETWEEN_VISITORS = timedelta(seconds=60)
#: Between two views at least this, and up to `_UNEVEN` - 1 seconds more, by the numbers of line and view.
_BETWEEN_VIEWS = timedelta(seconds=20)
_UNEVEN = 21


@frozen
class Diginetica:
    """Visitor `line-<n>` views the products of line n; lines and views are counted from 1."""

    declarations: tuple[Declaration, ...] = (_DECLARATION,)

    def total(self, path: Path) -> int | None:
        with opened(located(path, TRAIN)) as lines:
            return sum(len(line.split()) for line in lines)

    def events(self, path: Path) -> Iterator[Sent]:
        """Yield one `product_viewed` per click. Errors: `MissingFile`; `ValueError` for a line that is not numbers."""
        with opened(located(path, TRAIN)) as lines:
            for number, line in enumerate(lines, start=1):
                yield from _visit(number, _numbers(line, number))


def published_test(path: Path) -> tuple[Sequence[Sequence[str]], Sequence[str]]:
    """Return the published test: for each row the products already viewed, and the one that was viewed next."""
    prefixes: list[Sequence[str]] = []
    targets: list[str] = []
    with opened(located(path, TEST)) as lines:
        for number, line in enumerate(lines, start=1):
            prefix, _, target = line.partition(b"\t")
            prefixes.append(_numbers(prefix, number))
            targets.extend(_numbers(target, number))
    if len(prefixes) != len(targets):
        raise ValueError(f"{TEST}: every line needs a prefix, a tab and exactly one target")
    return prefixes, targets


def _numbers(text: bytes, line: int) -> Sequence[str]:
    """Split into product numbers. They go into JSON as they are, so anything but digits is refused."""
    words = text.split()
    if not all(map(bytes.isdigit, words)):
        raise ValueError(f"line {line}: expected product numbers separated by blanks")
    return [word.decode() for word in words]


def _visit(number: int, products: Sequence[str]) -> Iterator[Sent]:
    moment = _BEGIN + number * _BETWEEN_VISITORS
    for place, product in enumerate(products, start=1):
        body = (
            f'{{"event":"product_viewed","event_id":"train-{number}-{place}","timestamp":"{moment.isoformat()}",'
            f'"anonymous_id":"line-{number}","properties":{{"product_id":"{product}"}}}}'
        )
        yield Sent(_DECLARATION.name, body.encode())
        moment += _BETWEEN_VIEWS + timedelta(seconds=(31 * number + 17 * place) % _UNEVEN)
