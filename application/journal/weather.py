"""Weather in a few words, as a feature can count it: how warm it was, and whether anything fell."""

from collections.abc import Mapping
from typing import Any

#: Least tenths of a degree Celsius -> word. Where cool ends, comfort and heat stress begin by Matzarakis and Mayer
#: (1996), whose borders are of the felt temperature; here they are laid on that of the air, coarsely.
_WARMTH = ((290, "hot"), (180, "warm"), (80, "mild"))
#: Tenths of a millimetre in an hour: what the WMO calls measurable.
_WET = 1


def weather_of(context: Mapping[str, Any]) -> str:
    """Return the weather of a context: `cold`, `mild`, `warm`, `hot`, with `-dry` or `-wet` if told; "" if unknown."""
    told = context.get("weather")
    if not told or not isinstance(warmth := told.get("temp_dc"), int | float):
        return ""
    word = next((name for least, name in _WARMTH if warmth >= least), "cold")
    fallen = told.get("precip_tenth_mm")
    if not isinstance(fallen, int | float):
        return word
    return f"{word}-wet" if fallen >= _WET else f"{word}-dry"
