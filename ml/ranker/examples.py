"""What both rankers ask of the examples before they learn, and what they learn from them."""

import numpy as np
from numpy.typing import NDArray

from ports.ranker import RankingExamples


def relevance(data: RankingExamples) -> NDArray[np.float32]:
    """Return float32 [n], label times weight: its mean is how good an item is for who looks at it.

    Errors: `ValueError` for examples that no ranker can learn from, naming what is wrong with which row.
    """
    n, f = len(data), len(data.names)
    if not n:
        raise ValueError("there is nothing to learn from: no rows")
    if data.features.shape != (n, f):
        raise ValueError(f"features is {data.features.shape}, expected {(n, f)}: rows by names")
    for name, column in (("labels", data.labels), ("weights", data.weights), ("slates", data.slates)):
        if column.shape != (n,):
            raise ValueError(f"{name} is {column.shape}, expected {(n,)}")
    finite(data.features, data.names)
    _refuse("label", data.labels, ~((data.labels >= 0) & (data.labels <= 1)), "in [0, 1]")
    _refuse("weight", data.weights, ~((data.weights > 0) & np.isfinite(data.weights)), "positive and finite")
    if (np.diff(data.slates) < 0).any():
        raise ValueError("slates fall: the rows of a slate have to be neighbours")
    return np.asarray(data.labels * data.weights, np.float32)


def finite(features: NDArray[np.float32], names: tuple[str, ...] = ()) -> None:
    """Check features [n, f]. Errors: `ValueError`, naming the first value that is not finite."""
    if not np.isfinite(features).all():
        row, column = np.argwhere(~np.isfinite(features))[0].tolist()
        name = names[column] if names else column
        raise ValueError(f"the feature {name!r} of row {row} is {features[row, column]}, not finite")


def scorable(features: NDArray[np.float32], width: int) -> None:
    """Check what is to be scored. Errors: `ValueError` for another shape than [n, width], or values not finite."""
    if features.ndim != 2 or features.shape[1] != width:
        raise ValueError(f"the features are {features.shape}, the ranker was fitted on {width} a row")
    finite(features)


def _refuse(what: str, values: NDArray[np.float32], wrong: NDArray[np.bool_], expected: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"the {what} of row {row} is {values[row]}, not {expected}")
