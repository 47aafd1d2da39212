"""Digests: no byte of an index is mapped before its file is known to be the one that was written."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ports.item_index import IndexDamaged


def require_empty(folder: Path) -> None:
    """Create the folder. Errors: `FileExistsError` if it holds anything: a mapped file is never replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: an index is saved under a new name")


def digests(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each file of the folder, by name."""
    return {path.name: _sha256(path) for path in sorted(folder.iterdir())}


def verify(folder: Path, manifest: Mapping[str, object], *, kind: str, names: set[str]) -> None:
    """Compare an index with its manifest. Errors: `IndexDamaged`, which names what is wrong."""
    files = manifest.get("files")
    if manifest.get("kind") != kind or not isinstance(files, Mapping) or set(files) != names:
        raise IndexDamaged(f"the manifest is not that of an index of kind {kind!r} with {', '.join(sorted(names))}")
    for name, digest in files.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            raise IndexDamaged(f"{name} is missing or not a plain file")
        if _sha256(path) != digest:
            raise IndexDamaged(f"{name} is not what its manifest says")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
