"""Annoy proposes, exact inner products decide.

Annoy searches by angle; one more coordinate brings all items to the same length, so that the order by angle is the
order by inner product (Bachrach et al., RecSys 2014). It cannot be changed once built: items added later wait in a
tail that is scanned exactly until the next `build`. It cannot filter: under a mask, ever more candidates are fetched
until k of them may be shown, and beyond half of the items an exact scan takes over, so a mask costs time, never
answers.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from annoy import AnnoyIndex
from attrs import define, field
from numpy.typing import NDArray

from adapters.item_index.files import digests, require_empty, verify
from adapters.item_index.vectors import VECTORS, checked, mapped
from application.top_k import top_k
from ports.item_index import IndexDamaged, Neighbours

KIND = "annoy"
TREES = "trees.ann"
CANARY = Path(__file__).with_name("canary.py")
CANARY_SECONDS = 60


@define(eq=False)
class AnnoyItemIndex:
    """`trees` sets the size of the file, `search_k` (nodes looked at) the recall. The same seed, the same trees."""

    trees: int = 50
    search_k: int = 10_000
    seed: int = 0
    _vectors: NDArray[np.float32] = field(init=False, factory=lambda: np.empty((0, 0), np.float32))
    _forest: AnnoyIndex = field(init=False, default=None)
    _planted: int = field(init=False, default=0)

    def build(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = checked(vectors)
        self._planted = len(self._vectors)
        squares = (self._vectors.astype(np.float64) ** 2).sum(axis=1)
        level = np.sqrt(squares.max(initial=0) - squares)
        forest = AnnoyIndex(self._vectors.shape[1] + 1, "angular")
        forest.set_seed(self.seed)
        for item, (vector, rest) in enumerate(zip(self._vectors.tolist(), level.tolist(), strict=True)):
            forest.add_item(item, [*vector, rest])
        forest.build(self.trees, n_jobs=1)
        self._forest = forest

    def add(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = np.concatenate([self._vectors, checked(vectors, self._vectors.shape[1])])

    def search(self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None) -> Neighbours:
        asked = checked(queries, self._vectors.shape[1])
        items = np.empty((len(asked), k), dtype=np.int32)
        scores = np.empty((len(asked), k), dtype=np.float32)
        shown = np.ones(len(self._vectors), np.bool_) if mask is None else mask
        tail = np.arange(self._planted, len(self._vectors))[shown[self._planted :]]
        for row, query in enumerate(asked):
            candidates = np.concatenate([self._candidates(query, k, shown[: self._planted]), tail])
            places, scores[row : row + 1] = top_k((self._vectors[candidates] @ query)[None], k)
            items[row] = np.where(places[0] < 0, -1, np.append(candidates, -1)[places[0]])
        return Neighbours(items, scores)

    def _candidates(self, query: NDArray[np.float32], k: int, shown: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the numbers, rising, of at least k planted items that may be shown, or of all there are."""
        wanted = k
        while 2 * wanted < self._planted:
            found = self._forest.get_nns_by_vector([*query.tolist(), 0.0], wanted, max(self.search_k, wanted))
            allowed = np.sort(np.array(found, dtype=np.intp))
            allowed = allowed[shown[allowed]]
            if len(allowed) >= k:
                return allowed
            wanted *= 4
        return np.flatnonzero(shown)

    def save(self, folder: Path) -> Mapping[str, object]:
        require_empty(folder)
        np.save(folder / VECTORS, self._vectors, allow_pickle=False)
        if self._planted:
            self._forest.save(str(folder / TREES))
        return {**self.manifest(), "files": digests(folder)}

    def open(self, folder: Path, manifest: Mapping[str, object]) -> None:
        planted = _planted(manifest)
        verify(folder, manifest, kind=KIND, names={VECTORS, TREES} if planted else {VECTORS})
        vectors = mapped(folder, manifest)
        forest = AnnoyIndex(vectors.shape[1] + 1, "angular")
        if planted:
            _require_canary(folder / TREES, vectors.shape[1] + 1, planted)
            forest.load(str(folder / TREES))
        self._vectors, self._forest, self._planted = vectors, forest, planted

    def manifest(self) -> Mapping[str, object]:
        n, d = self._vectors.shape
        parameters = {"trees": self.trees, "search_k": self.search_k, "seed": self.seed, "planted": self._planted}
        return {"kind": KIND, "n": n, "d": d, "parameters": parameters}


def _planted(manifest: Mapping[str, object]) -> int:
    parameters = manifest.get("parameters")
    planted = parameters.get("planted") if isinstance(parameters, Mapping) else None
    if not isinstance(planted, int):
        raise IndexDamaged("the manifest does not say how many items are in the trees")
    return planted


def _require_canary(path: Path, d: int, n: int) -> None:
    """Ask a child process to search the file first: Annoy answers a bad one with a segmentation fault."""
    command = [sys.executable, "-I", str(CANARY), str(path), str(d), str(n)]
    try:
        outcome = subprocess.run(command, check=False, capture_output=True, timeout=CANARY_SECONDS)  # noqa: S603  # our own script
    except subprocess.TimeoutExpired as error:
        raise IndexDamaged(f"{path.name} did not answer a query in {CANARY_SECONDS} s") from error
    if outcome.returncode != 0:
        raise IndexDamaged(f"{path.name} did not survive a query (exit {outcome.returncode})")
