"""How cloth feels, as a translucent tile over the pattern, in centimetres of cloth."""

from collections.abc import Callable

from adapters.sources.simulation.pictures.palette import Palette, brightness, mix
from adapters.sources.simulation.pictures.patterns import Tile

BACKDROP = "#efe9e1"


def texture(kind: str, palette: Palette, prefix: str) -> Tile | None:
    """Return the tile of a texture, or None for smooth cloth. `prefix` begins every id."""
    return _TEXTURES[kind](palette, prefix) if kind in _TEXTURES else None


def _strokes(d: str, colour: str, width: float, opacity: float) -> str:
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:g}" opacity="{opacity:g}"'
        ' stroke-linecap="round"/>'
    )


def _ribbed(palette: Palette, _prefix: str) -> Tile:
    return Tile(
        2.2,
        20,
        _strokes("M.5 -2V22", palette.line, 0.34, 0.6) + _strokes("M1.1 -2V22", "#fff", 0.5, 0.2),
    )


def _cable(palette: Palette, _prefix: str) -> Tile:
    twist = (
        "M3 0C3 2.2 6.4 2.8 6.4 5C6.4 6 6 6.6 5.4 7M6.4 0C6.4 1 6 1.6 5.4 2.1M4 3.2C3.4 3.6 3 4.2"
        " 3 5C3 7.2 6.4 7.8 6.4 10"
    )
    twist += "M4 8.2C3.4 8.6 3 9.2 3 10"
    ribs = "M1.4 0V10M8 0V10M10.6 0V10"
    loops = (
        "M9.3 .6L9.8 1.6M9.3 3.1L9.8 4.1M9.3 5.6L9.8 6.6M9.3 8.1L9.8 9.1M.2 .6L.7 1.6M.2 3.1L.7"
        " 4.1M.2 5.6L.7 6.6M.2 8.1L.7 9.1"
    )
    return Tile(
        10.6,
        10,
        _strokes("M4.7 0V10", "#fff", 2.6, 0.1)
        + _strokes(twist, palette.line, 0.5, 0.75)
        + _strokes(ribs, palette.line, 0.36, 0.5)
        + _strokes(loops, palette.line, 0.26, 0.4),
    )


def _denim(palette: Palette, _prefix: str) -> Tile:
    twill = "M-1 5L5 -1M-1 3L3 -1M1 5L5 1M-1 1L1 -1M3 5L5 3"
    worn = "M.4 2.8L1 2.2M2.2 3.4L2.8 2.8M3 .8L3.5 .3M1.4 .6L1.8 .2M3.3 2.3L3.7 1.9"
    return Tile(4, 4, _strokes(twill, palette.line, 0.4, 0.3) + _strokes(worn, "#fff", 0.3, 0.16))


def _corduroy(palette: Palette, _prefix: str) -> Tile:
    return Tile(
        1.3,
        3,
        _strokes("M.2 -1V4", palette.inside, 0.44, 0.55)
        + _strokes("M.85 -1V4", "#fff", 0.4, 0.22)
        + _strokes("M.6 .4H1.1M.6 1.9H1.1", palette.line, 0.12, 0.35),
    )


def _satin(palette: Palette, prefix: str) -> Tile:
    lights = "".join(
        f'<stop offset="{offset:g}" stop-color="{colour}" stop-opacity="{opacity:g}"/>'
        for offset, colour, opacity in (
            (0, "#fff", 0),
            (0.2, "#fff", palette.sheen * 3),
            (0.3, "#fff", 0.12),
            (0.5, palette.inside, 0.3),
            (0.66, "#fff", 0.08),
            (0.76, "#fff", palette.sheen * 2),
            (1, "#fff", 0),
        )
    )
    gradient = f'<linearGradient id="{prefix}l">{lights}</linearGradient>'
    return Tile(30, 60, f'{gradient}<rect width="30" height="60" fill="url(#{prefix}l)"/>', turn=18)


def _lace(palette: Palette, _prefix: str) -> Tile:
    holes = "".join(
        f'<ellipse cx="3" cy="1.55" rx=".62" ry=".95" transform="rotate({turn} 3 3)"/>' for turn in range(0, 360, 60)
    )
    mesh = (
        '<circle cx="0" cy="0" r=".6"/><circle cx="6" cy="0" r=".6"/><circle cx="0" cy="6" r=".6"/>'
        '<circle cx="6" cy="6" r=".6"/>'
    )
    hole = mix(palette.base, *((BACKDROP, 0.34) if brightness(palette.base) < 150 else ("#7d6c58", 0.3)))
    threads = _strokes("M.5 3C1.4 1 4.6 1 5.5 3C4.6 5 1.4 5 .5 3Z", palette.line, 0.16, 0.5)
    return Tile(6, 6, f'<g fill="{hole}">{holes}{mesh}</g>{threads}', scalloped=True)


def _quilted(palette: Palette, _prefix: str) -> Tile:
    return Tile(
        7,
        8,
        '<path d="M3.5 .7L6.4 4L3.5 4Z" fill="#fff" opacity=".12"/>'
        '<path d="M.6 4L3.5 4L3.5 7.3Z" fill="#000" opacity=".07"/>'
        + _strokes("M0 .45L3.5 4.45L7 .45M0 8.45L3.5 4.45L7 8.45", "#fff", 0.4, 0.3)
        + _strokes("M0 0L7 8M7 0L0 8", palette.line, 0.36, 0.85),
    )


_TEXTURES: dict[str, Callable[[Palette, str], Tile]] = {
    "ribbed": _ribbed,
    "cable": _cable,
    "denim": _denim,
    "corduroy": _corduroy,
    "satin": _satin,
    "lace": _lace,
    "quilted": _quilted,
}
