"""What a garment hands to the studio: shapes and lines in the order in which they are painted."""

from typing import Literal

from attrs import frozen

#: `cloth` wears pattern and texture, `trim` and `inside` are tones of it, the rest are materials of their own.
Material = Literal["cloth", "second", "trim", "inside", "rubber", "sole", "metal", "label"]


@frozen
class Part:
    """A closed shape. `tilt` turns pattern and texture (degrees); `folds` are soft creases inside the shape."""

    d: str
    material: Material = "cloth"
    tilt: float = 0.0
    folds: str = ""


@frozen
class Line:
    """A seam; `stitch` is dashed, `lace` is thick and light. `width` is relative to the outline."""

    d: str
    kind: Literal["seam", "stitch", "fine", "lace", "tie"] = "seam"


@frozen
class Buttons:
    """Round buttons of this radius at these places."""

    places: tuple[tuple[float, float], ...]
    radius: float = 0.75


@frozen
class Drawing:
    """A garment and the box that it fills, in units of its own; it is drawn as large as the frame and `largest` allow.

    `weave` is the size of a centimetre of cloth in units of the drawing; `cut` is where the second block begins (y);
    `pair` repeats the whole behind itself at this offset; `stands` on the floor or hangs above it.
    """

    items: tuple[Part | Line | Buttons, ...]
    left: float
    right: float
    top: float
    bottom: float
    cut: float
    weave: float = 1.0
    largest: float = 4.3
    pair: tuple[float, float] | None = None
    stands: bool = False
