"""Light garments for the upper body: dress, T-shirt, shirt, blouse, knitwear and hoodie."""

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures.details import belt, bow, chest_pocket, placket, ribs, skirt_folds, wrapped
from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part
from adapters.sources.simulation.pictures.frames import LENGTHS, WAIST, Frame
from adapters.sources.simulation.pictures.necklines import Neck, neckline
from adapters.sources.simulation.pictures.paths import both, path, symmetric
from adapters.sources.simulation.pictures.sleeves import Cuff, sleeves

Item = Part | Line | Buttons


def body(frame: Frame, neck: Neck, dip: float = 1.6) -> str:
    """Return the outline of front and back, with the opening of the neck."""
    return symmetric(neck.start, *neck.front, (frame.shoulder,), frame.armhole(), *frame.side(), *frame.hem(dip))


def assembled(
    look: Look, frame: Frame, neck: Neck, cuff: Cuff, extras: tuple[Item, ...], *, dip: float = 1.6
) -> Drawing:
    """Put sleeves behind the body, and collar and details onto it."""
    items: list[Item] = [*neck.behind, *sleeves(look.sleeve, frame, cuff)]
    items.append(Part(body(frame, neck, dip), folds=_folds(frame)))
    if look.sleeve == "sleeveless":
        (sx, sy), (ux, uy) = frame.shoulder, frame.underarm
        items.append(
            Line(both((sx - 1.6, sy - 0.3), ((sx - 3.6, sy + 9), (sx - 2.6, uy - 2.6), (ux - 0.4, uy + 1.6))), "fine")
        )
    items += extras
    items += neck.onto
    reach = {"long": 16.2, "three_quarter": 15.2, "short": 12.4, "cap": 9.4}.get(look.sleeve, 0.0)
    half = max(frame.width(frame.length), frame.underarm[0], frame.shoulder[0] + reach + cuff.puff * 0.6)
    return Drawing(
        tuple(items),
        -half,
        half,
        -9.5 if look.neckline == "turtle" else -4.5,
        max(frame.length + 3, 66.0 if look.sleeve == "long" else 0),
        cut=_cut(frame),
    )


def _cut(frame: Frame) -> float:
    return WAIST if frame.length > 90 else 12 + frame.length * 0.42


def _folds(frame: Frame) -> str:
    """Return soft creases: from the underarm inwards, at the waist, and down a skirt."""
    ux, uy = frame.underarm
    creases = both((ux - 0.5, uy + 1), ((ux - 5, uy + 5), (ux - 8, uy + 10), (ux - 9, uy + 16)))
    end = frame.length
    if end > 54 and not frame.flared:
        x = frame.width(end)
        creases += both((x * 0.62, end), ((x * 0.58, end - 9), (x * 0.52, end - 16), (x * 0.46, end - 26)))

    if end > 90 and not frame.flared:
        x = frame.width(end)
        creases += both((x * 0.24, end), ((x * 0.22, end - 20), (x * 0.2, end - 30), (x * 0.18, end - 42)))
    return creases + (skirt_folds(frame.width(WAIST), WAIST, frame.width(end), end) if frame.flared else "")


def _shaped(frame: Frame, neck: Neck) -> tuple[Item, ...]:
    """Return the seams that a silhouette shows on any garment."""
    end = frame.length
    if frame.silhouette == "wrap":
        return wrapped(frame, neck.rim)
    if frame.silhouette == "tailored":
        dart = ((10.4, 34), (9.2, 38), (9.0, min(end - 2, 44)))
        lower = (((9.4, 50), (10.4, 60), (11, end)),) if end > 54 else ()
        return (Line(both((11.6, 25), dart, *lower), "fine"),)
    if frame.silhouette == "fit_flare" and frame.flared:
        x = frame.width(WAIST)
        seam = symmetric((x, WAIST), ((x * 0.6, WAIST + 1), (x * 0.3, WAIST + 1.3), (0, WAIST + 1.3)), close=False)
        pleats = both((x * 0.34, WAIST + 1.3), ((x * 0.4, 48), (x * 0.5, 56), (x * 0.55, 62 if end > 66 else 54)))
        pleats += both((x * 0.72, WAIST + 1), ((x * 0.85, 48), (x * 1.05, 54), (x * 1.2, 60 if end > 66 else 53)))
        return (Line(seam), Line(pleats, "fine"))
    return ()


def _hem(frame: Frame, above: float = 2.2, kind: str = "stitch") -> tuple[Item, ...]:
    if frame.flared:
        return ()
    y = frame.length - above
    x = frame.width(y)
    d = symmetric((x, y), ((x * 0.66, y + 1.2), (x * 0.33, y + 1.6), (0, y + 1.6)), close=False)
    return (Line(d, "stitch" if kind == "stitch" else "fine"),)


def dress(look: Look) -> Drawing:
    frame = Frame.of(look.silhouette, LENGTHS[look.length], bare=look.sleeve == "sleeveless")
    neck = neckline(look.neckline)
    extras: tuple[Item, ...] = (*_shaped(frame, neck), *_hem(frame))
    if look.neckline == "collar" and look.silhouette != "wrap":
        extras += placket(8.6, frame.length, spacing=10)
        extras += belt(frame) if look.silhouette in {"straight", "a_line"} and frame.length > 70 else ()
    if look.silhouette == "oversized" and frame.length > 76:
        y = frame.length * 0.66
        x = frame.width(y)
        extras += (
            Line(symmetric((x, y), ((x * 0.6, y + 1.4), (x * 0.3, y + 1.8), (0, y + 1.8)), close=False)),
            Line(
                "".join(
                    both(
                        (x * k, y + 1.6), ((x * k + 0.3, y + 3), (x * k + 0.2, y + 5), (x * k, y + 7 + 20 * (k % 0.3)))
                    )
                    for k in (0.12, 0.3, 0.5, 0.7, 0.88)
                ),
                "fine",
            ),
        )
    return assembled(look, frame, neck, Cuff(puff=0.6), extras)


def tshirt(look: Look) -> Drawing:
    frame = Frame.of(look.silhouette, LENGTHS[look.length], bare=look.sleeve == "sleeveless")
    neck = neckline(look.neckline, stretch=True)
    extras: tuple[Item, ...] = (*_shaped(frame, neck), *_hem(frame))
    if look.neckline == "collar" and look.silhouette != "wrap":
        extras += placket(8.6, 24, spacing=5.5, closed=True)
    return assembled(look, frame, neck, Cuff(), extras)


def shirt(look: Look) -> Drawing:
    frame = Frame.of(look.silhouette, LENGTHS[look.length], ease=0.6, bare=look.sleeve == "sleeveless")
    neck = neckline(look.neckline)
    start = 3.0 if look.neckline == "turtle" else neck.depth
    extras: tuple[Item, ...] = _shaped(frame, neck)
    extras += placket(start, frame.length + 4.4) + chest_pocket(-12.2, 24) + _yoke(neck)
    return assembled(look, frame, neck, Cuff("band", 4.6), extras, dip=5.0)


def blouse(look: Look) -> Drawing:
    frame = Frame.of(look.silhouette, LENGTHS[look.length], ease=0.4, bare=look.sleeve == "sleeveless")
    neck = neckline(look.neckline)
    ends = {"collar": 13.5, "turtle": 5.5}.get(look.neckline, neck.depth + 2.0)
    extras: tuple[Item, ...] = (*_shaped(frame, neck), *_hem(frame, 1.6, "fine"))
    if look.neckline == "collar":
        extras += placket(8.6, frame.length + 1.4, hidden=True)
    made = assembled(look, frame, neck, Cuff("band", 3.4, puff=3.2), extras)
    tie = bow(ends) if look.neckline in {"collar", "turtle", "v"} else ()
    return Drawing(made.items + tie, made.left, made.right, made.top, made.bottom, made.cut)


def knitwear(look: Look) -> Drawing:
    frame = Frame.of(look.silhouette, LENGTHS[look.length], ease=1.2, bare=look.sleeve == "sleeveless")
    neck = neckline(look.neckline, stretch=True)
    extras: tuple[Item, ...] = _shaped(frame, neck)
    if look.neckline == "collar" and look.silhouette != "wrap":
        extras += placket(8.6, 24, spacing=5.5, closed=True)
    if look.neckline == "v" and look.silhouette != "wrap":
        extras += placket(neck.depth, frame.length - 1, spacing=9)
    extras += ribs(frame, 5.6)
    return assembled(look, frame, neck, Cuff("rib", 6.0, puff=0.8), extras)


def hoodie(look: Look) -> Drawing:
    frame = Frame.of(look.silhouette, LENGTHS[look.length], ease=2.0, bare=look.sleeve == "sleeveless")
    neck = neckline("round")
    hood = symmetric(
        (0, -13.6),
        ((6.6, -13.6), (11.4, -9.6), (12.4, -3)),
        ((13, 1.2), (12.4, 5), (9.4, 9.4)),
        ((6, 12.4), (2.6, 13.6), (0, 14.2)),
    )
    mouth = symmetric((0, -9.2), ((4.8, -9.2), (7.8, -5.8), (8.2, -1)), ((8.2, 4), (4.4, 9.4), (0, 12.4)))
    top = min(40.0, frame.length - 22)
    low = frame.length - 6.4
    pocket = symmetric((0, top), ((8.6, top),), ((15.4, low - 6),), ((15.8, low),), ((0, low + 0.6),))
    cords = both((2.8, 12), ((3.2, 17), (3.6, 22), (3.0, 27)))
    extras: tuple[Item, ...] = (
        *_shaped(frame, neck),
        Part(pocket),
        Line(both((9.6, top + 0.6), ((16.2, low - 5.4),)), "stitch"),
        *ribs(frame, 6.0),
        Part(hood),
        Part(mouth, "inside"),
        Line(both((0, -11), ((5.4, -11), (9.2, -7.4), (9.8, -2.6)), ((10, 3), (7, 8.4), (1.6, 13.2))), "stitch"),
        Line(path((0, -13.6), ((0, -9.2),)), "fine"),
        Line(cords, "tie"),
    )
    made = assembled(look, frame, Neck(neck.depth, neck.front, (), ()), Cuff("rib", 6.0, puff=1.0), extras)
    return Drawing(made.items, made.left, made.right, -14, made.bottom, made.cut)


def _yoke(neck: Neck) -> tuple[Item, ...]:
    x, y = neck.shoulder
    return (Line(both((x + 0.4, y + 0.6), ((15, 6.4), (16.4, 8.4), (18.4, 9.6))), "fine"),)


GARMENTS = {"dress": dress, "tshirt": tshirt, "shirt": shirt, "blouse": blouse, "knitwear": knitwear, "hoodie": hoodie}
