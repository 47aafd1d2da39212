"""Which signal a structured return reason is: Shopify handles and coarse codes, Amazon codes, as data.

Source: Shopify's open taxonomy of return reasons, Amazon FBA customer return reasons, Oracle ATG, and the two levels of
return portals (see `docs/reference/returns.md`).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product

from domain.returns.signal import UNKNOWN, Direction, Signal, about, fit

_SMALL: Direction = "too_small"
_LARGE: Direction = "too_large"

#: Which body part and dimension a handle such as `waist-too-tight` speaks of.
_TIGHTNESS = {
    "waist": "waist",
    "bust": "bust",
    "chest": "bust",
    "collar": "neck",
    "cuff": "cuff",
    "cuffs": "cuff",
    "band": "band",
    "cup": "cup",
    "cups": "cup",
    "sleeve": "sleeve",
    "sleeves": "sleeve",
    "leg": "thigh",
    "legs": "thigh",
}
_AROUND = {"thigh": "thigh", "thighs": "thigh", "ankle": "ankle", "ankles": "ankle"}
_LENGTHS = {"sleeve": "sleeve", "sleeves": "sleeve", "inseam": "inseam", "strap": "strap", "straps": "strap"}
_DIRECTIONS: Mapping[str, Direction] = {
    "too-small": _SMALL,
    "too-tight": _SMALL,
    "tight": _SMALL,
    "too-big": _LARGE,
    "too-large": _LARGE,
    "too-loose": _LARGE,
    "loose": _LARGE,
}


def _fits() -> Iterator[tuple[str, Signal]]:
    for (part, body_part), (how, direction) in product(_TIGHTNESS.items(), _DIRECTIONS.items()):
        yield f"{part}-{how}", fit(direction, body_part, "girth")
    for part, body_part in _AROUND.items():
        yield f"tight-around-{part}", fit(_SMALL, body_part, "girth")
        yield f"loose-around-{part}", fit(_LARGE, body_part, "girth")
    for part, body_part in _LENGTHS.items():
        yield f"{part}-too-short", fit(_SMALL, body_part, "length")
        yield f"{part}-too-long", fit(_LARGE, body_part, "length")
    for part in ("", "footbed-"):
        yield f"{part}too-narrow", fit(_SMALL, "foot", "width")
        yield f"{part}too-wide", fit(_LARGE, "foot", "width")


#: Signals, and the codes that mean them, separated by spaces; `*` stands for anything.
_TABLE: tuple[tuple[tuple[Signal, ...], str], ...] = (
    ((fit(_SMALL),), "too-small too-tight size-too-small apparel-too-small amz-pg-app-too-small"),
    ((fit(_LARGE),), "too-big too-large too-loose size-too-large apparel-too-large amz-pg-app-too-large"),
    ((fit(_SMALL, dimension="length"),), "too-short"),
    ((fit(_LARGE, dimension="length"),), "too-long"),
    ((fit("unspecified", "waist", "rise"),), "waist-too-high waist-too-low"),
    ((fit(_LARGE, "cup", "girth"),), "cups-gaping"),
    ((fit("unspecified", confidence=0.4),), "fit size comfort rubbing incorrect-size"),
    ((fit("unspecified", dimension="length", confidence=0.4),), "length"),
    ((fit("unspecified", dimension="width", confidence=0.4),), "width"),
    ((fit(_SMALL, confidence=0.6),), "restrictive pressure-points"),
    ((about("taste", "comfort"),), "heel-too-high heel-too-low sole-too-thick sole-too-thin band-rolls-*"),
    ((about("taste", "style"),), "style apparel-style amz-pg-app-style did-not-like"),
    ((about("taste", "pattern"),), "pattern"),
    ((about("taste", "silhouette"),), "shape"),
    ((about("taste", "colour"),), "color color-too-bright color-too-muted shade did-not-like-color incorrect-color"),
    (
        (about("taste", "fabric_feel"), about("catalog_quality", "material", 0.3)),
        "fabric material texture softness thickness material-too-stiff material-too-stretchy warmth weight",
    ),
    ((about("taste", "fabric_feel"), about("catalog_quality", "material", 0.3)), "did-not-like-fabric"),
    ((about("catalog_quality", "description"),), "item-not-as-described not-as-described amz-pg-bad-desc"),
    ((about("catalog_quality", "description", 0.5),), "did-not-meet-expectations"),
    (
        (about("catalog_quality", "attribute"), about("taste", "fabric_feel", 0.3)),
        "material-too-see-through opacity transparency",
    ),
    ((about("catalog_quality", "attribute"), about("taste", "style", 0.3)), "no-pockets"),
    ((about("product_quality", "defect"),), "damaged-or-defective damaged quality quality-unacceptable defective"),
    ((about("product_quality", "stitching"),), "poor-stitching loose-seams loose-threads seams-splitting"),
    ((about("product_quality", "pilling"),), "pilling"),
    ((about("product_quality", "dye"),), "dye-transferred"),
    ((about("product_quality", "embellishment"),), "embellishment-fell-off"),
    ((about("product_quality", "stain"),), "stained"),
    ((about("product_quality", "washing"),), "damaged-after-washing"),
    ((about("fulfilment", "wrong_item"),), "received-the-wrong-item wrong-item incorrect-item extra-item"),
    ((about("fulfilment", "missing"),), "missing-parts"),
    ((about("fulfilment", "damaged_in_transit"),), "damaged-by-carrier damaged-by-fc"),
    ((about("fulfilment", "undeliverable"),), "never-arrived undeliverable undeliverable-*"),
    ((about("fulfilment", "late"),), "arrived-late missed-estimated-delivery"),
    ((about("changed_mind"),), "changed-my-mind changed-mind unwanted unwanted-item cr-unwanted-item"),
    ((about("bracket"),), "ordered-multiple"),
    (
        (about("order_error"),),
        "duplicate-order ordered-wrong-item misordered unauthorized-purchase not-compatible part-not-compatible",
    ),
    ((about("price"),), "budget found-better-price"),
    ((about("abuse", "switch"),), "switcheroo"),
    ((UNKNOWN,), "unknown other other-reason no-reason-given"),
)


def normalise(code: str) -> str:
    """Return a code as the table spells it: `SIZE_TOO_SMALL`, `sizeTooSmall`, `Size > too small`: `size-too-small`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", code)
    return re.sub(r"[\s_\-\u203a>/]+", "-", apart.strip().lower()).strip("-").replace("colour", "color")


#: Every code as the table spells it; one that ends with `*` stands for all that begin so.
CODES: Mapping[str, tuple[Signal, ...]] = {code: (signal,) for code, signal in _fits()} | {
    code: signals for signals, codes in _TABLE for code in codes.split()
}
_PREFIXES = tuple((code[:-1], signals) for code, signals in CODES.items() if code.endswith("*"))


def signal_of(code: str) -> tuple[Signal, ...]:
    """Return what a structured reason says; `UNKNOWN` for a code nobody taught us."""
    plain = normalise(code)
    known = CODES.get(plain)
    if known is not None:
        return known
    return next((signals for prefix, signals in _PREFIXES if plain.startswith(prefix)), (UNKNOWN,))
