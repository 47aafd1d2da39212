"""A folder that is what its signed manifest says, file by file, or is not opened.

`manifest.json` lists the SHA-256 of every other file; `manifest.sig` is the Ed25519 signature of its bytes. Arrays are
`.npy` without objects, documents are JSON: reading any of it runs no code.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from ports.artifacts import Manifest, Release, ReleaseRefused

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ARRAY, DOCUMENT = ".npy", ".json"
SCHEMA = 1
#: A signature made with the same key for something else must not fit.
CONTEXT = b"haberdasher release\n"


def encoded(manifest: Manifest) -> bytes:
    """Return the bytes that are signed."""
    return msgspec.json.encode(manifest, order="sorted")


def write(path: Path, content: bytes) -> None:
    """Write a new file, durable on return."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_array(path: Path, array: NDArray[np.generic]) -> None:
    """Write a new `.npy`, durable on return. Errors: `ValueError` for an array of objects."""
    with path.open("xb") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path, manifest: Manifest, key: Ed25519PrivateKey) -> None:
    """Write manifest and signature; the folder is complete after it."""
    content = encoded(manifest)
    write(folder / MANIFEST, content)
    write(folder / SIGNATURE, key.sign(CONTEXT + content))
    sync_folder(folder)


def read_manifest(folder: Path, key: Ed25519PrivateKey) -> Manifest:
    """Return the manifest of a folder in which exactly the files it names lie. Errors: `ReleaseRefused`."""
    if folder.is_symlink():
        raise ReleaseRefused(f"{folder.name} is a link")
    present = _plain_files(folder)
    for name in (MANIFEST, SIGNATURE):
        if name not in present:
            raise ReleaseRefused(f"{name} is missing")
    content = (folder / MANIFEST).read_bytes()
    try:
        key.public_key().verify((folder / SIGNATURE).read_bytes(), CONTEXT + content)
    except InvalidSignature:
        raise ReleaseRefused(f"{MANIFEST} does not bear our signature") from None
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise ReleaseRefused(f"{MANIFEST} is of another schema: {error}") from error
    if manifest.schema != SCHEMA or manifest.release_id != folder.name:
        raise ReleaseRefused(f"{MANIFEST} is of schema {manifest.schema} for {manifest.release_id}")
    if wrong := sorted(present ^ {*manifest.files, MANIFEST, SIGNATURE}):
        raise ReleaseRefused(f"{wrong[0]} is {'missing' if wrong[0] in manifest.files else 'not in the manifest'}")
    return manifest


def read(folder: Path, key: Ed25519PrivateKey) -> Release:
    """Verify every digest, then map the arrays. Errors: `ReleaseRefused`, naming the file."""
    manifest = read_manifest(folder, key)
    for name, expected in manifest.files.items():
        if digest(folder / name) != expected:
            raise ReleaseRefused(f"{name} is not what the manifest says")
    arrays = {name.removesuffix(ARRAY): _map(folder / name) for name in manifest.files if name.endswith(ARRAY)}
    documents: Mapping[str, object] = {
        name.removesuffix(DOCUMENT): msgspec.json.decode((folder / name).read_bytes())
        for name in manifest.files
        if name.endswith(DOCUMENT)
    }
    return Release(manifest, arrays, documents)


def _plain_files(folder: Path) -> set[str]:
    with os.scandir(folder) as entries:
        present = {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}
    for name, plain in present.items():
        if not plain:
            raise ReleaseRefused(f"{name} is not a plain file")
    return set(present)


def _map(path: Path) -> NDArray[np.generic]:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
