"""Bezier paths. A garment is drawn in centimetres: x = 0 is its middle, y grows downwards from shoulder or waist."""

from collections.abc import Sequence

Point = tuple[float, float]
#: One point is a straight line to it; three are a cubic curve: two handles and the end.
Segment = tuple[Point, ...]


def number(value: float) -> str:
    """Write a coordinate with at most two decimals, as short as it can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0.", "-.") if value else "0"


def flip(points: Sequence[Point]) -> tuple[Point, ...]:
    """Mirror points at x = 0."""
    return tuple((-x, y) for x, y in points)


def backwards(start: Point, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments that lead from the end back to `start`."""
    ends = [start, *(segment[-1] for segment in segments)]
    return tuple((*reversed(segment[:-1]), ends[position]) for position, segment in reversed(list(enumerate(segments))))


def path(start: Point, *segments: Segment, close: bool = False) -> str:
    """Write one path."""
    words = [f"M{_pair(start)}"]
    words += [("C" if len(segment) == 3 else "L") + " ".join(map(_pair, segment)) for segment in segments]
    return "".join(words) + ("Z" if close else "")


def symmetric(start: Point, *segments: Segment, close: bool = True) -> str:
    """Write a shape of which the right half is given, from its upper middle to its lower middle."""
    left = tuple(flip(segment) for segment in backwards(start, segments))
    return path(start, *segments, *left, close=close)


def both(start: Point, *segments: Segment, close: bool = False) -> str:
    """Write a line or shape and its mirror image."""
    mirror = path(flip([start])[0], *(flip(segment) for segment in segments), close=close)
    return path(start, *segments, close=close) + mirror


def smooth(points: Sequence[Point], tension: float = 1 / 6) -> tuple[Segment, ...]:
    """Return curves from the first point through all others (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    curves: list[Segment] = []
    for before, here, there, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        leave = (here[0] + (there[0] - before[0]) * tension, here[1] + (there[1] - before[1]) * tension)
        arrive = (there[0] - (after[0] - here[0]) * tension, there[1] - (after[1] - here[1]) * tension)
        curves.append((leave, arrive, there))
    return tuple(curves)


def polyline(*points: Point) -> str:
    """Write straight lines through points."""
    return path(points[0], *((point,) for point in points[1:]))


def _pair(point: Point) -> str:
    return f"{_tenths(point[0])} {_tenths(point[1])}"


def _tenths(value: float) -> str:
    """Write a place of the drawing; a tenth of a centimetre is less than half a pixel."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written
