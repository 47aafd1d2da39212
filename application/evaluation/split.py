"""Splitting by time: what a model learns from had happened before anything it is judged on."""

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from ports.models import Interactions


@frozen(eq=False)
class Split:
    """`test_rows`: int64, which rows of the data the rows of `test` are."""

    train: Interactions
    validation: Interactions
    test: Interactions
    test_rows: NDArray[np.int64]


def split_by_time(data: Interactions, *, validation: float, test: float) -> Split:
    """Give each session, whole, to the part in which it ends; fractions are shares of the sessions.

    So no interaction in `train` is later than the first end in `validation`, and likewise for `test`. Sessions that
    end in the same instant stay together. Errors: `ValueError` for impossible fractions or an empty session.
    """
    if min(validation, test) < 0 or validation + test >= 1:
        raise ValueError(f"validation={validation} and test={test} leave nothing to train on")
    if np.any(data.sequences.lengths == 0):
        raise ValueError("a session without interactions has no time")
    ends = np.maximum.reduceat(data.times, data.sequences.offsets[:-1]) if len(data.sequences) else data.times
    ordered = np.sort(ends)
    first_validation, first_test = (_cut(ordered, share) for share in (validation + test, test))
    last = np.flatnonzero(ends >= first_test)
    return Split(
        train=sessions(data, np.flatnonzero(ends < first_validation)),
        validation=sessions(data, np.flatnonzero((ends >= first_validation) & (ends < first_test))),
        test=sessions(data, last),
        test_rows=last.astype(np.int64),
    )


def _cut(ordered: NDArray[np.float64], share: float) -> float:
    """The instant at which the last `share` of the sessions begins."""
    kept = len(ordered) - round(share * len(ordered))
    return float(ordered[kept]) if kept < len(ordered) else np.inf


def sessions(data: Interactions, rows: NDArray[np.intp]) -> Interactions:
    """Return the interactions of these sessions only, over the same catalogue."""
    starts, stops = data.sequences.offsets[rows], data.sequences.offsets[rows + 1]
    places = evolve(data.sequences, items=np.arange(len(data.times), dtype=np.int32)).slices(starts, stops).items
    return evolve(
        data,
        sequences=data.sequences.slices(starts, stops),
        times=data.times[places],
        actions=data.actions[places],
        labels=data.labels.take(places),
        user_features=data.user_features[rows],
    )
