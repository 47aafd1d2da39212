"""An entity's values as bytes for the feature store, and hundreds of them back as one matrix.

Before the values stands a digest of the declarations under which they were computed. Under any other declarations a
packed value is no value: measures that changed are computed anew, never misread.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import isnan

import msgspec
import numpy as np
from attrs import asdict, define, field
from numpy.typing import NDArray

from ports.measures import Measure, Value

_DIGEST_SIZE = 8
#: What a declaration says about a measure without changing its values.
_TOLD = {"category", "doc", "unit", "source"}
_DECODER = msgspec.msgpack.Decoder(list[float | dict[str, float]])


def single(measure: Measure) -> bool:
    """Return whether a measure is one number, rather than one per key."""
    if measure.aggregate in {"distinct", "standing"}:
        return True
    return not measure.key and measure.aggregate != "pool"


@define(eq=False)
class Packing:
    """Packs the values of `measures`, in their order.

    Where each of them is one number, a packed value is the digest and float64 [m], little-endian, which `matrix` reads
    without touching one at a time. Else it is the digest and msgpack: a list of numbers and of maps from key to number.
    """

    measures: Sequence[Measure]
    digest: bytes = field(init=False)
    flat: bool = field(init=False)
    _single: Mapping[str, bool] = field(init=False, repr=False)
    _size: int = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        meant = [{k: v for k, v in asdict(one).items() if k not in _TOLD} for one in self.measures]
        told = msgspec.json.encode([self._form(one) for one in meant], order="sorted")
        self.digest = blake2b(told, digest_size=_DIGEST_SIZE).digest()
        self._single = {one.name: single(one) for one in self.measures}
        self.flat = all(self._single.values())
        self._size = _DIGEST_SIZE + 8 * len(self.measures)

    def pack(self, values: Mapping[str, Value]) -> bytes:
        """Return the bytes of all values. Infinity is a value, an age of never.

        Errors: `ValueError` names what is missing, is no measure, is not a number, or has keys where it should have
        none or none where it should.
        """
        if unknown := values.keys() - self._single.keys():
            raise ValueError(f"{min(unknown)}: none of these measures")
        for name, one in self._single.items():
            _check(name, values.get(name), one=one)
        ordered = [values[name] for name in self._single]
        return self.digest + (np.array(ordered, "<f8").tobytes() if self.flat else msgspec.msgpack.encode(ordered))

    def unpack(self, packed: bytes | None) -> dict[str, Value] | None:
        """Return the values, or None if there are none under these declarations, or the bytes are damaged."""
        if packed is None or packed[:_DIGEST_SIZE] != self.digest:
            return None
        if self.flat:
            if len(packed) != self._size:
                return None
            return dict(zip(self._single, np.frombuffer(packed, "<f8", offset=_DIGEST_SIZE).tolist(), strict=True))
        try:
            found = _DECODER.decode(memoryview(packed)[_DIGEST_SIZE:])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if [isinstance(one, float) for one in found] != list(self._single.values()):
            return None
        return dict(zip(self._single, found, strict=True))

    def matrix(self, packed: Sequence[bytes | None]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return float64 [n, m], a row for each, and bool [n], whether it has values under these declarations.

        Rows without are NaN: nobody takes them for zeros. Errors: `ValueError` unless `flat`.
        """
        if not self.flat:
            split = next(name for name, one in self._single.items() if not one)
            raise ValueError(f"{split}: has one number per key, so these values are no matrix")
        size, none = self._size, bytes(self._size)
        rows = [one if one is not None and len(one) == size else none for one in packed]
        table = np.frombuffer(b"".join(rows), [("digest", f"V{_DIGEST_SIZE}"), ("values", "<f8", (len(self._single),))])
        known = table["digest"] == np.void(self.digest)
        return np.where(known[:, np.newaxis], table["values"], np.nan), known

    @staticmethod
    def _form(meant: Mapping[str, object]) -> Mapping[str, object]:
        """Return a declaration as JSON can say it, which has no infinity."""
        return {name: repr(value) if isinstance(value, float) else value for name, value in meant.items()}


def _check(name: str, value: Value | None, *, one: bool) -> None:
    if value is None:
        raise ValueError(f"{name}: missing")
    if isinstance(value, Mapping) is one:
        raise ValueError(f"{name}: expected {'one number' if one else 'one number per key'}")
    if any(map(isnan, value.values() if isinstance(value, Mapping) else (value,))):
        raise ValueError(f"{name}: not a number")
