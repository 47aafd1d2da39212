"""Releases in a folder: one sealed folder each, which appears by a rename or not at all."""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from attrs import define, evolve, field
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.artifacts.sealed_folder import (
    ARRAY,
    DOCUMENT,
    MANIFEST,
    digest,
    encoded,
    read,
    read_manifest,
    seal,
    sync_folder,
    write,
    write_array,
)
from ports.artifacts import Draft, Manifest, Release, ReleaseRefused

RELEASE_ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{12}")
NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,99}")
UNFINISHED = ".publishing"


def _code_version() -> str:
    try:
        return version("haberdasher")
    except PackageNotFoundError:
        return "unknown"


def _private_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


@define
class FolderReleases:
    """`signing_key`: 32 bytes, the Ed25519 seed. A release id is the time of its draft, then a digest of its content.

    Publishers take turns through a lock, so an unfinished folder that one of them finds is what a crash has left.
    """

    root: Path
    _key: Ed25519PrivateKey = field(alias="signing_key", converter=_private_key, repr=False)
    code_version: str = field(factory=_code_version)

    def publish(self, draft: Draft) -> Manifest:
        """Errors: `ValueError` for arrays of objects and for names that are no file names."""
        names = [name + ARRAY for name in draft.arrays] + [name + DOCUMENT for name in draft.documents]
        for name in names:
            if not NAME.fullmatch(name) or name == MANIFEST:
                raise ValueError(f"{name!r} cannot be the name of a file in a release")
        with self._turn():
            if (there := self.made_from(draft.fingerprint)) is not None:
                return there
            folder = self.root / UNFINISHED
            folder.mkdir()
            try:
                return self._publish(draft, folder)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    def _publish(self, draft: Draft, folder: Path) -> Manifest:
        for name, array in draft.arrays.items():
            write_array(folder / (name + ARRAY), array)
        for name, document in draft.documents.items():
            write(folder / (name + DOCUMENT), msgspec.json.encode(document))
        created = draft.created_at.astimezone(UTC)
        unnamed = Manifest(
            release_id="",
            model=draft.model,
            fingerprint=draft.fingerprint,
            created_at=created,
            data_from=draft.data_from,
            data_to=draft.data_to,
            feature_schema=draft.feature_schema,
            code_version=self.code_version,
            metrics=draft.metrics,
            files={path.name: digest(path) for path in sorted(folder.iterdir())},
        )
        content = hashlib.sha256(encoded(unnamed)).hexdigest()[:12]
        manifest = evolve(unnamed, release_id=f"{created:%Y%m%dT%H%M%S%f}Z-{content}")
        seal(folder, manifest, self._key)
        folder.rename(self.root / manifest.release_id)
        sync_folder(self.root)
        return manifest

    def list(self) -> Sequence[Manifest]:
        """Ordered by the time of the draft. Folders that `open` would refuse for their names alone are left out."""
        if not self.root.is_dir():
            return ()
        manifests = []
        for folder in sorted(self.root.iterdir()):
            if RELEASE_ID.fullmatch(folder.name):
                try:
                    manifests.append(read_manifest(folder, self._key))
                except (ReleaseRefused, OSError):
                    continue
        return tuple(manifests)

    def open(self, release_id: str) -> Release:
        folder = self.root / release_id
        if not RELEASE_ID.fullmatch(release_id) or not folder.is_dir():
            raise KeyError(release_id)
        return read(folder, self._key)

    def made_from(self, fingerprint: str) -> Manifest | None:
        return next((manifest for manifest in self.list() if manifest.fingerprint == fingerprint), None)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the other publishers, then sweep up what a crash has left."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if (self.root / UNFINISHED).exists():
                shutil.rmtree(self.root / UNFINISHED)
            yield
        finally:
            os.close(descriptor)
