"""What both indexes ask of vectors and queries, and how they keep them on disk."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ports.item_index import IndexDamaged

VECTORS = "vectors.npy"


def checked(vectors: NDArray[np.float32], d: int | None = None) -> NDArray[np.float32]:
    """Return them as C-ordered float32. Errors: `ValueError` unless [n, d], of this d if one is given, and finite."""
    if vectors.ndim != 2 or (d is not None and vectors.shape[1] != d):
        raise ValueError(f"vectors are {vectors.shape}, expected (n, {'d' if d is None else d})")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors hold values that are not finite")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def mapped(folder: Path, manifest: Mapping[str, object]) -> NDArray[np.float32]:
    """Map the vectors of an index whose files were verified. Errors: `IndexDamaged` if they are not n times d."""
    try:
        vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise IndexDamaged(f"{VECTORS} cannot be read: {error}") from error
    if vectors.dtype != np.float32 or vectors.shape != (manifest["n"], manifest["d"]):
        raise IndexDamaged(f"{VECTORS} is {vectors.dtype} {vectors.shape}, its manifest says otherwise")
    return np.asarray(vectors)
