"""Colours of one picture, all made from the colour of the look and its second colour."""

from attrs import frozen

from adapters.sources.simulation.look import COLOURS, Look

_CLOSE = 90.0  # colours nearer than this (Euclid in sRGB) would hide a pattern
_DARK = 60.0  # below this brightness (of 255) a line must be lighter than the cloth to be seen


@frozen
class Palette:
    """Hex colours; `sheen` and `gloom` are the opacities of light and shadow on the cloth."""

    base: str
    second: str
    line: str
    inside: str
    trim: str
    stitch: str
    sheen: float
    gloom: float

    @classmethod
    def of(cls, look: Look) -> "Palette":
        base = COLOURS[look.colour]
        light = brightness(base)
        dark = light < _DARK
        golden = look.texture == "denim" or look.garment == "jeans"
        return cls(
            base=base,
            second=_apart(COLOURS[look.second], base),
            line=mix(base, "#ffffff", 0.42) if dark else mix(base, "#2a2018", 0.34 + 0.2 * (light < 150)),
            inside=mix(base, "#000000", 0.5) if dark else mix(base, "#2a2018", 0.27),
            trim=mix(base, "#ffffff", 0.1) if dark else mix(base, "#2a2018", 0.1),
            stitch="#d9a860" if golden else (mix(base, "#ffffff", 0.42) if dark else mix(base, "#2a2018", 0.32)),
            sheen=0.12 if dark else 0.15,
            gloom=0.3 if dark else 0.17 - 0.05 * (light > 225),
        )


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` with this share of `other`."""
    return "#" + "".join(
        f"{round(a + (b - a) * share):02x}" for a, b in zip(_channels(colour), _channels(other), strict=True)
    )


def brightness(colour: str) -> float:
    """Return the brightness as an eye sees it, 0 to 255 (Rec. 601)."""
    red, green, blue = _channels(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _apart(second: str, base: str) -> str:
    """Return the second colour, moved away where it could not be told from the first."""
    gap = sum((a - b) ** 2 for a, b in zip(_channels(second), _channels(base), strict=True)) ** 0.5
    if gap >= _CLOSE:
        return second
    return mix(second, "#ffffff" if brightness(base) < 128 else "#33291f", 0.5)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
