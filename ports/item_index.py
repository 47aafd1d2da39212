"""Nearest items by inner product."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen(eq=False)
class Neighbours:
    """`items`: int32 [rows, k], best first, -1 where there are no more. `scores`: float32 [rows, k], then -inf."""

    items: NDArray[np.int32]
    scores: NDArray[np.float32]


class IndexDamaged(Exception):
    """The file is not what its manifest says. It was not opened."""


class ItemIndex(Protocol):
    """Items are numbered 0, 1, 2, ... in the order they were added. Search order: score descending, then number."""

    def build(self, vectors: NDArray[np.float32]) -> None:
        """Index `vectors` [n, d], replacing what was there. Errors: `ValueError` for NaN or a wrong shape."""
        ...

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append items; they are found by the next search. Errors: `ValueError` for another d or values not finite."""
        ...

    def search(self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Neighbours:
        """Return the best k of the items whose `mask` is True (all, without one), for each query [rows, d]."""
        ...

    def save(self, folder: Path) -> Mapping[str, object]:
        """Write the index below an empty folder; return its manifest (kind, n, d, parameters, SHA-256 of each file).

        Errors: `FileExistsError` if the folder holds anything: a file that may be mapped is never replaced.
        """
        ...

    def open(self, folder: Path, manifest: Mapping[str, object]) -> None:
        """Map a saved index. Every digest is checked before a byte is mapped. Errors: `IndexDamaged`."""
        ...

    def manifest(self) -> Mapping[str, object]:
        """Return kind, n, d and parameters of what is indexed now."""
        ...
