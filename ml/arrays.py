"""Taking a model's arrays back, checked: a release of another shape is refused before it can answer."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def part(
    arrays: Mapping[str, NDArray[np.generic]], name: str, dtype: type[Scalar], shape: tuple[int | None, ...]
) -> NDArray[Scalar]:
    """Return `arrays[name]`. Errors: `ValueError` if it is absent, of another type or shape (`None` fits any)."""
    if name not in arrays:
        raise ValueError(f"the array {name!r} is missing")
    array = arrays[name]
    fits = len(shape) == array.ndim and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if array.dtype != dtype or not fits:
        raise ValueError(f"the array {name!r} is {array.dtype} {array.shape}, expected {np.dtype(dtype)} {shape}")
    return array.view(dtype)
