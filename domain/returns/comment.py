"""What a shopper's own words can say about a return: a closed list of labels, and the signal that each is.

Several labels of one comment are read together: `fit_small` with `fit_part_waist` is one signal, too small at the
waist. Source of the list: `docs/reference/returns.md`.
"""

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from domain.returns.signal import Dimension, Direction, Signal, about, fit

_DIRECTIONS: Mapping[str, Direction] = {"fit_small": "too_small", "fit_large": "too_large"}
_LENGTHS: Mapping[str, Direction] = {"fit_length_short": "too_small", "fit_length_long": "too_large"}
_PARTS: Mapping[str, tuple[str, Dimension]] = {
    "fit_part_bust": ("bust", "girth"),
    "fit_part_waist": ("waist", "girth"),
    "fit_part_hips_thighs": ("hips", "girth"),
    "fit_part_sleeve": ("sleeve", "girth"),
    "fit_foot_width": ("foot", "width"),
}
_OTHERS: Mapping[str, Signal] = {
    "taste_style": about("taste", "style"),
    "taste_colour": about("taste", "colour"),
    "fabric_feel": about("taste", "fabric_feel"),
    "see_through": about("catalog_quality", "attribute"),
    "colour_mismatch": about("catalog_quality", "colour"),
    "not_as_described": about("catalog_quality", "description"),
    "poor_quality": about("product_quality", "defect"),
    "damaged": about("product_quality", "defect"),
    "wrong_item": about("fulfilment", "wrong_item"),
    "late": about("fulfilment", "late"),
    "changed_mind": about("changed_mind"),
}
LABELS: tuple[str, ...] = (*_DIRECTIONS, *_PARTS, *_LENGTHS, *_OTHERS)


@frozen
class Said:
    """One label found in a comment, with the calibrated probability that it is right."""

    label: str
    probability: float


def signals_of(said: Iterable[Said]) -> tuple[Signal, ...]:
    """Return what a comment says, the signal with the most confidence first. Unknown labels say nothing.

    A sleeve that is too short is a length of the sleeve; a part without a direction is a fit signal without one.
    """
    found = {one.label: one.probability for one in said}
    girth = next((label for label in _DIRECTIONS if label in found), None)
    length = next((label for label in _LENGTHS if label in found), None)
    parts = [label for label in _PARTS if label in found]
    signals: list[Signal] = []
    if length is not None:
        sleeve = girth is None and parts == ["fit_part_sleeve"]
        signals.append(fit(_LENGTHS[length], "sleeve" if sleeve else "overall", "length", found[length]))
        parts = [] if sleeve else parts
    for label in parts:
        body_part, dimension = _PARTS[label]
        direction = _DIRECTIONS[girth] if girth else "unspecified"
        signals.append(fit(direction, body_part, dimension, min(found[label], found[girth] if girth else 1.0)))
    if girth is not None and not parts:
        signals.append(fit(_DIRECTIONS[girth], confidence=found[girth]))
    signals += [evolve(signal, confidence=found[label]) for label, signal in _OTHERS.items() if label in found]
    return tuple(sorted(dict.fromkeys(signals), key=lambda one: -one.confidence))
