import pytest

from domain.returns.reasons import CODES, normalise, signal_of
from domain.returns.signal import ASPECTS, BODY_PARTS, UNKNOWN, Signal, about, fit


@pytest.mark.parametrize(
    ("codes", "signals"),
    [
        ("too-small too-tight SIZE_TOO_SMALL APPAREL_TOO_SMALL AMZ-PG-APP-TOO-SMALL", (fit("too_small"),)),
        ("too-big too-loose SIZE_TOO_LARGE APPAREL_TOO_LARGE AMZ-PG-APP-TOO-LARGE", (fit("too_large"),)),
        ("waist-too-tight waist-too-small", (fit("too_small", "waist", "girth"),)),
        ("waist-too-loose waist-too-big", (fit("too_large", "waist", "girth"),)),
        ("waist-too-high waist-too-low", (fit("unspecified", "waist", "rise"),)),
        ("bust-too-small chest-too-tight", (fit("too_small", "bust", "girth"),)),
        ("bust-too-big chest-too-loose", (fit("too_large", "bust", "girth"),)),
        ("sleeves-too-short", (fit("too_small", "sleeve", "length"),)),
        ("sleeves-too-long", (fit("too_large", "sleeve", "length"),)),
        ("sleeves-too-tight", (fit("too_small", "sleeve", "girth"),)),
        ("sleeves-too-loose", (fit("too_large", "sleeve", "girth"),)),
        ("inseam-too-short", (fit("too_small", "inseam", "length"),)),
        ("too-long", (fit("too_large", "overall", "length"),)),
        ("tight-around-thighs legs-too-tight", (fit("too_small", "thigh", "girth"),)),
        ("loose-around-ankle loose-around-ankles", (fit("too_large", "ankle", "girth"),)),
        ("collar-too-tight", (fit("too_small", "neck", "girth"),)),
        ("cuff-too-loose", (fit("too_large", "cuff", "girth"),)),
        ("band-too-tight", (fit("too_small", "band", "girth"),)),
        ("cups-too-small", (fit("too_small", "cup", "girth"),)),
        ("cups-gaping", (fit("too_large", "cup", "girth"),)),
        ("straps-too-long", (fit("too_large", "strap", "length"),)),
        ("too-narrow footbed-too-narrow", (fit("too_small", "foot", "width"),)),
        ("too-wide footbed-too-wide", (fit("too_large", "foot", "width"),)),
        ("heel-too-high sole-too-thin band-rolls-up band-rolls-down", (about("taste", "comfort"),)),
        ("fit size comfort rubbing", (fit("unspecified", confidence=0.4),)),
        ("restrictive pressure-points", (fit("too_small", confidence=0.6),)),
        ("style STYLE APPAREL_STYLE AMZ-PG-APP-STYLE", (about("taste", "style"),)),
        ("color COLOR colour color-too-bright shade DID_NOT_LIKE_COLOR", (about("taste", "colour"),)),
        ("pattern", (about("taste", "pattern"),)),
        ("shape", (about("taste", "silhouette"),)),
        (
            "fabric texture material-too-stiff DID_NOT_LIKE_FABRIC",
            (about("taste", "fabric_feel"), about("catalog_quality", "material", 0.3)),
        ),
        ("item-not-as-described NOT_AS_DESCRIBED AMZ-PG-BAD-DESC", (about("catalog_quality", "description"),)),
        ("opacity", (about("catalog_quality", "attribute"), about("taste", "fabric_feel", 0.3))),
        ("no-pockets", (about("catalog_quality", "attribute"), about("taste", "style", 0.3))),
        ("damaged-or-defective QUALITY_UNACCEPTABLE DEFECTIVE", (about("product_quality", "defect"),)),
        ("pilling", (about("product_quality", "pilling"),)),
        ("received-the-wrong-item WRONG_ITEM EXTRA_ITEM", (about("fulfilment", "wrong_item"),)),
        ("MISSING_PARTS", (about("fulfilment", "missing"),)),
        ("DAMAGED_BY_CARRIER DAMAGED_BY_FC", (about("fulfilment", "damaged_in_transit"),)),
        ("NEVER_ARRIVED UNDELIVERABLE_UNKNOWN UNDELIVERABLE_REFUSED", (about("fulfilment", "undeliverable"),)),
        ("arrived-late MISSED_ESTIMATED_DELIVERY", (about("fulfilment", "late"),)),
        ("changed-my-mind UNWANTED UNWANTED_ITEM CR-UNWANTED_ITEM", (about("changed_mind"),)),
        ("ordered-multiple", (about("bracket"),)),
        ("duplicate-order ordered-wrong-item MISORDERED NOT_COMPATIBLE", (about("order_error"),)),
        ("budget FOUND_BETTER_PRICE", (about("price"),)),
        ("SWITCHEROO", (about("abuse", "switch"),)),
        ("unknown OTHER other-reason NO_REASON_GIVEN", (UNKNOWN,)),
    ],
)
def test_structured_reasons_are_typed_signals(codes: str, signals: tuple[Signal, ...]) -> None:
    """The whole mapping table, row by row."""
    for code in codes.split():
        assert signal_of(code) == signals, code


@pytest.mark.parametrize("code", ["SIZE_TOO_SMALL", "size-too-small", " Size  too small ", "size__too--small"])
def test_spelling_does_not_matter(code: str) -> None:
    """Case, dashes, underscores and blanks are the same."""
    assert normalise(code) == "size-too-small"
    assert normalise(normalise(code)) == normalise(code)


def test_the_table_stays_inside_the_closed_union() -> None:
    """Every aspect and body part in the table is one the signal types name; a fit always has a direction."""
    for signal in {signal for signals in CODES.values() for signal in signals}:
        assert signal.aspect is None or signal.aspect in ASPECTS[signal.kind]
        assert (signal.kind == "fit") == (signal.direction is not None) == (signal.body_part in BODY_PARTS)
        assert 0 < signal.confidence <= 1
