"""The part of a session that the user tower reads: its last few items, newest first."""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen(eq=False)
class Window:
    """`items`: int32 [rows, recent], newest first, 0 where `known` (bool, same shape) is False."""

    items: NDArray[np.int32]
    known: NDArray[np.bool_]


def window(items: NDArray[np.int32], starts: NDArray[np.int64], stops: NDArray[np.int64], recent: int) -> Window:
    """Read at most `recent` items of `items[starts[i]:stops[i]]` for each i, backwards from the end."""
    places = stops[:, None] - 1 - np.arange(recent)
    known = places >= starts[:, None]
    seen = np.zeros(known.shape, dtype=np.int32)
    seen[known] = items[places[known]]
    return Window(seen, known)
