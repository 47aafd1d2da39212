"""Releases: what a training run publishes and a server opens. Arrays and JSON only; no file here can run code."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from attrs import Factory, frozen
from numpy.typing import NDArray

#: The arrays of a release's ranker stand beside those of its retrieval model, under this prefix.
RANKER_PREFIX = "ranker."


class ReleaseRefused(Exception):
    """Unsigned, signed by another key, incomplete, altered, or of another schema. It was not opened."""


@frozen
class Draft:
    """A release before it is published. `arrays` are flat names to arrays; `documents` are JSON values.

    `fingerprint` says what it was made from (data range, settings, code): the same work is published once.
    """

    model: str
    fingerprint: str
    created_at: datetime
    data_from: int
    data_to: int
    feature_schema: str
    metrics: Mapping[str, Any]
    arrays: Mapping[str, NDArray[np.generic]]
    documents: Mapping[str, Any] = Factory(dict)


@frozen
class Manifest:
    """The signed statement of a release. `files`: name to SHA-256; positions are those of the event log."""

    release_id: str
    model: str
    fingerprint: str
    created_at: datetime
    data_from: int
    data_to: int
    feature_schema: str
    code_version: str
    metrics: Mapping[str, Any]
    files: Mapping[str, str]
    schema: int = 1


@frozen(eq=False)
class Release:
    manifest: Manifest
    arrays: Mapping[str, NDArray[np.generic]]
    documents: Mapping[str, Any]


class Releases(Protocol):
    """Ordered by the time of publication. A reader sees a whole release or none."""

    def publish(self, draft: Draft) -> Manifest:
        """Write, sign and publish atomically under a new name; a crash leaves nothing that `list` would show.

        Idempotent by `fingerprint`: publishing the same work again returns the manifest that is there.
        Errors: `ValueError` for an array of objects or a name that cannot be that of a file.
        """
        ...

    def list(self) -> Sequence[Manifest]:
        """Return the manifests of all complete releases with a good signature, oldest first."""
        ...

    def open(self, release_id: str) -> Release:
        """Verify signature and every digest, then map. Errors: `KeyError` if absent, `ReleaseRefused`."""
        ...

    def made_from(self, fingerprint: str) -> Manifest | None:
        """Return the release of this work if it has been published."""
        ...
