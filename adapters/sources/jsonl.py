"""JSON Lines: one message per line, as most tools export; in the generic wire form or in a vendor's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from adapters.sources.files import MissingFile, Sent, opened
from domain.taxonomy.source import Declaration

_DECLARATION = Declaration(name="jsonl", clock="backfill")
_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.xz", ".json", ".json.gz", ".json.xz")
_PACKED = (".gz", ".xz")


@frozen
class JsonLines:
    """A file, or a folder whose `*.jsonl` and `*.json` (`.gz`, `.xz`) are read in the order of their names.

    A bad line is sent as it stands: the door knows the reasons and keeps the bytes. Blank lines are nobody's event.
    """

    declaration: Declaration = _DECLARATION

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        return (self.declaration,)

    def total(self, path: Path) -> int | None:
        files = _files(path)
        if any(file.suffix in _PACKED for file in files):
            return None
        return sum(1 for _ in self.events(path))

    def events(self, path: Path) -> Iterator[Sent]:
        for file in _files(path):
            with opened(file) as lines:
                for line in lines:
                    if stripped := line.strip():
                        yield Sent(self.declaration.name, stripped)


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    files = sorted(file for file in path.glob("*") if file.name.endswith(_ENDINGS))
    if not files:
        raise MissingFile(f"no file and no folder with {', '.join(f'*{ending}' for ending in _ENDINGS)} at {path}")
    return files
