"""What a return says, as a closed union of typed signals.

One class with a stored `kind` instead of a class per kind, so that it is written and read as plain JSON everywhere.
"""

from typing import Literal

from attrs import frozen

Kind = Literal[
    "fit",
    "taste",
    "catalog_quality",
    "product_quality",
    "fulfilment",
    "changed_mind",
    "bracket",
    "order_error",
    "price",
    "abuse",
    "unknown",
]
Direction = Literal["too_small", "too_large", "unspecified"]
Dimension = Literal["girth", "length", "width", "rise"]

BODY_PARTS = (
    *("overall", "bust", "waist", "hips", "thigh", "ankle", "sleeve", "shoulder", "torso", "inseam", "neck", "cuff"),
    *("cup", "band", "foot", "heel", "strap"),
)
#: What a signal of each kind may be about. A kind that is not here has no aspect.
ASPECTS: dict[Kind, frozenset[str]] = {
    "taste": frozenset({"style", "colour", "pattern", "fabric_feel", "silhouette", "comfort", "embellishment"}),
    "catalog_quality": frozenset({"colour", "material", "image", "measurement", "attribute", "description"}),
    "product_quality": frozenset({"defect", "stitching", "pilling", "dye", "embellishment", "stain", "washing"}),
    "fulfilment": frozenset({"late", "wrong_item", "missing", "damaged_in_transit", "undeliverable"}),
    "bracket": frozenset({"size", "colour", "style"}),
    "abuse": frozenset({"wardrobing", "switch", "empty_box"}),
}


@frozen
class Signal:
    """`aspect`: see `ASPECTS`. `body_part`, `dimension` belong to `fit`. `confidence`: 0 to 1.

    `direction`: of a fit, and of a bracket of sizes, by comparison with the size that was kept.
    """

    kind: Kind
    aspect: str | None = None
    direction: Direction | None = None
    body_part: str | None = None
    dimension: Dimension | None = None
    confidence: float = 1.0


def fit(
    direction: Direction, body_part: str = "overall", dimension: Dimension | None = None, confidence: float = 1.0
) -> Signal:
    return Signal("fit", None, direction, body_part, dimension, confidence)


def about(kind: Kind, aspect: str | None = None, confidence: float = 1.0) -> Signal:
    return Signal(kind, aspect, confidence=confidence)


UNKNOWN = Signal("unknown")
