"""Necklines: the opening that is cut out of a body, and what is sewn onto it."""

from attrs import frozen

from adapters.sources.simulation.pictures.drawing import Line, Part
from adapters.sources.simulation.pictures.paths import Point, Segment, backwards, both, flip, path, symmetric


@frozen
class Neck:
    """An opening: from the middle of the front (0, depth) by `front` up to the point on the shoulder."""

    depth: float
    front: tuple[Segment, ...]
    behind: tuple[Part | Line, ...]
    onto: tuple[Part | Line, ...]

    @property
    def start(self) -> Point:
        return (0.0, self.depth)

    @property
    def shoulder(self) -> Point:
        """Where the opening meets the shoulder."""
        return self.front[-1][-1]

    @property
    def rim(self) -> Point:
        """The point half way up the front of the opening, where a wrapped front begins."""
        first = self.front[0]
        if len(first) == 1:
            return first[0]
        (ax, ay), (bx, by), (cx, cy) = first
        return ((3 * ax + 3 * bx + cx) / 8, (self.depth + 3 * ay + 3 * by + cy) / 8)


def neckline(kind: str, *, stretch: bool = False) -> Neck:
    """Return a neckline. Knits (`stretch`) get a ribbed band, woven cloth a facing."""
    if kind == "turtle":
        return _turtle(stretch=stretch)
    if kind == "collar":
        return _collar()
    depth, front, band = {
        "round": (9.5, ((5.2, 9.5), (8.8, 5.6), (8.8, 0.2)), 2.2),
        "v": (19.0, ((1.6, 16.4), (7.2, 6.0), (8.2, 0.0)), 1.8),
        "boat": (4.4, ((7.2, 4.6), (12.2, 3.4), (14.2, 1.9)), 1.2),
        "square": (11.0, ((9.4, 11), (9.4, 11), (9.4, 11)), 1.5),
    }[kind]
    segments: tuple[Segment, ...] = (front,)
    if kind == "square":
        segments = (((9.4, depth),), ((9.7, 8), (9.9, 4), (10.2, 0.7)))
    end = segments[-1][-1]
    back = end[1] + 2.4
    behind = symmetric(
        (0, back), ((end[0] * 0.5, back), (end[0] * 0.86, back - 1), end), *backwards((0, depth), segments)
    )
    seams: list[Part | Line] = [Line(both((0, depth + band), *_outset(segments, band)), "seam" if stretch else "fine")]
    if stretch:
        seams.append(Line(both((0, depth + band + 0.7), *_outset(segments, band + 0.7)), "stitch"))
    inside: tuple[Part | Line, ...] = (
        Part(behind, "inside"),
        Line(
            both((0, back + band), ((end[0] * 0.5, back + band), (end[0] * 0.8, back + band - 1), (end[0], back))),
            "fine",
        ),
    )
    if kind in {"round", "v"}:
        inside += (Part(f"M-1.7 {back + 0.5}H1.7V{back + 2.3}H-1.7Z", "label"),)
    return Neck(depth, segments, inside, tuple(seams))


def _outset(segments: tuple[Segment, ...], band: float) -> tuple[Segment, ...]:
    """Move the opening outwards and down by the width of its band."""
    wide = segments[-1][-1][0]
    return tuple(
        tuple((x * (wide + band) / wide, y + band * (1 - 0.75 * x / wide)) for x, y in segment) for segment in segments
    )


def _turtle(*, stretch: bool) -> Neck:
    top = -9.0 if stretch else -6.5
    tube = symmetric(
        (0, top + 1.5),
        ((3.6, top + 1.5), (6.4, top + 0.9), (7.0, top)),
        ((7.3, top * 0.6), (7.4, top * 0.3), (8.4, 0.7)),
        ((6.6, 3.4), (3.6, 4.2), (0, 4.2)),
    )
    mouth = symmetric(
        (0, top - 1.3),
        ((3.8, top - 1.3), (6.6, top - 0.8), (7, top)),
        ((6.4, top + 0.9), (3.6, top + 1.5), (0, top + 1.5)),
    )
    fold = symmetric((7.7, -0.6), ((6.4, 1.6), (3.6, 2.2), (0, 2.2)), close=False) if stretch else ""
    onto: tuple[Part | Line, ...] = (Part(mouth, "inside"), Part(tube))
    if stretch:
        ribs = "".join(
            f"M{x} {top + 1.6 - abs(x) * 0.1:.1f}L{x * 1.08:.1f} {3.6 - abs(x) * 0.2:.1f}"
            for x in (-5, -3, -1, 1, 3, 5)
        )
        onto += (Line(ribs, "fine"), Line(both((0, 0.6), ((3.6, 0.6), (6.2, 0), (7.4, -2))), "fine"))
    elif fold:
        onto += (Line(fold, "fine"),)
    return Neck(3.0, (((4.4, 3), (7.2, 2.4), (8.2, 0.4)),), (), onto)


def _collar() -> Neck:
    back = symmetric((0, -2.6), ((3, -2.6), (5.6, -3), (6.8, -3.6)), ((8.4, 0.4),), ((7, 4), (3, 8), (0, 9)))
    stand = symmetric((0, -3.8), ((3, -3.8), (5.4, -3.9), (6.8, -3.6)), ((7.6, -1),), ((5.6, 0.4), (3, 0.6), (0, 0.6)))
    start: Point = (0.2, 8.6)
    leaf: tuple[Segment, ...] = (
        ((3.2, 10.2), (5.2, 11.6), (6.4, 13.4)),
        ((8.4, 10), (10, 5.4), (10.2, 2)),
        ((9.4, -0.6), (8.2, -2.8), (6.8, -3.8)),
        ((6.6, 0.6), (4.2, 5.4), start),
    )
    right = path(start, *leaf, close=True)
    left = path(flip([start])[0], *map(flip, leaf), close=True)
    return Neck(
        8.6,
        (((3.4, 5.6), (6.6, 2.4), (8.6, 0.3)),),
        (Part(back, "inside"), Part(stand, "trim")),
        (Part(right, tilt=-38.0), Part(left, tilt=38.0)),
    )
