"""What of a training set speaks for an item."""

import numpy as np

from ports.models import ACTIONS, Interactions, Sequences


def in_favour(data: Interactions) -> Sequences:
    """Return the sessions without their returns, and without what is labelled as speaking for nothing.

    Labels are those known at the time of the last interaction. Errors: `ValueError` if none is left.
    """
    chosen = (data.actions != ACTIONS.index("return")) & (data.labels.known(data.times.max(initial=0.0)) > 0)
    if not chosen.any():
        raise ValueError("there is nothing to learn from: no session holds an interaction")
    offsets = np.concatenate([[0], np.cumsum(chosen)])[data.sequences.offsets]
    return Sequences(data.sequences.items[chosen], offsets)
