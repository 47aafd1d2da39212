"""Sneakers and boots from the side, toe to the left, in millimetres."""

from adapters.sources.simulation.look import Look
from adapters.sources.simulation.pictures.drawing import Buttons, Drawing, Line, Part

_WEAVE = 5.0
#: Height of the shaft above the ankle.
_SHAFTS = {"crop": 50.0, "hip": 84.0, "mini": 122.0, "knee": 210.0, "midi": 262.0, "maxi": 320.0}
#: Widening of the shaft at its top, height of the heel, height of the sole.
_BOOT_CUTS = {
    "straight": (4.0, 22.0, 7.0),
    "a_line": (24.0, 22.0, 7.0),
    "fit_flare": (12.0, 44.0, 6.0),
    "oversized": (14.0, 26.0, 22.0),
    "tailored": (0.0, 58.0, 5.0),
    "wrap": (8.0, 22.0, 7.0),
}


def sneakers(look: Look) -> Drawing:
    """Draw a low sneaker, or a high one for `a_line`; the other silhouettes are soles."""
    sole = {"oversized": 36.0, "fit_flare": 30.0, "tailored": 17.0}.get(look.silhouette, 23.0)
    high = look.silhouette == "a_line"
    up = -34 if high else 0
    upper = (
        f"M226 92C232 66 228 44 225 {24 + up}C216 {15 + up} 208 {21 + up} 201 {29 + up}C188 {45 + up}"
        f" 170 {42 + up} 157 {20 + up}L147 {4 + up}"
    )
    upper += f"C141 {-4 + up} 132 {-2 + up} 128 {8 + up}C114 40 82 58 46 63C20 67 8 78 8 94Z"
    bottom = 90 + sole
    base = (
        f"M5 88C4 83 9 82 14 83C60 92 150 92 222 82C230 81 234 84 234 90C238 {bottom - 12:g} 235"
        f" {bottom:g} 226 {bottom:g}L26 {bottom:g}C8 {bottom:g} 0 {bottom - 14:g} 5 88Z"
    )
    throat = (
        f"M157 {20 + up}L147 {4 + up}C141 {-4 + up} 132 {-2 + up} 128 {8 + up}C122 23 112 35 98 44"
        f"L112 60C132 52 150 40 160 {27 + up * 0.6:g}Z"
    )
    stay = f"M160 {25 + up}C150 40 132 52 112 61L96 45L90 49C94 58 100 66 112 74C140 66 158 52 170 {38 + up}Z"
    toe = "M46 63C20 67 8 78 8 92C28 96 50 97 74 97C80 86 68 66 46 63Z"
    counter = (
        f"M225 {24 + up}C228 44 232 66 226 92L190 94C186 74 196 56 204 {26 + up}C210 {20 + up} 218"
        f" {17 + up} 225 {24 + up}Z"
    )
    laces = "".join(
        f"M{108 + 11 * k + (0 if not high else k)} {49 - 7.5 * k - k * k * (0.5 if not high else 1.3):.1f}"
        f"L{120 + 10 * k} {62 - 7 * k - k * k * (0.5 if not high else 1.3):.1f}"
        for k in range(5)
    )
    items: list[Part | Line | Buttons] = [
        Part(
            f"M157 {20 + up}C170 {44 + up} 190 {44 + up} 201 {29 + up}C208 {21 + up} 216 {15 + up} 225"
            f" {24 + up}C212 {8 + up} 186 {8 + up} 157 {20 + up}Z",
            "inside",
        ),
        Part(upper, folds="M80 60C92 70 92 82 84 92M92 56C104 66 108 80 104 92"),
        Part(throat, "trim"),
        Part(toe),
        Part(counter, "second" if look.pattern != "solid" else "trim"),
        Part(stay),
        Line(laces, "lace"),
        Line("M130 90C140 74 158 62 184 56M144 90C152 78 166 70 186 65"),
        Line("M74 92C78 84 68 70 48 67", "stitch"),
        Part(base, "rubber"),
        Line(
            f"M6 {96 + sole * 0.12:g}C60 {104 + sole * 0.1:g} 160 {104 + sole * 0.1:g} 235 {94 + sole * 0.12:g}", "fine"
        ),
        Line(f"M8 {bottom - 5:g}H234", "fine"),
    ]
    if look.silhouette == "wrap":
        items.append(Part(f"M120 66L178 {40 + up}L184 {54 + up}L126 82Z", "trim"))
    if look.silhouette in {"fit_flare", "oversized"}:
        items.append(Line("".join(f"M{x} {bottom - 5:g}V{bottom:g}" for x in range(24, 230, 14)), "fine"))
    if look.silhouette == "oversized":
        items.append(Line(f"M170 {bottom - 8:g}C190 {bottom - 24:g} 214 {bottom - 22:g} 234 {bottom - 22:g}", "fine"))
    return Drawing(
        tuple(items),
        0,
        236,
        -12 + up - (28 if not high else 26),
        bottom,
        cut=60,
        weave=_WEAVE,
        largest=0.93,
        pair=(16, -30),
        stands=True,
    )


def boots(look: Look) -> Drawing:
    """Draw a boot; the length is its shaft, the silhouette its shaft, heel and sole."""
    wide, heel, sole = _BOOT_CUTS[look.silhouette]
    h = _SHAFTS[look.length]
    slim = look.silhouette in {"tailored", "fit_flare"}
    toe = 4.0 if slim else 12.0
    lift = heel - 14  # a high heel pulls the ankle up
    fx, bx = 78 - wide * 0.4, 158 + wide * 0.6  # front and back of the shaft at its top
    ground = h + 66
    foot = (
        f"C164 {h + 20:g} 168 {h + 40:g} 164 {ground - lift:g}C130 {ground + 2 - lift:g} 112 {ground:g}"
        f" 92 {ground:g}L{toe + 12:g} {ground:g}"
    )
    foot += (
        f"C{toe - 6:g} {ground:g} {toe - 8:g} {h + 48:g} {toe + 14:g} {h + 40:g}C{toe + 40:g} {h + 32 - lift * 0.2:g}"
        f" 80 {h + 20 - lift * 0.3:g} 84 {h - 8 - lift * 0.4:g}"
    )
    shaft = (
        f"M{bx:g} 4C{bx + 2:g} {h * 0.4:g} 156 {h * 0.7:g} 158 {h:g}{foot}C84 {h * 0.6:g} {fx - 2:g}"
        f" {h * 0.4:g} {fx:g} 0"
    )
    shaft += f"C{fx + 26:g} 6 {bx - 26:g} 8 {bx:g} 4Z"
    mouth = f"M{fx:g} 0C{fx + 26:g} 6 {bx - 26:g} 8 {bx:g} 4C{bx - 20:g} -5 {fx + 22:g} -8 {fx:g} 0Z"
    folds = (
        f"M88 {h - 4:g}C104 {h + 6:g} 128 {h + 2:g} 144 {h - 6:g}M92 {h + 12:g}C110 {h + 18:g} 130"
        f" {h + 14:g} 150 {h + 8:g}"
    )
    if h > 150:
        folds += f"M{fx + 8:g} {h * 0.55:g}C100 {h * 0.6:g} 120 {h * 0.58:g} 146 {h * 0.5:g}"
    items: list[Part | Line | Buttons] = [
        Part(mouth, "inside"),
        Part(_heel(ground, lift, look.silhouette, sole), "sole"),
        Part(shaft, folds=folds),
        Part(_sole(ground, lift, toe, sole), "sole"),
        Line(f"M{fx + 1:g} 7C{fx + 26:g} 13 {bx - 26:g} 15 {bx:g} 11", "stitch"),
        Line(f"M{bx - 12:g} 5L{bx - 11:g} -8C{bx - 8:g} -13 {bx - 3:g} -12 {bx - 2:g} -7L{bx - 3:g} 4"),
    ]
    items += _upper(look, h, ground, lift)
    bottom = ground + sole
    return Drawing(
        tuple(items), 0, 176, -30, bottom, cut=ground * 0.62, weave=_WEAVE, largest=1.15, pair=(26, -20), stands=True
    )


def _heel(ground: float, lift: float, silhouette: str, sole: float) -> str:
    top, low = ground - lift - 4, ground + sole
    if silhouette == "tailored":
        return (
            f"M132 {top:g}C146 {top + 8:g} 152 {low - 20:g} 153 {low:g}H161C162 {low - 30:g} 168 {top + 14:g}"
            f" 166 {top - 4:g}Z"
        )
    if silhouette == "fit_flare":
        return (
            f"M124 {top:g}C132 {top + 10:g} 130 {low - 10:g} 126 {low:g}H168C164 {low - 14:g} 164 {top + 10:g}"
            f" 166 {top - 4:g}Z"
        )
    return f"M118 {top:g}L122 {low:g}H165L166 {top - 4:g}Z"


def _sole(ground: float, lift: float, toe: float, sole: float) -> str:
    left = toe - 3
    return (
        f"M{left:g} {ground - 5:g}C{toe + 20:g} {ground - 1:g} 70 {ground - 1:g} 92 {ground - 1:g}"
        f"C112 {ground - 1:g} 130 {ground - lift:g} 166 {ground - lift - 3:g}"
        f"L166 {ground - lift + sole * 0.7:g}C134 {ground - lift + sole:g} 116 {ground + sole:g}"
        f" 92 {ground + sole:g}L{toe + 12:g} {ground + sole:g}C{toe:g} {ground + sole:g} {left - 3:g}"
        f" {ground + sole * 0.6:g} {left:g} {ground - 5:g}Z"
    )


def _upper(look: Look, h: float, ground: float, lift: float) -> list[Part | Line | Buttons]:
    """Return what closes the boot: laces, a strap, an elastic side or a zip."""
    if look.silhouette == "oversized":
        rows = range(int(max(20.0, h - 90)), int(h), 14)
        laces = "".join(f"M84 {y}L104 {y + 6}" for y in rows)
        return [Line(f"M108 8C106 {h * 0.5:g} 108 {h - 10:g} 96 {h + 26:g}"), Line(laces, "lace")]
    if look.silhouette == "wrap":
        strap = (
            f"M86 {h - 16:g}C108 {h - 6:g} 136 {h - 10:g} 158 {h - 18:g}L159 {h - 6:g}C136 {h + 3:g}"
            f" 108 {h + 7:g} 85 {h - 3:g}Z"
        )
        return [
            Part(strap, "trim"),
            Part(f"M126 {h - 14:g}H142V{h + 4:g}H126ZM130 {h - 10:g}V{h:g}H138V{h - 10:g}Z", "metal"),
        ]
    if look.length in {"crop", "hip"}:
        gusset = (
            f"M104 10C104 {h * 0.5:g} 112 {h + 4:g} 122 {h + 10:g}C132 {h + 2:g} 138 {h * 0.5:g} 138"
            " 10C126 12 114 12 104 10Z"
        )
        ribs = "".join(
            f"M{x} 14L{x + (121 - x) * 0.5:g} {h + (0 if 110 < x < 134 else -10):g}" for x in range(109, 137, 5)
        )
        return [Part(gusset, "trim"), Line(ribs, "fine")]
    return [
        Line(f"M132 14C130 {h * 0.5:g} 128 {h:g} 126 {ground - lift - 12:g}", "stitch"),
        Line(f"M36 {h + 36:g}C60 {h + 48:g} 72 {h + 58:g} 76 {ground:g}", "fine"),
    ]


GARMENTS = {"sneakers": sneakers, "boots": boots}
