"""Exact search: one matrix product. Up to about 100,000 items nothing approximate is faster (library-facts §4)."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from adapters.item_index.files import digests, require_empty, verify
from adapters.item_index.vectors import VECTORS, checked, mapped
from application.top_k import top_k
from ports.item_index import Neighbours

KIND = "exact"
#: Scores held at a time: 32 M float32 are 128 MB.
SCORES = 32_000_000


@define(eq=False)
class ExactItemIndex:
    _vectors: NDArray[np.float32] = field(init=False, factory=lambda: np.empty((0, 0), np.float32))

    def build(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = checked(vectors)

    def add(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = np.concatenate([self._vectors, checked(vectors, self._vectors.shape[1])])

    def search(self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Neighbours:
        asked = checked(queries, self._vectors.shape[1])
        items = np.empty((len(asked), k), dtype=np.int32)
        scores = np.empty((len(asked), k), dtype=np.float32)
        rows = max(1, SCORES // max(1, len(self._vectors)))
        for start in range(0, len(asked), rows):
            block = slice(start, start + rows)
            items[block], scores[block] = top_k(asked[block] @ self._vectors.T, k, mask)
        return Neighbours(items, scores)

    def save(self, folder: Path) -> Mapping[str, object]:
        require_empty(folder)
        np.save(folder / VECTORS, self._vectors, allow_pickle=False)
        return {**self.manifest(), "files": digests(folder)}

    def open(self, folder: Path, manifest: Mapping[str, object]) -> None:
        verify(folder, manifest, kind=KIND, names={VECTORS})
        self._vectors = mapped(folder, manifest)

    def manifest(self) -> Mapping[str, object]:
        n, d = self._vectors.shape
        return {"kind": KIND, "n": n, "d": d, "parameters": {}}
