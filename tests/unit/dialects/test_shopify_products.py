"""Shopify's products, stock, customers and checkouts."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.taxonomy.dialects.shopify.listing import plain
from domain.taxonomy.refusal import Reason, Refused
from domain.taxonomy.source import Declaration
from domain.values import Money
from tests.support.shopify import line, product, understood, variant

VARIANTS = [variant(1, "Rot", "M"), variant(2, "Rot", "L"), variant(3, "Blau", "M", image_id=92, inventory_quantity=-2)]


def told(topic: str, payload: Any) -> list[tuple[str, Mapping[str, Any]]]:
    return [(one.canonical.name, one.canonical.fields) for one in understood(topic, payload)]


def refused(topic: str, payload: Any, **changes: Any) -> tuple[Reason, str]:
    with pytest.raises(Refused) as found:
        understood(topic, payload, **changes)
    return found.value.reason, found.value.field


@pytest.mark.parametrize("topic", ["products/create", "products/update"])
def test_a_product_is_listed_and_counted(topic: str) -> None:
    """Options become colourways and sizes, each colourway has its picture, and a count is never below nothing."""
    (first, listing), (second, count) = told(topic, product(VARIANTS))
    assert (first, second) == ("product_listed", "stock_counted")
    assert listing == {
        "product_id": "701",
        "title": "Wool coat",
        "description": "Warm & soft",
        "category_id": "Coats",
        "brand_id": "Brand",
        "unit_price": Money(10_000, "EUR"),
        "attributes": {"tags": "winter, wool"},
        "colourways": (
            {
                "colourway_id": "701/rot",
                "colour": "Rot",
                "image_url": "https://cdn.example/red.jpg",
                "variants": (
                    {"variant_id": "801", "size_label": "M"},
                    {"variant_id": "802", "size_label": "L"},
                ),
            },
            {
                "colourway_id": "701/blau",
                "colour": "Blau",
                "image_url": "https://cdn.example/blue.jpg",
                "variants": ({"variant_id": "803", "size_label": "M"},),
            },
        ),
    }
    assert count == {
        "product_id": "701",
        "levels": (
            {"variant_id": "801", "quantity": 3},
            {"variant_id": "802", "quantity": 3},
            {"variant_id": "803", "quantity": 0},
        ),
    }


@pytest.mark.parametrize(
    ("colour", "size"),
    [
        ("Color", "Size"),
        ("Colour", "Shoe size"),
        ("Couleur", "Taille"),
        ("FARBE", "Größe"),
        ("colour/pattern", "Size (EU)"),
    ],
)
def test_options_are_known_by_their_names(colour: str, size: str) -> None:
    """Whatever the language and the order of the options."""
    turned = [variant(1, "M", "Red"), variant(2, "L", "red")]
    options = [{"name": size}, {"name": colour}]
    colourways = told("products/update", product(turned, options=options))[0][1]["colourways"]
    assert [one["colour"] for one in colourways] == ["Red"]
    assert [one["size_label"] for one in colourways[0]["variants"]] == ["M", "L"]


def test_a_product_without_options_is_one_colourway() -> None:
    """Shopify's `Default Title` is neither a colour nor a size."""
    only = variant(1, "Default Title", "", option2=None)
    colourways = told("products/create", product([only], options=[{"name": "Title"}]))[0][1]["colourways"]
    assert colourways == (
        {"colourway_id": "701", "image_url": "https://cdn.example/red.jpg", "variants": ({"variant_id": "801"},)},
    )


def test_the_price_is_that_of_the_cheapest_variant() -> None:
    """With what it was before, where it is reduced; an equal or lower price to compare with is no reduction."""
    cheap = variant(2, "Rot", "L", price="79.00", compare_at_price="99.00")
    listing = told("products/update", product([VARIANTS[0], cheap]))[0][1]
    assert (listing["unit_price"], listing["list_price"]) == (Money(7_900, "EUR"), Money(9_900, "EUR"))
    same = told("products/update", product([cheap | {"compare_at_price": "79.00"}]))[0][1]
    assert "list_price" not in same


@pytest.mark.parametrize("change", [{"status": "draft"}, {"status": "archived"}, {"published_at": None}])
def test_what_is_not_on_sale_has_no_piece_to_sell(change: dict[str, Any]) -> None:
    """A draft, an archived or an unpublished product stays known and is served to nobody."""
    events = dict(told("products/update", product(VARIANTS, **change)))
    assert {one["quantity"] for one in events["stock_counted"]["levels"]} == {0}
    assert events["product_listed"]["title"] == "Wool coat"


def test_a_variant_that_nobody_counts_has_no_count() -> None:
    """Shopify sends 0 for a variant that it does not track: that is not sold out."""
    untracked = variant(1, "Rot", "M", inventory_management=None, inventory_quantity=0)
    assert [name for name, _ in told("products/update", product([untracked]))] == ["product_listed"]
    level = told("products/update", product([untracked, VARIANTS[1]]))[1][1]["levels"]
    assert level == ({"variant_id": "802", "quantity": 3},)


def test_a_message_with_some_of_the_variants_is_no_listing() -> None:
    """Shopify sends a hundred variants and the ids of all: what is missing would be taken off the list."""
    gids = [{"admin_graphql_api_id": f"gid://shopify/ProductVariant/{n}"} for n in range(101)]
    assert refused("products/update", product(VARIANTS, variant_gids=gids)) == (
        Reason.MISSING_REQUIRED,
        "payload.variants",
    )
    assert told("products/update", product(VARIANTS, variant_gids=gids[:3]))[0][0] == "product_listed"


def test_long_texts_are_cut_and_labels_are_not() -> None:
    """A description is for reading; an id or a label that is too long is refused by its place."""
    long = product(VARIANTS, title="T" * 255, body_html="<p>" + "word " * 900 + "</p>", tags=["t" * 90] * 5)
    listing = told("products/update", long)[0][1]
    assert (len(listing["title"]), len(listing["attributes"]["tags"])) == (200, 182)
    assert len(listing["description"]) <= 2000
    assert refused("products/update", product([variant(1, "Rot", "x" * 33)])) == (
        Reason.VALUE_OUT_OF_RANGE,
        "colourways[0].variants[0].size_label",
    )


def test_a_product_needs_a_currency_from_its_source() -> None:
    """Shopify's products name none, so the source declares the shop's; without it the price means nothing."""
    none = Declaration(name="shopify", authority="server", legal_basis="contract", dialect="shopify")
    assert refused("products/update", product(VARIANTS), source=none) == (Reason.MISSING_REQUIRED, "currency")


def test_markup_takes_no_longer_than_text() -> None:
    """Reading text out of broken HTML is linear: 60 kB of opening brackets is nothing to wait for."""
    assert plain("<" * 60_000) == "<" * 60_000
    assert plain("a<br/>b &lt;c&gt;") == "a b <c>"


@pytest.mark.parametrize("topic", ["variants/in_stock", "variants/out_of_stock"])
def test_a_variant_tells_its_count(topic: str) -> None:
    """These are the only stock topics that name a variant and its product."""
    sent = {"id": 801, "product_id": 701, "inventory_quantity": 4, "updated_at": "2026-11-24T06:40:00-05:00"}
    assert told(topic, sent) == [
        ("stock_counted", {"product_id": "701", "levels": ({"variant_id": "801", "quantity": 4},)})
    ]
    assert refused(topic, sent | {"inventory_quantity": "many"})[1] == "payload.inventory_quantity"


CUSTOMER = {"id": 207119551, "email": "Bob@Example.com", "phone": "+49151", "state": "enabled", "updated_at": None}


def test_a_customer_is_who_the_address_belongs_to() -> None:
    """Account, address and number are linked; only an enabled account was signed up for."""
    for topic, state, method in [
        ("customers/create", "enabled", {"method": "sign_up"}),
        ("customers/create", "disabled", {}),
        ("customers/enable", "enabled", {"method": "sign_up"}),
        ("customers/update", "enabled", {}),
    ]:
        found = understood(topic, CUSTOMER | {"state": state})[0].canonical
        assert (found.name, found.fields) == ("identity_asserted", method)
        assert found.identifiers == (("account", "207119551"), ("email", "bob@example.com"), ("phone", "+49151"))
    assert refused("customers/update", {"email": None})[0] is Reason.MISSING_REQUIRED


def test_the_law_erases() -> None:
    """`customers/redact` is a request to erase whom it names."""
    sent = {"shop_id": 1, "customer": {"id": 207119551, "email": "bob@example.com", "phone": None}}
    found = understood("customers/redact", sent)[0].canonical
    assert (found.name, found.identifiers) == (
        "erasure_requested",
        (("account", "207119551"), ("email", "bob@example.com")),
    )


CHECKOUT = {
    "token": "t-1",
    "cart_token": "c-1",
    "email": "bob@example.com",
    "created_at": "2026-11-24T06:40:00-05:00",
    "completed_at": None,
    "currency": "EUR",
    "total_price": "100.00",
    "line_items": [line(1, "100.00")],
}


def test_a_checkout_is_behaviour() -> None:
    """It starts when it is made, ends when an update says so, and any other update says too little."""
    (name, started), *_ = told("checkouts/create", CHECKOUT)
    assert (name, started["cart_id"], started["value"]) == ("checkout_started", "c-1", Money(10_000, "EUR"))
    assert [one["variant_id"] for one in started["items"]] == ["801"]
    done = told("checkouts/update", CHECKOUT | {"completed_at": "2026-11-24T06:50:00-05:00"})
    assert (done[0][0], done[0][1]["checkout_id"]) == ("checkout_completed", "t-1")
    assert refused("checkouts/update", CHECKOUT) == (Reason.AMBIGUOUS_NAME, "topic")
    assert refused("checkouts/create", CHECKOUT | {"email": None}) == (Reason.MISSING_REQUIRED, "anonymous_id")
