"""Hats: beanie, slouchy beanie, bucket hat, sun hat, fedora and beret; the silhouette of the vocabulary picks one."""

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part
from adapters.sources.simulation.pictures.paths import both, path, polyline, symmetric


def hat(look: Look) -> Drawing:
    return _HATS[look.silhouette](look)


def _beanie(height: float, lean: float) -> Drawing:
    crown = path(
        (-11.6, 14),
        ((-13.6, 2), (-10 + lean * 0.3, -height), (lean, -height)),
        ((11 + lean, -height), (13.6 + lean * 0.4, 2), (11.6, 14)),
        close=True,
    )
    band = symmetric(
        (0, 12.6), ((5, 12.6), (9, 12), (12.2, 11)), ((12.6, 14), (12.4, 17), (12, 19.2)), ((9, 20.4), (5, 21), (0, 21))
    )
    count = 8
    ribs = "".join(both((11.6 * (k + 0.5) / count, 13.2), ((11.6 * (k + 0.5) / count, 20.2),)) for k in range(count))
    seams = "".join(
        path((lean, -height + 0.6), ((lean + 4 * k, -height + 4), (5 * k, 4), (5.2 * k, 12.4)))
        for k in (-1.5, -0.6, 0.4, 1.3)
    )
    return Drawing(
        (
            Part(crown, folds=f"M-6 12C-8 4 -6 -4 {lean:g} {-height + 2:g}M5 12C8 4 6 -4 {lean + 2:g} {-height + 3:g}"),
            Line(seams, "fine"),
            Part(band),
            Line(ribs, "fine"),
        ),
        -16,
        16,
        -height - 1,
        21,
        cut=3,
        largest=7.4,
        stands=True,
        weave=0.7,
    )


def _brimmed(look: Look, half: float, rise: float, crown: float, *, dented: bool = False) -> Drawing:
    brim = symmetric(
        (0, 7),
        ((half * 0.5, 7), (half * 0.8, 9), (half, 12 - rise)),
        ((half * 0.9, 17 - rise * 0.3), (half * 0.5, 19), (0, 19)),
    )
    top = (
        symmetric(
            (0, -crown + 3),
            ((3, -crown), (7, -crown - 1), (8.6, -crown + 2)),
            ((10.4, -crown + 8), (11.4, 4), (12, 11)),
            ((8, 14), (4, 14.6), (0, 14.6)),
        )
        if dented
        else symmetric(
            (0, -crown),
            ((6, -crown), (10, -crown + 3), (10.6, -crown + 9)),
            ((11.2, 2), (11.6, 6), (12, 11)),
            ((8, 14), (4, 14.6), (0, 14.6)),
        )
    )
    band = symmetric((0, 9.4), ((4, 9.4), (8, 8.8), (11.6, 6.4)), ((12.1, 11.4),), ((8, 14.2), (4, 14.8), (0, 14.8)))
    edge = symmetric(
        (half * 0.95, 12.6 - rise), ((half * 0.86, 16 - rise * 0.3), (half * 0.5, 17.8), (0, 17.8)), close=False
    )
    crease = (
        "M0 0"
        if not dented
        else f"M0 {-crown + 3.4:g}C-1 {-crown + 8:g} -1 {-crown + 10:g} 0 {-crown + 13:g}M6 {-crown + 4:g}"
        f"C4 {-crown + 8:g} 4 {-crown + 11:g} 6 {-crown + 14:g}"
    )
    return Drawing(
        (
            Part(brim, folds=both((half * 0.9, 12), ((half * 0.6, 14), (14, 15), (6, 16)))),
            Line(edge, "stitch"),
            Part(top, folds=crease),
            Part(band, "trim" if look.pattern == "solid" else "second"),
            Part("M10 8.4L14.6 6.2L13.6 10L15.4 13.4L10.4 12.4Z", "trim"),
        ),
        -half,
        half,
        -crown,
        19,
        cut=0,
        largest=6.4,
        stands=True,
        weave=0.8,
    )


def _bucket(_look: Look) -> Drawing:
    brim = symmetric((0, 8), ((6, 8), (10, 7), (12, 5)), ((15, 10), (17, 14), (18.6, 18)), ((12, 22), (6, 23), (0, 23)))
    crown = symmetric(
        (0, -9), ((5, -9), (8.6, -8.4), (9.4, -7)), ((10.6, -2), (11.6, 3), (12.4, 6.6)), ((8, 9.4), (4, 10), (0, 10))
    )
    rows = "".join(
        symmetric(
            (12.6 + 2 * k, 7.4 + 3.6 * k),
            ((8 + 2 * k, 10.6 + 3.4 * k), (4 + k, 11.6 + 3.4 * k), (0, 11.6 + 3.4 * k)),
            close=False,
        )
        for k in (0.5, 1.4, 2.3)
    )
    return Drawing(
        (
            Part(brim),
            Line(rows, "stitch"),
            Part(crown, folds="M-6 8C-7 2 -6 -4 -4 -8M6 8C7 3 6 -3 5 -7"),
            Line(symmetric((9.2, -6.4), ((6, -5), (3, -4.8), (0, -4.8)), close=False), "fine"),
            Buttons(((-9.6, 2.4), (-8.4, 3)), 0.5),
        ),
        -18.6,
        18.6,
        -9,
        23,
        cut=6,
        largest=6.6,
        stands=True,
        weave=0.7,
    )


def _beret(_look: Look) -> Drawing:
    top = path(
        (-11, 12),
        ((-20, 9), (-22, -2), (-12, -7)),
        ((-4, -11), (14, -10), (20, -3)),
        ((24, 3), (18, 11), (11, 12.6)),
        ((4, 14), (-4, 14), (-11, 12)),
        close=True,
    )
    band = symmetric((0, 12), ((5, 12), (9, 11.6), (11.4, 11)), ((11.6, 15.4),), ((8, 16.8), (4, 17.2), (0, 17.2)))
    return Drawing(
        (
            Line(polyline((2, -9.4), (3, -12)), "tie"),
            Part(band, "trim"),
            Part(top, tilt=-6.0, folds="M-8 11C-14 6 -12 0 -4 -4M9 12C17 8 18 2 10 -4M0 13C0 8 2 2 6 -2"),
        ),
        -22,
        22,
        -12,
        17,
        cut=4,
        largest=6.4,
        stands=True,
        weave=0.7,
    )


_HATS = {
    "straight": lambda _look: _beanie(9.0, 0.0),
    "oversized": lambda _look: _beanie(15.0, 3.0),
    "fit_flare": lambda look: _brimmed(look, 27.0, 1.0, 10.0),
    "tailored": lambda look: _brimmed(look, 20.0, 3.4, 12.0, dented=True),
    "a_line": _bucket,
    "wrap": _beret,
}

GARMENTS = {"hat": hat}
