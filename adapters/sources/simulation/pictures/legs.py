"""Garments from the waist down: skirt, trousers, jeans and shorts; y = 0 is the waist."""

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures.details import knot, skirt_folds
from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part
from adapters.sources.simulation.pictures.frames import waves
from adapters.sources.simulation.pictures.paths import both, path, polyline, smooth, symmetric

Item = Part | Line | Buttons
_SKIRTS = {"crop": 32.0, "hip": 37.0, "mini": 43.0, "knee": 58.0, "midi": 78.0, "maxi": 98.0}
_TROUSERS = {"hip": 34.0, "mini": 42.0, "knee": 60.0, "crop": 76.0, "midi": 88.0, "maxi": 104.0}
_SHORTS = {"crop": 27.0, "hip": 31.0, "mini": 35.0, "knee": 46.0, "midi": 54.0, "maxi": 62.0}
#: Half width at the waist, at the hips (20 cm below), and growth of a skirt per centimetre below the hips.
_SKIRT_CUTS = {
    "straight": (16.6, 22.6, 0.02),
    "a_line": (16.2, 22.8, 0.2),
    "fit_flare": (16.0, 26.0, 0.34),
    "oversized": (18.4, 27.6, 0.12),
    "tailored": (16.0, 22.2, -0.06),
    "wrap": (16.4, 23.2, 0.09),
}
#: Half width of waist and hips, then the width of a leg at the knee (52 cm) and at the ankle (104 cm).
_LEG_CUTS = {
    "straight": (18.4, 22.6, 20.0, 19.0),
    "a_line": (18.0, 22.8, 25.0, 31.0),
    "fit_flare": (17.8, 21.8, 17.0, 25.0),
    "oversized": (19.4, 25.6, 27.0, 20.0),
    "tailored": (17.8, 21.8, 16.8, 13.0),
    "wrap": (18.4, 23.6, 23.0, 20.0),
}
_BAND = 4.0


def _waistband(half: float, *, tied: bool = False) -> Part:
    flare = 0.9
    return Part(
        symmetric(
            (0, 0.8),
            ((half * 0.4, 0.8), (half * 0.7, 0.6), (half, 0)),
            ((half + flare, _BAND),),
            ((half * 0.7, _BAND + 0.7), (half * 0.4, _BAND + 0.9), (0, _BAND + 0.9)),
        ),
        "trim" if tied else "cloth",
    )


def _back(half: float) -> Part:
    return Part(
        symmetric(
            (0, -1.6),
            ((half * 0.5, -1.6), (half * 0.8, -1.2), (half, 0)),
            ((half * 0.7, 0.8), (half * 0.4, 1.2), (0, 1.2)),
        ),
        "inside",
    )


def skirt(look: Look) -> Drawing:
    waist, hips, growth = _SKIRT_CUTS[look.silhouette]
    end = _SKIRTS[look.length]
    hem = hips + growth * (end - 20)
    flared = look.silhouette == "fit_flare"
    side = (
        smooth([(waist + 0.9, _BAND), (hips, 20), (hem, end)])
        if not flared
        else (((waist + 4, 14), (hem - growth * (end - 12), end * 0.6), (hem, end)),)
    )
    low = waves(hem, end) if flared else (((hem * 0.66, end + 1.3), (hem * 0.33, end + 1.8), (0, end + 1.8)),)
    folds = (
        skirt_folds(waist, 0, hem, end)
        if flared
        else both((hem * 0.6, end), ((hem * 0.56, end * 0.75), (hips * 0.5, end * 0.5), (hips * 0.44, 22)))
    )
    if look.silhouette in {"a_line", "oversized", "wrap"}:
        folds += both((hem * 0.24, end), ((hem * 0.22, end * 0.75), (hips * 0.2, end * 0.5), (hips * 0.18, 16)))
    items: list[Item] = [_back(waist), Part(symmetric((0, _BAND), ((waist + 0.9, _BAND),), *side, *low), folds=folds)]
    if not flared:
        y, x = end - 2.4, hem - 0.2
        items.append(
            Line(symmetric((x, y), ((x * 0.66, y + 1.2), (x * 0.33, y + 1.8), (0, y + 1.8)), close=False), "stitch")
        )
    items += _skirt_details(look.silhouette, waist, hips, hem, end)
    if look.silhouette == "wrap":
        items += [_waistband(waist, tied=True), *knot(-waist * 0.62, 2.4)]
    else:
        items.append(_waistband(waist))
    if look.silhouette == "oversized":
        items.append(Line("".join(both((waist * k / 9, 1.4), ((waist * k / 9, 4),)) for k in range(1, 9)), "fine"))
    elif look.silhouette == "a_line":
        items.append(Buttons(((0, 2.8), *((0.0, 9 + 7.0 * k) for k in range(int((end - 12) // 7)))), 0.9))
    return Drawing(tuple(items), -hem, hem, -1.6, end + 2.5, cut=end * 0.55)


def _skirt_details(silhouette: str, waist: float, hips: float, hem: float, end: float) -> list[Item]:
    if silhouette == "tailored":
        darts = both((waist * 0.55, _BAND + 0.8), ((waist * 0.6, 16),))
        return [
            Line(darts, "fine"),
            Line(path((hem * 0.42, end + 1.4), ((hem * 0.42, end - 16),))),
            Line(path((hem * 0.42, end - 16), ((hem * 0.3, end - 18.5),)), "fine"),
        ]
    if silhouette == "a_line":
        return [
            Line(polyline((1.8, _BAND), (1.8, end + 1.6)) + polyline((-1.8, _BAND), (-1.8, end + 1.6)), "fine"),
            Line(both((waist * 0.66, _BAND), ((waist * 0.8, 9), (waist, 12), (hips - 1.4, 14)))),
        ]
    if silhouette == "wrap":
        return [
            Line(
                path(
                    (-waist * 0.62, _BAND),
                    ((-waist * 0.7, end * 0.5), (-hem * 0.3, end * 0.82), (hem * 0.2, end + 1.6)),
                )
            )
        ]
    if silhouette in {"oversized", "fit_flare"}:
        return [
            Line(
                "".join(
                    both(
                        (waist * k, _BAND + 0.8),
                        ((waist * k * 1.08, 9), (waist * k * 1.16, 13), (waist * k * 1.24, 17 + 20 * (k % 0.3))),
                    )
                    for k in (0.14, 0.36, 0.6, 0.84)
                ),
                "fine",
            )
        ]
    return [
        Line(both((waist * 0.55, _BAND + 0.8), ((waist * 0.58, 13),)), "fine"),
        Line(path((0, _BAND), ((0, 18),)), "fine"),
    ]


def _legs(look: Look, lengths: dict[str, float], details: tuple[Item, ...], *, loops: bool) -> Drawing:
    waist, hips, knee, ankle = _LEG_CUTS[look.silhouette]
    end, crotch = lengths[look.length], 27.0 if lengths is not _SHORTS else 22.0
    spread = 0.085 if look.silhouette != "a_line" else 0.1

    def leg(y: float) -> float:
        """Return the width of a leg at this height."""
        thigh = hips - 0.5
        return (
            thigh + (knee - thigh) * (y - crotch) / (52 - crotch) if y < 52 else knee + (ankle - knee) * (y - 52) / 52
        )

    inner = 1.0 + spread * (end - crotch) * 0.55
    if end > 52:
        inner += max(0.0, 20 - knee) * 0.12
    outer = inner + leg(end)
    points = [(waist + 0.9, _BAND), (hips, 19.0)]
    if end > 60:
        points.append((1.0 + spread * (52 - crotch) * 0.55 + leg(52.0), 52.0))
    side = smooth([*points, (outer, end)])
    middle = (inner + outer) / 2
    hem = ((outer - (outer - inner) * 0.3, end + 1.2), (inner + (outer - inner) * 0.3, end + 1.2), (inner, end + 0.4))
    inside = ((inner * 0.9, end * 0.7 + crotch * 0.3), (0.9, crotch + 8), (0, crotch))
    folds = both((1, crotch - 1), ((6, crotch), (11, crotch - 2), (14, crotch - 5)))
    folds += both((1.5, crotch + 3), ((6, crotch + 5), (9, crotch + 6), (13, crotch + 5)))
    if end > 55:
        folds += both((inner + 1, 51), ((middle - 1, 53), (middle + 2, 52), (middle + 5, 49)))
        folds += both((inner + 1, end - 9), ((middle - 1, end - 7), (middle + 2, end - 8), (middle + 4, end - 10)))
    shape = symmetric((0, _BAND), ((waist + 0.9, _BAND),), *side, hem, inside)
    stitch = both((inner + 0.2, end - 1.8), ((middle, end - 1),), ((outer - 0.2, end - 2.2),))
    items: list[Item] = [
        _back(waist),
        Part(shape, folds=folds),
        Line(stitch, "stitch"),
        Line(path((0, _BAND), ((0, crotch),))),
    ]
    if look.silhouette in {"tailored", "straight", "oversized"} and look.garment == "trousers":
        items.append(
            Line(both((waist * 0.56, _BAND + 1), ((waist * 0.6, 20), (middle, end * 0.5), (middle, end))), "fine")
        )
    if look.silhouette == "oversized":
        items.append(
            Line(
                both((waist * 0.36, _BAND + 1), ((waist * 0.4, 14),))
                + both((waist * 0.72, _BAND + 1), ((waist * 0.78, 12),)),
                "fine",
            )
        )
    items += details
    if look.silhouette == "wrap":
        items += [_waistband(waist, tied=True), *knot(0.0, 3.0)]
    else:
        items += [_waistband(waist), Buttons(((0.4, 2.7),), 0.9)]
    if loops and look.silhouette != "wrap":
        items.append(Line(both((waist * 0.52, 0.2), ((waist * 0.53, 5),)), "seam"))
    half = max(outer, hips)
    return Drawing(tuple(items), -half, half, -1.6, end + 1.6, cut=end * 0.5)


def trousers(look: Look) -> Drawing:
    pockets = Line(both((12.6, _BAND + 0.6), ((20.4, 17),)))
    return _legs(look, _TROUSERS, (pockets, _fly("fine")), loops=True)


def jeans(look: Look) -> Drawing:
    scoop = both((9.4, _BAND + 0.8), ((10, 10), (14, 13), (21.0, 13)))
    under = both((8.6, _BAND + 0.8), ((9.2, 11), (13.4, 14), (21.2, 14)))
    coin = path((-17.4, 8.4), ((-12.4, 8),), ((-12, 11.4),))
    seams = both((1.2, 25), ((0.9, 16),))
    details: tuple[Item, ...] = (
        Line(scoop),
        Line(under, "stitch"),
        Line(coin, "stitch"),
        Line(seams, "stitch"),
        _fly("stitch"),
    )
    details += (Line(both((1, 2), ((15, 1.4),)), "stitch"), Buttons(((9.8, 6.4), (-9.8, 6.4)), 0.5))
    return _legs(look, _TROUSERS, details, loops=True)


def shorts(look: Look) -> Drawing:
    pockets = Line(both((12.0, _BAND + 0.6), ((20.4, 15),)))
    return _legs(look, _SHORTS, (pockets, _fly("stitch")), loops=True)


def _fly(kind: str) -> Line:
    return Line(path((3.4, _BAND + 0.8), ((3.4, 12), (3.2, 17), (0, 19))), "stitch" if kind == "stitch" else "fine")


GARMENTS = {"skirt": skirt, "trousers": trousers, "jeans": jeans, "shorts": shorts}
