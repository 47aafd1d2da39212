"""The lake: columns of observations in immutable parts, for engines that read much at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from attrs import frozen

Kind = Literal["text", "real", "whole", "truth"]


class LakeDamaged(Exception):
    """A part that is listed is not there, or not what was written: the message names it and the remedy."""


@frozen
class Part:
    """`name`: of one part, relative to the lake of its tenant. `day`: which it is filed under, as yyyy-mm-dd.

    `size`: in bytes. `digest`: SHA-256 of these bytes, in hex.
    """

    name: str
    day: str
    rows: int
    size: int
    digest: str


class Lake(Protocol):
    """Immutable parts of one tenant. Which of them count is the caller's list; what is not on it does not exist.

    Order: rows keep their order within a part. A part is there whole or not at all, and its name is never given to
    other bytes, so a list that was once true can be read for as long as nobody removes what is on it.
    """

    def write(self, day: str, name: str, columns: Mapping[str, Sequence[Any]]) -> Part:
        """Store rows as one part, durably on return. The part's own name begins with `name` and ends by its bytes.

        Idempotent: the same rows under the same day and name are the same part. Errors: `ValueError` names a column
        that is missing, unknown, of the wrong kind or not a finite number, and the row by its `id` if it has one; or a
        day or a name that is none (names are of a-z, 0-9 and -).
        """
        ...

    def read(self, parts: Sequence[Part], columns: Sequence[str] = ()) -> Iterator[Mapping[str, Sequence[Any]]]:
        """Yield the rows of the parts, part by part in the order given, in chunks; all columns, or those asked for.

        Errors: `LakeDamaged`, before a row of a part is given that is not whole; `ValueError` for an unknown column.
        """
        ...

    def paths(self, parts: Sequence[Part]) -> Sequence[str]:
        """Return where an engine on this machine finds the parts. Errors: `LakeDamaged` for what is seen from outside.

        That is absence and size; what is inside is looked at by `verify`.
        """
        ...

    def holding(self, parts: Sequence[Part], values: Mapping[str, frozenset[str]]) -> Sequence[Part]:
        """Return the parts that hold a row with one of the values in a column (of text). Errors: as `read`."""
        ...

    def compact(self, day: str, name: str, parts: Sequence[Part], without: Mapping[str, frozenset[str]]) -> Part | None:
        """Write the rows of parts as one, in their order, without those that have one of the values in a column.

        None if no row is left. The parts stay. Idempotent as `write` is. Errors: as `read`, and those of `write`.
        """
        ...

    def verify(self, part: Part) -> None:
        """Look at every byte of a part. Errors: `LakeDamaged`."""
        ...

    def stored(self) -> Sequence[str]:
        """Return the names of all that lies in the lake of this tenant, parts or not, sorted."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Delete by name, durably on return. Idempotent. Errors: `ValueError` for a name that leads out of the lake."""
        ...
