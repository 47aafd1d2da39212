"""The cut of a garment for the upper body: half widths in centimetres at each height below the shoulder."""

from attrs import frozen

from adapters.sources.simulation.pictures.paths import Point, Segment, smooth, symmetric

UNDERARM, WAIST, HIP, KNEE, FLOOR = 24.0, 40.0, 60.0, 100.0, 140.0
_HEIGHTS = (UNDERARM, WAIST, HIP, KNEE, FLOOR)
#: Where the hem falls.
LENGTHS = {"crop": 44.0, "hip": 64.0, "mini": 80.0, "knee": 98.0, "midi": 116.0, "maxi": 136.0}
_WIDTHS = {
    "straight": (22.2, 21.4, 22.8, 24.4, 25.0),
    "a_line": (21.8, 21.4, 27.5, 38.0, 46.0),
    "fit_flare": (21.4, 16.8, 29.0, 43.0, 52.0),
    "oversized": (28.5, 29.4, 30.4, 31.4, 31.0),
    "tailored": (21.2, 17.6, 22.6, 20.6, 20.0),
    "wrap": (21.8, 18.4, 25.4, 30.0, 34.0),
}


@frozen
class Frame:
    """Half of a body: the shoulder tip, the underarm, the widths below it, and the hem."""

    silhouette: str
    length: float
    shoulder: Point
    underarm: Point
    ease: float

    @classmethod
    def of(cls, silhouette: str, length: float, *, ease: float = 0.0, bare: bool = False) -> "Frame":
        """Return the cut; `ease` widens it for a layer below, and bare shoulders are cut narrower."""
        tip = {"oversized": (24.5, 6.4), "tailored": (18.8, 4.2)}.get(silhouette, (19.4, 4.6))
        drop = 2.0 if silhouette == "oversized" else 0.0
        inset = 2.6 if bare else 0.0
        return cls(
            silhouette,
            length,
            (tip[0] - inset + ease * 0.6, tip[1] - inset * 0.2),
            (_WIDTHS[silhouette][0] + ease, UNDERARM + drop + ease * 0.6),
            ease,
        )

    @property
    def flared(self) -> bool:
        """Whether the hem falls in waves."""
        return self.silhouette == "fit_flare" and self.length > WAIST + 10

    def width(self, y: float) -> float:
        """Return the half width at a height."""
        widths = _WIDTHS[self.silhouette]
        for (above, here), (below, there) in zip(
            zip(_HEIGHTS, widths, strict=True), zip(_HEIGHTS[1:], widths[1:], strict=True), strict=False
        ):
            if y <= below:
                return here + (there - here) * max(0.0, (y - above) / (below - above)) + self.ease
        return widths[-1] + self.ease

    def armhole(self) -> Segment:
        """Return the seam from the shoulder tip to the underarm."""
        (sx, sy), (ux, uy) = self.shoulder, self.underarm
        return ((sx - 1.9, sy + (uy - sy) * 0.45), (sx - 1.2, uy - 3.2), (ux, uy))

    def side(self, end: float | None = None) -> tuple[Segment, ...]:
        """Return the side seam from the underarm down to `end`, which is the hem unless told otherwise."""
        bottom = self.length if end is None else end
        between = [(self.width(y), y) for y in (WAIST, HIP) if self.underarm[1] + 6 < y < bottom - 7]
        return smooth([self.underarm, *between, (self.width(bottom), bottom)])

    def hem(self, dip: float = 1.6) -> tuple[Segment, ...]:
        """Return the hem from the side to the middle, in waves when it is flared."""
        x, y = self.width(self.length), self.length
        return waves(x, y) if self.flared else (((x * 0.66, y + dip * 0.75), (x * 0.33, y + dip), (0.0, y + dip)),)

    def between(self, top: float, bottom: float, inset: float = 0.0) -> str:
        """Return a band of the body, such as a ribbed hem or a belt."""
        dip = 1.2
        right_top, right_bottom = self.width(top) - inset, self.width(bottom) - inset
        return symmetric(
            (0, top + dip),
            ((right_top * 0.4, top + dip), (right_top * 0.7, top + dip * 0.8), (right_top, top)),
            ((right_bottom, bottom),),
            ((right_bottom * 0.7, bottom + dip * 0.8), (right_bottom * 0.4, bottom + dip), (0, bottom + dip)),
        )


def waves(x: float, y: float, count: int = 3) -> tuple[Segment, ...]:
    """Return a hem of soft folds from (x, y) to the middle."""
    step = x / (count * 2)
    points = [(x, y)] + [
        (x - step * number, y + (2.4 if number % 2 else 0.9) + 0.5 * (number > 2)) for number in range(1, count * 2)
    ]
    return smooth([*points, (0.0, y + 1.9)])
