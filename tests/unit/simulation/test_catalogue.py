from collections import Counter
from statistics import median

import pytest

from adapters.sources.simulation.catalogue import catalogue_of
from adapters.sources.simulation.look import (
    COLOURS,
    GARMENTS,
    LENGTHS,
    NECKLINES,
    PATTERNS,
    SILHOUETTES,
    SLEEVES,
    TEXTURES,
)
from tests.unit.simulation.seasons import SMALL, named

STYLES = catalogue_of(SMALL)


def test_every_product_is_listed_once_with_its_stock() -> None:
    """Each style is announced once, and counted at that moment."""
    listed = named(SMALL, "product_listed")
    assert sorted(event.fields["product_id"] for event in listed) == [style.product_id for style in STYLES]
    counted = {(event.at, event.fields["product_id"]) for event in named(SMALL, "stock_counted")}
    assert all((event.at, event.fields["product_id"]) in counted for event in listed)


def test_new_products_are_not_met_before_their_launch() -> None:
    """A few products are launched during the season; nobody meets one before it is listed."""
    listed = {event.fields["product_id"]: event.at for event in named(SMALL, "product_listed")}
    late = [product for product, at in listed.items() if at > SMALL.begin]
    assert 0.02 < len(late) / len(listed) < 0.15
    assert all(event.at >= listed[event.fields["product_id"]] for event in named(SMALL, "product_viewed"))


def test_some_products_are_sold_out_in_the_end() -> None:
    """After the last count, between 2 and 12 % of this small catalogue has no piece left."""
    left = {
        event.fields["product_id"]: sum(level["quantity"] for level in event.fields["levels"])
        for event in named(SMALL, "stock_counted")
    }
    assert 0.02 < sum(pieces == 0 for pieces in left.values()) / len(left) < 0.12


def test_a_look_uses_the_vocabulary() -> None:
    """Everything that a picture is drawn from is a word of ours, and two colourways of a style differ."""
    for style in STYLES:
        assert len({one.colour for one in style.colourways}) == len(style.colourways)
        for one in style.colourways:
            look = one.look
            assert (look.garment, look.colour) == (style.category_id, one.colour)
            assert look.silhouette in SILHOUETTES
            assert look.neckline in NECKLINES
            assert look.sleeve in SLEEVES
            assert look.length in LENGTHS
            assert look.pattern in PATTERNS
            assert look.texture in TEXTURES
            assert look.second in COLOURS
            assert look.second != look.colour


@pytest.mark.parametrize(
    ("category", "labels"),
    [
        ("dress", ("XS", "S", "M", "L", "XL")),
        ("jeans", ("26", "28", "30", "32", "34", "36")),
        ("boots", tuple(str(size) for size in range(36, 47))),
        ("bag", ("One size",)),
    ],
)
def test_sizes_fit_the_garment(category: str, labels: tuple[str, ...]) -> None:
    """A variant is named after style, colour and size, in the sizes of its garment."""
    style = next(style for style in STYLES if style.category_id == category)
    for one in style.colourways:
        assert tuple(variant.size_label for variant in one.variants) == labels
        assert one.variants[0].variant_id == f"{style.product_id}-{one.colour}-{labels[0].lower().replace(' ', '-')}"


def test_styles_are_many_and_various() -> None:
    """All garments occur, a style has about two colourways, brands are many, and what is reduced is cheaper."""
    assert {style.category_id for style in STYLES} == set(GARMENTS)
    assert median(len(style.colourways) for style in STYLES) == 2
    assert len({style.brand_id for style in STYLES}) > 30
    assert all(0 < style.unit_price <= style.list_price for style in STYLES)
    assert 0.1 < sum(style.unit_price < style.list_price for style in STYLES) / len(STYLES) < 0.4
    assert Counter(style.title for style in STYLES).most_common(1)[0][1] <= 8
