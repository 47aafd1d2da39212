"""Printed and woven patterns as one tile each, in centimetres of cloth."""

from collections.abc import Callable

from attrs import frozen

from adapters.sources.simulation.pictures.palette import Palette, mix

#: Size of the one tile that holds both blocks: wider and higher than any garment.
BLOCK = 600.0


@frozen
class Tile:
    """A tile of this size that repeats; `turn` is its own rotation in degrees.

    Without content it is plain cloth; `scalloped` cloth ends in small arcs.
    """

    width: float
    height: float
    content: str
    turn: float = 0.0
    scalloped: bool = False


def pattern(kind: str, palette: Palette, cut: float) -> Tile:
    """Return the cloth: base colour and pattern. `cut` is the y (in cloth centimetres) where a second block begins."""
    if kind == "colour_block":
        block = _rect(0, BLOCK / 2 + cut, BLOCK, BLOCK / 2, f'fill="{palette.second}"')
        return Tile(BLOCK, BLOCK, _ground(palette, BLOCK, BLOCK) + block)
    if kind == "solid":
        return Tile(0, 0, "")
    return _PATTERNS[kind](palette)


def _ground(palette: Palette, width: float, height: float) -> str:
    return f'<rect width="{width:g}" height="{height:g}" fill="{palette.base}"/>'


def _rect(x: float, y: float, width: float, height: float, paint: str) -> str:
    """Return a rectangle; `paint` is its attributes."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {paint}/>'


def _stripe(palette: Palette) -> Tile:
    return Tile(20, 4.4, _ground(palette, 20, 4.4) + _rect(0, 1.4, 20, 1.7, f'fill="{palette.second}"'))


def _check(palette: Palette) -> Tile:
    bars = _rect(0, 0, 4, 8, 'opacity=".5"') + _rect(0, 0, 8, 4, 'opacity=".5"')
    fine = _rect(5.8, 0, 0.4, 8, 'opacity=".6"') + _rect(0, 5.8, 8, 0.4, 'opacity=".6"')
    return Tile(8, 8, _ground(palette, 8, 8) + f'<g fill="{palette.second}">{bars}{fine}</g>')


def _dot(palette: Palette) -> Tile:
    dots = '<circle cx="1.6" cy="1.6" r="1"/><circle cx="4.8" cy="4.8" r="1"/>'
    return Tile(6.4, 6.4, _ground(palette, 6.4, 6.4) + f'<g fill="{palette.second}">{dots}</g>')


def _flower(place: str, size: float, fill: str, heart: str) -> str:
    petals = '<path d="M0 0C-2.4-1.4-1.6-4 0-4S2.4-1.4 0 0'
    petals += "C2-1.9 4.3-2.8 3.8-1.2S1.9 1.3 0 0C2.4.4 3.3 3 2.4 3.2S-.2 2.4 0 0C.2 2.4-1.5 3.9-2.4 3.2S-2.4.4 0 0"
    petals += f'C-1.9 1.3-3.3.4-3.8-1.2S-2-1.9 0 0Z" fill="{fill}"/><circle r="1" fill="{heart}"/>'
    return f'<g transform="translate({place})scale({size:g})">{petals}</g>'


def _floral(palette: Palette) -> Tile:
    leaf = mix(mix(palette.second, "#4d6b45", 0.6), palette.base, 0.15)
    heart = mix(palette.base, "#f3d27a", 0.55)
    pale = mix(palette.second, palette.base, 0.4)
    leaves = (
        "M3 7.4C4.2 8.4 4.6 9.8 4.2 11C3 10.2 2.6 8.8 3 7.4ZM9.8 2.2C11.2 2 12.4 2.6 13 3.8C11.6 4 10.4 3.4 9.8 2.2Z"
    )
    leaves += "M8 12.4C8.2 13.6 7.8 14.6 6.8 15.2C6.4 14 6.9 13 8 12.4Z"
    flowers = _flower("4.4 4.2)rotate(10", 0.62, palette.second, heart)
    flowers += _flower("11.6 10.4)rotate(40", 0.7, palette.second, heart)
    flowers += _flower("12.6 6)rotate(20", 0.3, pale, heart) + _flower("3 13)rotate(60", 0.36, pale, heart)
    return Tile(16, 16, _ground(palette, 16, 16) + f'<path d="{leaves}" fill="{leaf}"/>' + flowers, turn=28)


def _animal(palette: Palette) -> Tile:
    rings = (
        "M2 3.4C1.4 1.8 3 1 4.2 1.6M5 3C5 4.4 3.4 4.8 2.8 4.4M8.2 2.2C9 1.2 10.6 1.8 10.6 3.2M9.6 4.6C8.6 4.6 8 4 8 3.4"
    )
    rings += (
        "M5.2 7.2C5.8 6.2 7.4 6.6 7.8 7.8M7 9.4C6 9.6 5 9 5 8.4M1 8.6C1.6 7.8 2.6 8 3 8.8M2.4 10.4"
        "C1.6 10.6 1 10.2.8 9.6"
    )
    rings += (
        "M9.8 8.4C10.6 7.6 11.6 8.2 11.4 9.2M10.8 10.4C10 10.6 9.4 10 9.4 9.6M6.4 11.2L6.8 11.5"
        "M6.2 4.6L6.5 4.9M11.4 6.2L11.6 6.4"
    )
    hearts = '<circle cx="3.6" cy="3" r="1.2"/><circle cx="9.3" cy="3.2" r="1.1"/><circle cx="6.4" cy="8" r="1.2"/>'
    return Tile(
        12,
        12,
        _ground(palette, 12, 12)
        + f'<g fill="{mix(palette.base, palette.second, 0.4)}">{hearts}</g>'
        + f'<path d="{rings}" fill="none" stroke="{palette.second}" stroke-width="1.05" stroke-linecap="round"/>',
        turn=24,
    )


def _geometric(palette: Palette) -> Tile:
    second = palette.second
    pale = mix(second, palette.base, 0.45)
    return Tile(
        8,
        10,
        _ground(palette, 8, 10)
        + f'<path d="M4 1L7 5L4 9L1 5Z" fill="none" stroke="{second}" stroke-width=".7"/>'
        + f'<path d="M4 3.4L5.2 5L4 6.6L2.8 5ZM0-1.6L1.2 0L0 1.6L-1.2 0ZM8-1.6L9.2 0L8 1.6L6.8 0Z" fill="{second}"/>'
        + f'<path d="M0 8.4L1.2 10L0 11.6L-1.2 10ZM8 8.4L9.2 10L8 11.6L6.8 10Z" fill="{pale}"/>',
    )


_PATTERNS: dict[str, Callable[[Palette], Tile]] = {
    "stripe": _stripe,
    "check": _check,
    "dot": _dot,
    "floral": _floral,
    "animal": _animal,
    "geometric": _geometric,
}
