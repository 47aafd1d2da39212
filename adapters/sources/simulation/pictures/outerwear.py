"""Blazer, jacket and coat: open fronts, lapels, pockets."""

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures.details import belt, ribs
from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part
from adapters.sources.simulation.pictures.frames import LENGTHS, WAIST, Frame
from adapters.sources.simulation.pictures.lapels import lapels
from adapters.sources.simulation.pictures.necklines import neckline
from adapters.sources.simulation.pictures.paths import both, polyline
from adapters.sources.simulation.pictures.sleeves import Cuff
from adapters.sources.simulation.pictures.tops import assembled

Item = Part | Line | Buttons


def _frame(look: Look, ease: float, longer: float) -> Frame:
    return Frame.of(look.silhouette, LENGTHS[look.length] + longer, ease=ease, bare=look.sleeve == "sleeveless")


def _seams(frame: Frame) -> tuple[Item, ...]:
    """Return the darts of a tailored front, or the pleats of a flared one."""
    end = frame.length
    low = min(WAIST + 12, end - 4)
    if frame.silhouette == "tailored":
        return (Line(both((12.4, 24), ((11.4, 34), (10.6, 40), (11.6, low))), "fine"),)
    if frame.flared:
        x = frame.width(WAIST)
        return (Line(both((x * 0.6, WAIST), ((x * 0.7, WAIST + 8), (x * 0.86, WAIST + 14), (x, low + 4))), "fine"),)
    return ()


def _flap(x: float, y: float, half: float = 6.2) -> tuple[Item, ...]:
    d = both((x - half, y + 0.5), ((x + half, y - 0.3),), ((x + half, y + 3.6),), ((x - half, y + 4.4),), close=True)
    return (Part(d), Line(both((x - half, y + 0.5), ((x + half, y - 0.3),))))


def _welt(x: float, y: float) -> tuple[Item, ...]:
    return (Part(both((x, y), ((x + 2.2, y + 0.6),), ((x + 4.6, y + 13),), ((x + 2.2, y + 13.4),), close=True)),)


def blazer(look: Look) -> Drawing:
    frame = _frame(look, 0.6, 6)
    end = frame.length
    front, opening = lapels(look.neckline, 36.0 if end > 56 else 30.0)
    extras: tuple[Item, ...] = _seams(frame)
    extras += (Line(f"M0 {opening:.1f}L0 {end - 8:.1f}C0 {end - 3:.1f} -2.6 {end:.1f} -7 {end + 1.2:.1f}"),)
    extras += (Line(f"M0 {end - 8:.1f}C0 {end - 3:.1f} 2.6 {end:.1f} 7 {end + 1.2:.1f}"),)
    if look.silhouette == "wrap":
        extras += belt(frame, tied=True)
    elif look.silhouette == "oversized":
        extras += (Buttons(tuple((x, opening + y) for y in (2.5, 10.5) for x in (-4.6, 4.6)), 1.0),)
    else:
        extras += (Buttons(((1.6, opening + 2.2), (1.6, opening + 10)), 1.0),)
    extras += (*_flap(13.6, min(54.0, end - 12)), Part("M9.6 24.6L16.2 23.4L16.5 25.4L9.9 26.6Z"))
    return assembled(look, frame, front, Cuff("stitch", 5.0), extras)


def jacket(look: Look) -> Drawing:
    frame = _frame(look, 1.6, -1)
    end = frame.length
    neck = neckline(look.neckline)
    top = 1.0 if look.neckline == "turtle" else neck.depth
    zipper: tuple[Item, ...] = (
        Line(polyline((-1.1, top), (-1.1, end + 1)) + polyline((1.1, top), (1.1, end + 1)), "fine"),
        Line(polyline((0, top), (0, end + 1)), "stitch"),
        Part(f"M-.7 {top + 2:.1f}H.7L1 {top + 5.6:.1f}H-1Z", "metal"),
    )
    extras: tuple[Item, ...] = _seams(frame)
    if look.silhouette == "wrap":
        extras += belt(frame, tied=True)
    pockets = _welt(10.4, min(42.0, end - 20))
    yoke = (
        (
            Line(
                both(
                    (1.2, 20),
                    ((8, 20.4), (14, 20.6), (frame.shoulder[0] - 1.6, 20)),
                ),
                "fine",
            ),
        )
        if look.neckline in {"collar", "round", "turtle"}
        else ()
    )
    hem = ribs(frame, 5.0) if look.silhouette in {"straight", "oversized", "fit_flare"} and end < 90 else ()
    rib = Cuff("rib", 5.0) if hem else Cuff("band", 5.0)
    return assembled(look, frame, neck, rib, (*extras, *yoke, *pockets, *hem, *zipper))


def coat(look: Look) -> Drawing:
    frame = _frame(look, 2.4, 6)
    end = frame.length
    front, opening = lapels(look.neckline, 30.0)
    extras: tuple[Item, ...] = _seams(frame)
    over = 6.4 if look.silhouette in {"straight", "oversized", "tailored"} else 0.0
    extras += (Line(polyline((over, opening + (over and -2.0)), (over, end + 1.2))),)
    rows = [opening + 3 + 11 * k for k in range(4) if opening + 3 + 11 * k < min(end - 5, 76)]
    if look.silhouette == "wrap":
        extras += belt(frame, tied=True)
    elif over:
        extras += (Buttons(tuple((x, y) for y in rows for x in (-3.6, 3.8)), 1.3),)
    else:
        extras += (Buttons(tuple((1.8, y) for y in rows), 1.3),)
    extras += _flap(15.2, 62.0, 6.6) if end > 76 else _welt(12.4, min(44.0, end - 18))

    return assembled(look, frame, front, Cuff("stitch", 6.5), extras)


GARMENTS = {"blazer": blazer, "jacket": jacket, "coat": coat}
