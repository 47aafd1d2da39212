"""The studio: backdrop, floor shadow, light, and the garment fitted into the frame."""

from adapters.sources.simulation.pictures.drawing import Drawing
from adapters.sources.simulation.pictures.paint import Painter
from adapters.sources.simulation.pictures.palette import Palette
from adapters.sources.simulation.pictures.paths import number
from adapters.sources.simulation.pictures.patterns import Tile

_WIDTH, _HEIGHT = 300, 400
_ROOM = (250, 322)  # the largest width and height of a garment
_MIDDLE = 194
_FLOOR = 379
_OUTLINE = 1.15  # width of an outline in the picture
_SHADE = "#1d140c"


def photograph(drawing: Drawing, palette: Palette, cloth: Tile, feel: Tile | None, *, prefix: str, label: str) -> str:
    """Return the SVG. Every id begins with `prefix`; `label` is read aloud instead of the picture."""
    width, height = drawing.right - drawing.left, drawing.bottom - drawing.top
    scale = min(drawing.largest, _ROOM[0] / width, _ROOM[1] / height)
    painter = Painter(palette, cloth, feel, prefix, _OUTLINE / scale, drawing.weave)
    body = painter.painted(drawing)
    x = _WIDTH / 2 - scale * (drawing.left + drawing.right) / 2
    y = _MIDDLE + 10 * drawing.stands - scale * (drawing.top + drawing.bottom) / 2
    floor = y + scale * drawing.bottom if drawing.stands else _FLOOR
    place = f"translate({number(x)} {number(y)})scale({number(scale)})"
    shadow = f'cy="{number(floor)}" rx="{number(min(128, 14 + scale * width * 0.47))}" ry="9" fill="url(#{prefix}f)"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"<defs>{_room(prefix)}{_light(prefix, palette, scale)}{painter.definitions()}</defs>"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="url(#{prefix}g)"/><ellipse cx="150" {shadow}/>'
        f'<g filter="url(#{prefix}d)"><g transform="{place}">{body}</g></g></svg>'
    )


def _room(prefix: str) -> str:
    """Return the backdrop and the shadow on the floor."""
    return (
        f'<radialGradient id="{prefix}g" cy=".42" r=".8"><stop stop-color="#f6f2ec"/>'
        '<stop offset=".6" stop-color="#efe9e1"/><stop offset="1" stop-color="#e3dacd"/></radialGradient>'
        f'<radialGradient id="{prefix}f"><stop stop-color="#5a463242"/>'
        '<stop offset="1" stop-color="#5a463200"/></radialGradient>'
    )


def _light(prefix: str, palette: Palette, scale: float) -> str:
    """Return the light from the left on a shape, the blur of folds, and the shadow on the backdrop."""
    stops = (
        (0.0, _SHADE, palette.gloom),
        (0.2, _SHADE, 0.0),
        (0.36, "#ffffff", palette.sheen),
        (0.6, "#ffffff", 0.0),
        (0.7, _SHADE, 0.0),
        (1.0, _SHADE, palette.gloom),
    )
    shades = "".join(
        f'<stop offset="{number(offset)}" stop-color="{colour}{round(255 * opacity):02x}"/>'
        for offset, colour, opacity in stops
    )
    return (
        f'<linearGradient id="{prefix}h" y2=".12">{shades}</linearGradient>'
        f'<filter id="{prefix}b" filterUnits="userSpaceOnUse" x="-300" y="-300" width="900" height="900">'
        f'<feGaussianBlur stdDeviation="{number(3.2 / scale)}"/></filter>'
        f'<filter id="{prefix}d" x="-.2" y="-.2" width="1.4" height="1.4">'
        '<feDropShadow dy="3" stdDeviation="5" flood-color="#4a3826" flood-opacity=".24"/></filter>'
    )
