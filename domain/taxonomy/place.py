"""A coarse place: a geohash of four characters, a cell of about 20 by 40 km (Niemeyer 2008)."""

from decimal import Decimal
from typing import Any

_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
PRECISION = 4


def geohash(latitude: Any, longitude: Any) -> str | None:
    """Return the cell of a place in degrees, or None for what is no place."""
    if not (_within(latitude, 90) and _within(longitude, 180)):
        return None
    point = (float(longitude), float(latitude))
    low, high = [-180.0, -90.0], [180.0, 90.0]
    bits = 0
    for bit in range(5 * PRECISION):
        axis = bit % 2
        middle = (low[axis] + high[axis]) / 2
        above = point[axis] >= middle
        bits = bits << 1 | above
        (low if above else high)[axis] = middle
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(5 * (PRECISION - 1), -1, -5))


def _within(value: Any, most: int) -> bool:
    return isinstance(value, int | float | Decimal) and abs(float(value)) <= most


def centre(cell: str) -> tuple[float, float] | None:
    """Return latitude and longitude of the middle of a cell, or None for what is no geohash."""
    low, high = [-180.0, -90.0], [180.0, 90.0]
    for place, letter in enumerate(cell):
        value = _ALPHABET.find(letter)
        if value < 0:
            return None
        for bit in range(5):
            axis = (5 * place + bit) % 2
            middle = (low[axis] + high[axis]) / 2
            (low if value >> (4 - bit) & 1 else high)[axis] = middle
    return ((low[1] + high[1]) / 2, (low[0] + high[0]) / 2)
