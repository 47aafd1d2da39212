"""Details that several garments share: plackets, pockets, belts, bows, ribs and folds."""

from adapters.sources.simulation.pictures.drawing import Buttons, Line, Part
from adapters.sources.simulation.pictures.frames import WAIST, Frame
from adapters.sources.simulation.pictures.paths import Point, both, path, polyline, symmetric

Item = Part | Line | Buttons


def placket(
    top: float, bottom: float, *, spacing: float = 8.5, closed: bool = False, hidden: bool = False
) -> tuple[Item, ...]:
    """Return a buttoned front; `closed` ends in a stitched box, `hidden` buttons leave one seam."""
    if hidden:
        return (Line(polyline((1.2, top), (1.2, bottom)), "fine"),)
    edges = polyline((1.7, top - 0.9), (1.7, bottom)) + polyline((-1.7, top + 0.6), (-1.7, bottom))
    if closed:
        edges += polyline((-1.7, bottom), (1.7, bottom))
    count = max(1, int((bottom - top - 3) // spacing) + 1)
    places: tuple[Point, ...] = tuple((0.0, top + 2.6 + spacing * number) for number in range(count))
    return (Line(edges, "fine"), Buttons(tuple(place for place in places if place[1] < bottom - 1.2), 0.7))


def chest_pocket(x: float, y: float) -> tuple[Item, ...]:
    """Return a pocket with a pointed lower edge; (x, y) is the middle of its upper edge."""
    shape = path(
        (x - 4.4, y), ((x + 4.4, y),), ((x + 4.4, y + 8.6),), ((x, y + 10.4),), ((x - 4.4, y + 8.6),), close=True
    )
    return (Part(shape), Line(polyline((x - 4.4, y + 1.8), (x + 4.4, y + 1.8)), "stitch"))


def ribs(frame: Frame, depth: float) -> tuple[Item, ...]:
    """Return the ribbed band at the hem."""
    top, bottom = frame.length - depth, frame.length + 0.8
    inset = 0.8 if not frame.flared else -0.6
    half = frame.width(top) - inset
    count = round(half / 1.9)
    lines = "".join(
        both((half * (k + 0.5) / count, top + 2), ((half * (k + 0.5) / count, bottom + 0.7),)) for k in range(count)
    )
    return (Part(frame.between(top, bottom, inset), "trim"), Line(lines, "fine"))


def belt(frame: Frame, *, tied: bool = False) -> tuple[Item, ...]:
    """Return a belt at the waist, with a buckle or a knot."""
    band = Part(frame.between(WAIST - 1.6, WAIST + 2.2, -0.3), "trim")
    if tied:
        return (band, *knot(3.0, WAIST + 1.2))
    buckle = Part("M-2.6 38.9H2.6V43.9H-2.6ZM-1.5 40V42.8H1.5V40Z", "metal")
    return (band, buckle)


def knot(x: float, y: float) -> tuple[Item, ...]:
    """Return a tied knot with two hanging ends."""
    ends = path(
        (x - 0.6, y),
        ((x - 2, y + 6), (x - 1.6, y + 12), (x - 3, y + 18)),
        ((x - 0.2, y + 18.6),),
        ((x + 0.8, y + 12), (x + 0.2, y + 6), (x + 0.8, y)),
        close=True,
    )
    other = path(
        (x, y),
        ((x + 2.6, y + 5), (x + 3.4, y + 10), (x + 3.2, y + 14.6)),
        ((x + 6, y + 13.8),),
        ((x + 5.6, y + 9), (x + 4, y + 4), (x + 1.4, y)),
        close=True,
    )
    return (
        Part(ends, "trim"),
        Part(other, "trim"),
        Part(
            path(
                (x - 1.4, y - 2),
                ((x, y - 2.8), (x + 1.6, y - 2.6), (x + 2.2, y - 1.6)),
                ((x + 2.4, y + 1), (x + 1, y + 2), (x - 0.8, y + 1.6)),
                close=True,
            ),
            "trim",
        ),
    )


def bow(y: float) -> tuple[Item, ...]:
    """Return a soft pussy bow at the middle front."""
    tail = ((1.8, y + 6), (2.2, y + 13), (3.4, y + 19))
    tails = both((0.2, y), tail, ((6.4, y + 18),), ((4.6, y + 12), (3.4, y + 6), (1.4, y)), close=True)
    loops = both(
        (0.4, y - 0.8),
        ((3.4, y - 4.6), (8, y - 5), (8.6, y - 1.6)),
        ((8.8, y + 2), (4, y + 2.6), (0.4, y + 1)),
        close=True,
    )
    middle = symmetric(
        (0, y - 1.7), ((1.2, y - 1.8), (1.6, y - 1.4), (1.6, y)), ((1.6, y + 1.6), (1.2, y + 1.9), (0, y + 1.9))
    )
    return (
        Part(tails),
        Part(loops),
        Line(both((1.6, y), ((3, y - 0.6), (4.4, y - 1), (5.6, y - 1.2))), "fine"),
        Part(middle),
    )


def skirt_folds(waist: float, top: float, hem: float, bottom: float) -> str:
    """Return the valleys of a flared skirt, from the waist to the hem."""
    fall = bottom - top
    return "".join(
        both(
            (waist * share * 0.8, top + fall * 0.12),
            ((waist * share, top + fall * 0.4), (hem * share * 0.86, top + fall * 0.6), (hem * share, bottom + 1)),
        )
        for share in (0.17, 0.5, 0.83)
    )


def wrapped(frame: Frame, start: Point) -> tuple[Item, ...]:
    """Return the overlap of a wrapped front from `start` on the neckline, and its tie at the waist."""
    x, end = frame.width(WAIST), frame.length
    over = path(start, ((start[0] * 0.5, start[1] * 0.6 + 10), (-5, 31), (1.5 - x, min(WAIST, end - 3))))
    if end <= WAIST + 6:
        return (Line(over),)
    hem = frame.width(end)
    fall = path((0.6 - x, WAIST + 1), ((2 - x, WAIST + 14), (-hem * 0.5, end - 14), (hem * 0.16, end + 1.4)))
    return (
        Line(over),
        Line(fall),
        Part(frame.between(WAIST - 1.4, WAIST + 1.6, -0.2), "trim"),
        *knot(2.5 - x, WAIST + 0.6),
    )
