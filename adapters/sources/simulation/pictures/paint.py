"""Turns the parts of a drawing into SVG elements. Line colour and width are set once, on the group around them all."""

from attrs import Factory, define

from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part
from adapters.sources.simulation.pictures.palette import Palette, mix
from adapters.sources.simulation.pictures.paths import number
from adapters.sources.simulation.pictures.patterns import BLOCK, Tile

_MATERIALS = {"rubber": "#f4f1ea", "sole": "#54463b", "metal": "#c3b083", "label": "#f4f1ea"}
_MATERIAL_LINE = "#7d7265"
#: Widths relative to the outline.
_WIDTHS = {"seam": 1.0, "fine": 0.7, "stitch": 0.8, "lace": 3.2, "tie": 4.2}


@define
class Painter:
    """Paints one picture; remembers the shapes for `<defs>`, and the angles at which cloth was needed."""

    palette: Palette
    cloth: Tile
    feel: Tile | None
    prefix: str
    thin: float
    weave: float
    shapes: list[str] = Factory(list)
    tilts: list[float] = Factory(list)

    def painted(self, drawing: Drawing) -> str:
        """Return all items as one group."""
        around = f'fill="none" stroke="{self.palette.line}" stroke-width="{number(self.thin)}"'
        body = "".join(self._item(item) for item in drawing.items)
        if drawing.pair is not None:
            dx, dy = map(number, drawing.pair)
            other = f'<use href="#{self.prefix}w" transform="translate({dx} {dy})" opacity=".93"/>'
            body = f'{other}<g id="{self.prefix}w">{body}</g>'
        return f'<g {around} stroke-linejoin="round" stroke-linecap="round">{body}</g>'

    def definitions(self) -> str:
        """Return cloth, texture and shapes; call it after `painted`."""
        tiles = self._tiles("p", self.cloth) + ("" if self.feel is None else self._tiles("t", self.feel))
        return tiles + "".join(self.shapes)

    def _item(self, item: Part | Line | Buttons) -> str:
        if isinstance(item, Part):
            return self._part(item)
        if isinstance(item, Line):
            return self._line(item)
        circles = "".join(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(item.radius)}"/>' for x, y in item.places
        )
        return f'<g fill="{mix(self.palette.trim, "#ffffff", 0.35)}">{circles}</g>'

    def _part(self, part: Part) -> str:
        name = f"{self.prefix}{len(self.shapes)}"
        clip = f'<clipPath id="{name}c"><use href="#{name}"/></clipPath>' if part.folds else ""
        self.shapes.append(f'<path id="{name}" d="{part.d}"/>{clip}')
        layers = [f'fill="{fill}"' for fill in self._fills(part)]
        if part.material == "cloth" and self.feel is not None and self.feel.scalloped:
            arcs = f'stroke-width="{number(self.thin * 4)}" stroke-dasharray="0 {number(self.thin * 3.6)}"'
            layers.insert(0, f'stroke="{self.palette.trim}" {arcs}')
        under = "".join(f'<use href="#{name}" {layer}/>' for layer in layers)
        line = f' stroke="{_MATERIAL_LINE}"' if part.material in _MATERIALS else ""
        return f'{under}{self._folds(part, name)}<use href="#{name}" fill="url(#{self.prefix}h)"{line}/>'

    def _fills(self, part: Part) -> list[str]:
        if part.material != "cloth":
            tones = {"second": self.palette.second, "trim": self.palette.trim, "inside": self.palette.inside}
            return [(tones | _MATERIALS)[part.material]]
        if part.tilt not in self.tilts:
            self.tilts.append(part.tilt)
        tilt = self.tilts.index(part.tilt)
        cloth = f"url(#{self.prefix}p{0 if self.cloth.width == BLOCK else tilt})" if self.cloth.content else ""
        return [cloth or self.palette.base] + ([] if self.feel is None else [f"url(#{self.prefix}t{tilt})"])

    def _folds(self, part: Part, name: str) -> str:
        if not part.folds:
            return ""
        shadow = mix(self.palette.inside, "#000000", 0.15)
        return (
            f'<g clip-path="url(#{name}c)"><path d="{part.folds}" stroke="{shadow}"'
            f' stroke-width="{number(self.thin * 4.4)}" opacity=".4" filter="url(#{self.prefix}b)"/></g>'
        )

    def _line(self, line: Line) -> str:
        if line.kind == "seam":
            return f'<path d="{line.d}"/>'
        width = self.thin * _WIDTHS[line.kind]
        if line.kind == "fine":
            return f'<path d="{line.d}" stroke-width="{number(width)}"/>'
        if line.kind == "stitch":
            dash = f'stroke-dasharray="{number(self.thin * 2.2)} {number(self.thin * 2)}"'
            return f'<path d="{line.d}" stroke="{self.palette.stitch}" stroke-width="{number(width)}" {dash}/>'
        edge, core = ("#8a8175", "#faf8f4") if line.kind == "lace" else (self.palette.line, self.palette.trim)
        return (
            f'<path d="{line.d}" stroke="{edge}" stroke-width="{number(width)}"/>'
            f'<path d="{line.d}" stroke="{core}" stroke-width="{number(width - 1.4 * self.thin)}"/>'
        )

    def _tiles(self, letter: str, tile: Tile) -> str:
        """Return a tile, and one turned copy for each angle at which it is worn."""
        if not tile.content:
            return ""
        own = f"{self.prefix}{letter}"
        corner = f' x="{-BLOCK / 2:g}" y="{-BLOCK / 2:g}"' if tile.width == BLOCK else ""
        size = f'width="{number(tile.width)}" height="{number(tile.height)}"{corner}'
        written = f'<pattern id="{own}" {size} patternUnits="userSpaceOnUse">{tile.content}</pattern>'
        for position, tilt in enumerate([0.0] if tile.width == BLOCK else self.tilts):
            turn = "" if self.weave == 1 else f"scale({number(self.weave)})"
            turn += f"rotate({number(tilt + tile.turn)})" if tilt + tile.turn else ""
            written += f'<pattern id="{own}{position}" href="#{own}" patternTransform="{turn}"/>'
        return written
