"""Every reason code that the business reference names is the signal that it says, and any other is unknown."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.returns.reasons import _PREFIXES, CODES, normalise, signal_of
from domain.returns.signal import UNKNOWN, Signal, about, fit

SMALL, LARGE, OPEN = "too_small", "too_large", "unspecified"
FABRIC = (about("taste", "fabric_feel"), about("catalog_quality", "material", 0.3))
SEEN_THROUGH = (about("catalog_quality", "attribute"), about("taste", "fabric_feel", 0.3))
ERROR = (about("order_error"),)


def girth(direction: str, part: str) -> tuple[Signal, ...]:
    return (fit(direction, part, "girth"),)  # type: ignore[arg-type]


def length(direction: str, part: str = "overall") -> tuple[Signal, ...]:
    return (fit(direction, part, "length"),)  # type: ignore[arg-type]


def width(direction: str) -> tuple[Signal, ...]:
    return (fit(direction, "foot", "width"),)  # type: ignore[arg-type]


#: `domain.md` §5.3, row by row, and what §5.1 names beside it.
TABLE: tuple[tuple[tuple[Signal, ...], str], ...] = (
    ((fit("too_small"),), "too-small too-tight SIZE_TOO_SMALL APPAREL_TOO_SMALL AMZ-PG-APP-TOO-SMALL"),
    ((fit("too_large"),), "too-big too-loose SIZE_TOO_LARGE APPAREL_TOO_LARGE AMZ-PG-APP-TOO-LARGE"),
    (girth(SMALL, "waist"), "waist-too-tight waist-too-small"),
    (girth(LARGE, "waist"), "waist-too-loose waist-too-big"),
    ((fit("unspecified", "waist", "rise"),), "waist-too-high waist-too-low"),
    (girth(SMALL, "bust"), "bust-too-small bust-too-tight chest-too-small chest-too-tight"),
    (girth(LARGE, "bust"), "bust-too-big bust-too-loose chest-too-big chest-too-loose"),
    (length(SMALL, "sleeve"), "sleeves-too-short"),
    (length(LARGE, "sleeve"), "sleeves-too-long"),
    (girth(SMALL, "sleeve"), "sleeves-too-tight"),
    (girth(LARGE, "sleeve"), "sleeves-too-loose"),
    (length(SMALL, "inseam"), "inseam-too-short"),
    (length(LARGE, "inseam"), "inseam-too-long"),
    (length(SMALL), "too-short"),
    (length(LARGE), "too-long"),
    (girth(SMALL, "thigh"), "tight-around-thighs legs-too-tight"),
    (girth(LARGE, "thigh"), "loose-around-thighs legs-too-loose"),
    (girth(SMALL, "ankle"), "tight-around-ankle tight-around-ankles"),
    (girth(LARGE, "ankle"), "loose-around-ankle loose-around-ankles"),
    (girth(SMALL, "neck"), "collar-too-tight collar-too-small"),
    (girth(LARGE, "neck"), "collar-too-loose collar-too-big"),
    (girth(SMALL, "cuff"), "cuff-too-tight"),
    (girth(LARGE, "cuff"), "cuff-too-loose"),
    (girth(SMALL, "band"), "band-too-tight band-too-small"),
    (girth(LARGE, "band"), "band-too-loose band-too-big"),
    (girth(SMALL, "cup"), "cups-too-small"),
    (girth(LARGE, "cup"), "cups-too-big cups-gaping"),
    (length(LARGE, "strap"), "straps-too-long"),
    (length(SMALL, "strap"), "straps-too-short"),
    (width(SMALL), "too-narrow footbed-too-narrow"),
    (width(LARGE), "too-wide footbed-too-wide"),
    ((about("taste", "comfort"),), "heel-too-high heel-too-low sole-too-thick sole-too-thin band-rolls-up"),
    ((fit("unspecified", confidence=0.4),), "fit size comfort rubbing"),
    ((fit("unspecified", dimension="length", confidence=0.4),), "length"),
    ((fit("unspecified", dimension="width", confidence=0.4),), "width"),
    ((fit("too_small", confidence=0.6),), "restrictive pressure-points"),
    ((about("taste", "style"),), "style STYLE APPAREL_STYLE AMZ-PG-APP-STYLE"),
    ((about("taste", "pattern"),), "pattern"),
    ((about("taste", "silhouette"),), "shape"),
    ((about("taste", "colour"),), "color color-too-bright color-too-muted shade COLOR DID_NOT_LIKE_COLOR"),
    (FABRIC, "fabric material texture softness thickness material-too-stiff material-too-stretchy warmth weight"),
    (FABRIC, "DID_NOT_LIKE_FABRIC"),
    ((about("catalog_quality", "description"),), "item-not-as-described NOT_AS_DESCRIBED AMZ-PG-BAD-DESC"),
    (SEEN_THROUGH, "material-too-see-through opacity transparency"),
    ((about("catalog_quality", "attribute"), about("taste", "style", 0.3)), "no-pockets"),
    ((about("product_quality", "defect"),), "damaged-or-defective quality QUALITY_UNACCEPTABLE DEFECTIVE"),
    ((about("product_quality", "stitching"),), "poor-stitching loose-seams loose-threads seams-splitting"),
    ((about("product_quality", "pilling"),), "pilling"),
    ((about("product_quality", "dye"),), "dye-transferred"),
    ((about("product_quality", "embellishment"),), "embellishment-fell-off"),
    ((about("product_quality", "stain"),), "stained"),
    ((about("product_quality", "washing"),), "damaged-after-washing"),
    ((about("fulfilment", "wrong_item"),), "received-the-wrong-item WRONG_ITEM EXTRA_ITEM"),
    ((about("fulfilment", "missing"),), "MISSING_PARTS"),
    ((about("fulfilment", "damaged_in_transit"),), "DAMAGED_BY_CARRIER DAMAGED_BY_FC"),
    ((about("fulfilment", "undeliverable"),), "NEVER_ARRIVED UNDELIVERABLE_REFUSED UNDELIVERABLE_UNCLAIMED"),
    (
        (about("fulfilment", "undeliverable"),),
        "UNDELIVERABLE_INSUFFICIENT_ADDRESS UNDELIVERABLE_FAILED_DELIVERY_ATTEMPTS UNDELIVERABLE_UNKNOWN",
    ),
    (ERROR, "UNAUTHORIZED_PURCHASE NOT_COMPATIBLE PART_NOT_COMPATIBLE"),
    (ERROR, "duplicate-order ordered-wrong-item MISORDERED ORDERED_WRONG_ITEM"),
    ((about("fulfilment", "late"),), "arrived-late MISSED_ESTIMATED_DELIVERY"),
    ((about("changed_mind"),), "changed-my-mind UNWANTED UNWANTED_ITEM CR-UNWANTED_ITEM"),
    ((about("bracket"),), "ordered-multiple"),
    ((about("price"),), "budget FOUND_BETTER_PRICE"),
    ((about("abuse", "switch"),), "SWITCHEROO"),
    ((UNKNOWN,), "unknown other-reason NO_REASON_GIVEN OTHER UNKNOWN"),
)
ATG: Mapping[str, Signal] = {
    "incorrectSize": fit("unspecified", confidence=0.4),
    "incorrectColor": about("taste", "colour"),
    "didNotMeetExpectations": about("catalog_quality", "description", 0.5),
    "didNotLike": about("taste", "style"),
    "defective": about("product_quality", "defect"),
    "incorrectItem": about("fulfilment", "wrong_item"),
}
PORTALS: Mapping[str, Signal] = {
    "Size › too small": fit("too_small"),
    "Size > too large": fit("too_large"),
    "Style": about("taste", "style"),
    "Quality": about("product_quality", "defect"),
    "Not as described": about("catalog_quality", "description"),
    "Damaged": about("product_quality", "defect"),
    "Wrong item": about("fulfilment", "wrong_item"),
    "Arrived late": about("fulfilment", "late"),
    "Changed mind": about("changed_mind"),
    "Ordered multiple": about("bracket"),
}


@pytest.mark.parametrize(("signals", "codes"), TABLE, ids=lambda one: one.split()[0] if isinstance(one, str) else "")
def test_every_code_of_the_reference_is_the_signal_that_it_says(signals: tuple[Signal, ...], codes: str) -> None:
    """No code of the table is left out, and none is another signal."""
    for code in codes.split():
        assert signal_of(code) == signals, code


@pytest.mark.parametrize(("code", "signal"), [*ATG.items(), *PORTALS.items()])
def test_coarse_codes_are_as_typed_as_they_can_be(code: str, signal: Signal) -> None:
    """Oracle ATG's words, and the two levels of return portals."""
    assert signal_of(code) == (signal,)


def test_every_kind_of_signal_has_a_code() -> None:
    """The union is closed at eleven."""
    assert {signal.kind for signals in CODES.values() for signal in signals} == {
        *("fit", "taste", "catalog_quality", "product_quality", "fulfilment", "changed_mind", "bracket", "order_error"),
        *("price", "abuse", "unknown"),
    }


@given(st.text(max_size=40))
def test_any_other_code_is_unknown(code: str) -> None:
    """Whatever is sent, only what the table spells says something."""
    plain = normalise(code)
    known = plain in CODES or any(plain.startswith(prefix) for prefix, _ in _PREFIXES)
    assert known or signal_of(code) == (UNKNOWN,)
