"""What a file source is, and how its files are opened: compressed or not, absent with a remedy."""

import gzip
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol, cast

from attrs import frozen

from domain.taxonomy.source import Declaration


class MissingFile(FileNotFoundError):
    """The file is not there; the message says which one was expected and where to point to it."""


@frozen
class Sent:
    """One event as sent, and the registered source it comes from."""

    source: str
    body: bytes


class FileSource(Protocol):
    """Reads files that a vendor or a data set left, and sends what is in them as a vendor would: JSON, one by one."""

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """How events are to be read: a shop has several sources, such as its web shop and its order system."""
        ...

    def total(self, path: Path) -> int | None:
        """Return how many events `events` will yield, or None if only reading it all would tell."""
        ...

    def events(self, path: Path) -> Iterator[Sent]:
        """Yield every event as sent, in the order of the file, good or bad. Errors: `MissingFile`."""
        ...


def located(path: Path, name: str) -> Path:
    """Return `path` itself if it is a file, else the file `name` in that folder. Errors: `MissingFile`."""
    file = path / name if path.is_dir() else path
    if not file.is_file():
        raise MissingFile(f"no {name} at {path}: give its folder, for example $HABERDASHER_DATA/diginetica")
    return file


def opened(path: Path) -> IO[bytes]:
    """Open for reading in binary; `.gz` and `.xz` are unpacked on the way."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if path.suffix == ".xz":
        return cast("IO[bytes]", lzma.open(path))
    return path.open("rb")
