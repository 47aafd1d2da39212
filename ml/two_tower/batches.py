"""Batches for training, prepared in numpy while the step before them runs."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ml.two_tower.window import window
from ports.models import Sequences


@frozen(eq=False)
class Examples:
    """Every prefix of every session and what came next: `items[starts[i]:places[i]]` and `items[places[i]]`."""

    items: NDArray[np.int32]
    starts: NDArray[np.int64]
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.places)


def examples(sequences: Sequences) -> Examples:
    """Return an example for each item that has another before it in its session."""
    starts = np.repeat(sequences.offsets[:-1], sequences.lengths)
    places = np.flatnonzero(np.arange(len(sequences.items)) > starts)
    return Examples(sequences.items, starts[places], places)


class Batch(NamedTuple):
    """`ids`: the distinct items of the batch, padded with n_items; `recent` and `targets` are places in `ids`.

    `recent`: int32 [rows, recent], newest first, meaningful where `known`. `targets`: int32 [rows]. `log_share`:
    float32 [rows], log of the target's share of all examples, which is its chance of being a negative.
    """

    ids: NDArray[np.int32]
    recent: NDArray[np.int32]
    known: NDArray[np.bool_]
    targets: NDArray[np.int32]
    log_share: NDArray[np.float32]


def batches(examples: Examples, *, n_items: int, recent: int, size: int, epochs: int, seed: int) -> Iterator[Batch]:
    """Shuffle each epoch and cut it; what does not fill the last batch waits for the next shuffle.

    The number of ids is padded to a multiple of `size`, so that few shapes have to be compiled.
    """
    rng = np.random.default_rng(seed)
    share = (np.bincount(examples.items[examples.places], minlength=n_items) / max(len(examples), 1)).astype(np.float32)
    for _ in range(epochs):
        order = rng.permutation(len(examples))
        for start in range(0, len(order) - size + 1, size):
            rows = order[start : start + size]
            seen = window(examples.items, examples.starts[rows], examples.places[rows], recent)
            targets = examples.items[examples.places[rows]]
            ids, inverse = np.unique(np.concatenate([seen.items.ravel(), targets]), return_inverse=True)
            padded = np.full(-(-len(ids) // size) * size, n_items, dtype=np.int32)
            padded[: len(ids)] = ids
            place: NDArray[np.int32] = inverse.astype(np.int32)
            yield Batch(
                padded, place[:-size].reshape(seen.items.shape), seen.known, place[-size:], np.log(share[targets])
            )
