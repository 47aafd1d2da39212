"""Archives of Segment and RudderStack: one message per line, packed, in folders by source and day."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from adapters.sources.files import MissingFile, Sent
from adapters.sources.jsonl import JsonLines
from domain.taxonomy.source import Declaration

_ENDINGS = (".gz", ".xz", ".json", ".jsonl")


@frozen
class Archive:
    """A file, or a folder as the bucket has it: `segment-logs/SOURCE/DAY/*.gz`, `rudder-logs/SOURCE/DAY/*.json.gz`.

    `declaration` names the dialect. Files are read in the order of their paths; a bad line is sent as it stands.
    """

    declaration: Declaration

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        return (self.declaration,)

    def total(self, path: Path) -> int | None:
        totals = [JsonLines(self.declaration).total(file) for file in _files(path)]
        known = [one for one in totals if one is not None]
        return sum(known) if len(known) == len(totals) else None

    def events(self, path: Path) -> Iterator[Sent]:
        for file in _files(path):
            yield from JsonLines(self.declaration).events(file)


SEGMENT = Archive(Declaration(name="segment_archive", clock="backfill", dialect="segment"))
RUDDER = Archive(Declaration(name="rudder_archive", clock="backfill", dialect="rudder"))


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.name.endswith(_ENDINGS) and file.is_file())
    if not files:
        raise MissingFile(f"no file and no folder with {', '.join(f'*{ending}' for ending in _ENDINGS)} at {path}")
    return files
