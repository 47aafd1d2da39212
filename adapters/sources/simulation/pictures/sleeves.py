"""Sleeves, painted behind the body so that its edge is their seam."""

from math import cos, radians, sin
from typing import Literal

from attrs import frozen

from adapters.sources.simulation.pictures.drawing import Buttons, Line, Part
from adapters.sources.simulation.pictures.frames import Frame
from adapters.sources.simulation.pictures.paths import Point, Segment, flip, path

#: Length along the arm in centimetres, angle below the horizontal, and half the width at the opening.
_ARMS = {
    "cap": (9.0, 40.0, 6.6),
    "short": (19.0, 58.0, 8.0),
    "three_quarter": (43.0, 72.0, 6.0),
    "long": (62.0, 76.0, 4.9),
}
_SOFT = {"cap": 0.0, "short": 0.6}


@frozen
class Cuff:
    """How a sleeve ends, the height of that ending, and how far the sleeve is blown up above it."""

    kind: Literal["stitch", "rib", "band"] = "stitch"
    depth: float = 2.0
    puff: float = 0.0


@frozen
class Arm:
    """The right arm: from the shoulder along an angle; `mirrored` gives the left one."""

    shoulder: Point
    angle: float
    mirrored: bool

    def at(self, along: float, inwards: float) -> Point:
        """Return the point so far down from the shoulder, so far inwards from the outer edge."""
        turn = radians(self.angle)
        return self.turned(
            (
                self.shoulder[0] + 1.4 + cos(turn) * along - sin(turn) * inwards,
                self.shoulder[1] + 1.2 + sin(turn) * along + cos(turn) * inwards,
            )
        )

    def turned(self, point: Point) -> Point:
        """Return a point of the body on the side of this arm."""
        return flip([point])[0] if self.mirrored else point

    @property
    def tilt(self) -> float:
        return 90 - self.angle if self.mirrored else self.angle - 90


def sleeves(kind: str, frame: Frame, cuff: Cuff) -> tuple[Part | Line | Buttons, ...]:
    """Return both sleeves, or nothing for bare arms."""
    if kind == "sleeveless":
        return ()
    both = (Arm(frame.shoulder, _ARMS[kind][1], mirrored) for mirrored in (False, True))
    return tuple(item for arm in both for item in _sleeve(kind, frame, cuff, arm))


def _sleeve(kind: str, frame: Frame, cuff: Cuff, arm: Arm) -> tuple[Part | Line | Buttons, ...]:
    reach, _, half = _ARMS[kind]
    puff = cuff.puff * _SOFT.get(kind, 1.0)
    wide = 2 * (half + 0.4 * frame.ease + (1.4 if frame.silhouette == "oversized" else 0.0))
    (sx, sy), (ux, uy), at, own = frame.shoulder, frame.underarm, arm.at, arm.turned
    outer: Segment = (at(reach * 0.2, -1.4 - puff * 0.3), at(reach * 0.76, -0.5 - puff * 1.2), at(reach, 0))
    end: Segment = (at(reach + 0.8, wide * 0.35), at(reach + 0.8, wide * 0.7), at(reach, wide))
    inner: Segment = (
        at(reach * 0.8, wide + 0.6 + puff * 1.1),
        own((ux + 1.4 + puff * 0.4, uy + reach * 0.16)),
        own((ux, uy)),
    )
    if kind == "cap":
        inner = (at(reach * 0.96, wide), own((ux + 1.2, uy - 5)), own((ux - 0.6, uy - 1.5)))
    top: Segment = (own((sx + 0.7, sy + 0.1)), own((sx + 1.2, sy + 0.6)), at(0, 0))
    into: tuple[Segment, ...] = ((own((ux - 7, uy - 4)),), (own((sx - 5, sy + 3)),))
    shape = path(own((sx, sy)), top, outer, end, inner, *into, close=True)
    fold = path(
        own((ux - 1, uy - 2)), (at(reach * 0.4, wide * 0.9), at(reach * 0.5, wide * 0.75), at(reach * 0.62, wide * 0.5))
    )
    if kind in {"three_quarter", "long"}:
        elbow = reach * 0.5
        fold += path(
            at(elbow - 1, wide * 1.1),
            (at(elbow + 2, wide * 0.85), at(elbow + 8, wide * 0.6), at(elbow + 15, wide * 0.55)),
        )
    return (Part(shape, tilt=arm.tilt, folds=fold), *_ending(cuff, arm, reach, wide, small=kind == "cap"))


def _ending(cuff: Cuff, arm: Arm, reach: float, wide: float, *, small: bool) -> tuple[Part | Line | Buttons, ...]:
    at = arm.at

    def across(along: float, inset: float = 0.0) -> str:
        start, end = at(along, inset), at(along, wide - inset)
        return path(start, (at(along + 0.8, wide * 0.35), at(along + 0.8, wide * 0.7), end))

    if cuff.kind == "stitch" or small:
        return (Line(across(reach - cuff.depth, -0.3 if not small else 0.4), "stitch"),)
    depth = cuff.depth
    slim = 0.5 if cuff.kind == "rib" else -0.1
    band = path(
        at(reach - depth, -0.2),
        (at(reach - depth + 0.8, wide * 0.35), at(reach - depth + 0.8, wide * 0.7), at(reach - depth, wide + 0.2)),
        (at(reach + 0.3, wide - slim),),
        (at(reach + 1.1, wide * 0.7), at(reach + 1.1, wide * 0.35), at(reach + 0.3, slim)),
        close=True,
    )
    if cuff.kind == "rib":
        count = max(3, round(wide / 1.8))
        ribs = "".join(
            path(
                at(reach - depth + 1.2, wide * (k + 0.5) / count),
                (at(reach + 0.5, slim + (wide - 2 * slim) * (k + 0.5) / count),),
            )
            for k in range(count)
        )
        return (Part(band, "trim"), Line(ribs, "fine"))
    return (Part(band, tilt=arm.tilt), Buttons((at(reach - depth * 0.4, wide * 0.22),), 0.6))
