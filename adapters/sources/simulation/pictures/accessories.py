"""Bag and scarf, seen from the front; the silhouette of the vocabulary picks their shape."""

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part
from adapters.sources.simulation.pictures.paths import Point, both, path, polyline, symmetric

Item = Part | Line | Buttons
#: Half width at the top and bottom, height, and radius of the lower corners, in centimetres.
_BAGS = {
    "straight": (17.0, 17.0, 30.0, 1.5),
    "a_line": (14.0, 19.0, 25.0, 4.0),
    "fit_flare": (13.0, 17.5, 24.0, 12.0),
    "oversized": (22.0, 20.0, 33.0, 6.0),
    "tailored": (15.0, 17.0, 21.0, 1.2),
    "wrap": (15.0, 15.0, 19.0, 5.0),
}
_TAILS = {"crop": 46.0, "hip": 54.0, "mini": 62.0, "knee": 72.0, "midi": 82.0, "maxi": 92.0}


def bag(look: Look) -> Drawing:
    top, low, high, corner = _BAGS[look.silhouette]
    shape = symmetric(
        (0, 0.6),
        ((top * 0.5, 0.6), (top * 0.8, 0.3), (top, 0)),
        ((top + (low - top) * 0.4, high * 0.35), (low, (high - corner) * 0.7), (low, high - corner)),
        ((low, high - corner * 0.4), (low - corner * 0.4, high), (low - corner, high)),
        ((low * 0.4, high + 0.5), (low * 0.2, high + 0.5), (0, high + 0.5)),
    )
    reach = {"wrap": 26.0, "fit_flare": 20.0, "straight": 18.0, "oversized": 17.0}.get(look.silhouette, 12.0)
    grip = top * (0.93 if look.silhouette in {"wrap", "fit_flare"} else 0.52)
    handle = both((0, -reach), ((grip * 0.7, -reach), (grip, -reach * 0.62), (grip, 2.5)))
    behind = both((0, -reach + 1.8), ((grip * 0.6, -reach + 1.8), (grip * 0.9, -reach * 0.56), (grip * 0.9, 0)))
    folds = both((low * 0.8, high), ((low * 0.7, high * 0.7), (top * 0.7, high * 0.4), (top * 0.72, 4)))
    double = look.silhouette in {"straight", "oversized", "a_line"}
    items: list[Item] = [Line(behind, "tie")] if double else []
    if not double:
        items.append(Line(handle, "tie"))
    items.append(Part(shape, folds=folds))
    items += _front(look.silhouette, top, low, high)
    if double:
        items += [
            Line(handle, "tie"),
            Part(
                both(
                    (grip - 1.5, 1),
                    ((grip + 1.5, 1),),
                    ((grip + 1.5, 5.4),),
                    ((grip, 6.6),),
                    ((grip - 1.5, 5.4),),
                    close=True,
                ),
                "trim",
            ),
        ]
        items.append(Buttons(((grip, 3.6), (-grip, 3.6)), 0.6))
    else:
        items.append(Buttons(((grip, 2), (-grip, 2)), 1.1))
    half = max(top, low)
    return Drawing(tuple(items), -half, half, -reach - 1, high + 0.5, cut=high * 0.55, largest=5.6, stands=True)


def _front(silhouette: str, top: float, low: float, high: float) -> list[Item]:
    """Return flap, lock or seams."""
    if silhouette in {"tailored", "wrap"}:
        flap = symmetric(
            (0, -0.4),
            ((top * 0.6, -0.4), (top, -0.6), (top + 0.4, 0.6)),
            ((top + 0.8, high * 0.3), (top * 0.9, high * 0.5), (top * 0.56, high * 0.56)),
            ((top * 0.3, high * 0.6), (top * 0.2, high * 0.6), (0, high * 0.6)),
        )
        seam = symmetric(
            (top - 0.8, 1.4),
            ((top - 0.4, high * 0.28), (top * 0.84, high * 0.47), (top * 0.54, high * 0.52)),
            ((top * 0.3, high * 0.56), (top * 0.2, high * 0.56), (0, high * 0.56)),
            close=False,
        )
        y = high * 0.6
        return [
            Part(flap),
            Line(seam, "stitch"),
            Part(f"M-2 {y - 2.6:.1f}H2V{y + 1.4:.1f}L0 {y + 2.6:.1f}L-2 {y + 1.4:.1f}Z", "metal"),
        ]
    if silhouette == "fit_flare":
        gathers = "".join(
            both((top * k, 2.4), ((top * k * 1.05, 6), (top * k * 1.1, 8), (top * k * 1.14, 11 + 12 * (k % 0.3))))
            for k in (0.12, 0.34, 0.58, 0.8)
        )
        rim = symmetric((0, 2.8), ((top * 0.5, 2.8), (top * 0.8, 2.4), (top + 0.5, 2)), close=False)
        return [Line(rim), Line(gathers, "fine")]
    if silhouette == "a_line":
        y = high * 0.72
        return [
            Line(symmetric((low - 0.4, y), ((low * 0.6, y + 1), (low * 0.3, y + 1.2), (0, y + 1.2)), close=False)),
            Line(symmetric((top + 0.2, 2), ((top * 0.6, 2.6), (top * 0.3, 2.8), (0, 2.8)), close=False), "stitch"),
            Part("M-3 -.6H3V2.6L1 4.6H-1L-3 2.6Z", "trim"),
        ]
    return [
        Line(symmetric((top - 0.2, 2), ((top * 0.6, 2.6), (top * 0.3, 2.8), (0, 2.8)), close=False), "stitch"),
        Line(both((low - 1.6, high - 1.6), ((0, high - 1.2),)), "stitch"),
    ]


def _fringe(start: Point, end: Point) -> str:
    """Return nine threads that hang from the edge between two points."""
    edge = [(start[0] + (end[0] - start[0]) * k / 8, start[1] + (end[1] - start[1]) * k / 8) for k in range(9)]
    return "".join(polyline((x, y), (x - 0.3 + 0.6 * (k % 2), y + 5)) for k, (x, y) in enumerate(edge))


def scarf(look: Look) -> Drawing:
    """Draw a scarf as it is worn: a loop around the neck and two tails; the length is that of the tails."""
    end = _TAILS[look.length]
    wide = {"oversized": 14.0, "tailored": 8.0, "a_line": 12.6, "fit_flare": 11.4}.get(look.silhouette, 10.4)
    grow = {"a_line": 3.6, "fit_flare": 1.6}.get(look.silhouette, 0.6)
    left = path(
        (-13, 8),
        ((-14, end * 0.4), (-12 - grow, end * 0.7), (-13 - grow, end)),
        ((-13 + wide + grow * 0.4, end + 1.6),),
        ((-12 + wide, end * 0.6), (-10 + wide, end * 0.4), (-4 + wide * 0.3, 12)),
        close=True,
    )
    short = end - (9.0 if look.silhouette != "straight" else 0.0)
    right = path(
        (4 - wide * 0.3, 12),
        ((3.4, short * 0.4), (4, short * 0.7), (3, short + 1.4)),
        ((3.4 + wide + grow, short),),
        ((4 + wide + grow, short * 0.7), (15, short * 0.4), (13, 8)),
        close=True,
    )
    fringes: list[Item] = [
        Line(_fringe((-12.7 - grow, end), (-13.3 + wide + grow * 0.4, end + 1.6))),
        Line(_fringe((3.4, short + 1.4), (3 + wide + grow, short))),
    ]
    loop = path(
        (-17, 2),
        ((-19, 12), (-10, 23), (1, 24)),
        ((12, 24), (19, 12), (17, 2)),
        ((15, -5), (11, -8), (8, -8)),
        ((10, 0), (6, 7), (0, 7.6)),
        ((-6, 7), (-10, 0), (-8, -8)),
        ((-11, -8), (-15, -5), (-17, 2)),
        close=True,
    )
    back = symmetric((0, -11), ((4, -11), (7, -10), (8.6, -7.6)), ((9, 0), (5, 7.6), (0, 8)))
    creases = "M-15 0C-13 10 -6 16 2 17M-12 -4C-10 6 -5 11 1 12M15 0C14 9 9 16 2 20M11 -5C10 5 6 10 2 11"
    lines = "M-16.4 5C-12 14 -5 19 3 19.6M-12 -5C-11 4 -6 11 0 12.4M15.6 3C12 9 8 12 3 13"
    down = (
        f"M-9 20C-9 {end * 0.5:.0f} -10 {end * 0.7:.0f} -9.4 {end:.0f}M-5 22C-4 {end * 0.5:.0f} -5"
        f" {end * 0.7:.0f} -4.6 {end:.0f}"
    )
    tails: list[Item] = [
        Part(right, tilt=-4.0, folds=f"M8 20C9 {end * 0.4:.0f} 8 {end * 0.6:.0f} 9 {end:.0f}"),
        Part(left, tilt=4.0, folds=down),
    ]
    if look.silhouette == "wrap":
        low = end * 0.3 + 10
        ring = symmetric(
            (0, 4),
            ((9, 4), (15, 4), (18, 8)),
            ((23, 14), (20, low * 0.9), (11, low)),
            ((7, low + 2), (3, low + 2.4), (0, low + 2.4)),
        )
        drape = f"M-18 10C-13 {low * 0.7:.1f} -4 {low * 0.8:.1f} 4 {low * 0.78:.1f}"
        drape += (
            f"M-20 17C-14 {low * 0.94:.1f} -2 {low:.1f} 8 {low * 0.9:.1f}M18 11C14 {low * 0.7:.1f} 8"
            f" {low * 0.84:.1f} 0 {low * 0.88:.1f}"
        )
        tails = [Part(ring, tilt=-14.0, folds=drape), Line(drape, "fine")]
        fringes = []
    items: tuple[Item, ...] = (
        Part(back, "inside"),
        *fringes,
        *tails,
        Part(loop, tilt=-24.0, folds=creases),
        Line(lines, "fine"),
    )
    bottom = end * 0.3 + 12 if look.silhouette == "wrap" else end + 7
    return Drawing(items, -20, 20, -11, bottom, cut=end * 0.55, largest=5.0)


GARMENTS = {"bag": bag, "scarf": scarf}
