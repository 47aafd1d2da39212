"""Rows of Shopify's CSV files: the columns of its product import and of its order export."""

from collections.abc import Mapping
from typing import Any

import pytest

from application.intake.transactions import bill_of
from domain.taxonomy.refusal import Reason, Refused
from domain.values import Money
from tests.support.shopify import from_rows

SHIRT = {
    "Handle": "shirt",
    "Title": "Shirt",
    "Body (HTML)": "<p>Fine</p>",
    "Vendor": "Brand",
    "Type": "Shirts",
    "Tags": "men, cotton",
    "Published": "true",
    "Option1 Name": "Color",
    "Option1 Value": "Red",
    "Option2 Name": "Size",
    "Option2 Value": "S",
    "Variant Inventory Qty": "4",
    "Variant Price": "50",
    "Variant Compare At Price": "60.00",
    "Image Src": "https://cdn.example/shirt.jpg",
    "Variant Image": "https://cdn.example/red.jpg",
    "Google Shopping / Gender": "male",
}
BLUE = {
    "Handle": "shirt",
    "Option1 Value": "Blue",
    "Option2 Value": "M",
    "Variant Price": "55",
    "Variant SKU": "SH-B-M",
}
PICTURE = {"Handle": "shirt", "Image Src": "https://cdn.example/back.jpg", "Image Position": "3"}


def told(export: str, *rows: Mapping[str, Any], **changes: Any) -> list[tuple[str, Mapping[str, Any]]]:
    return [(one.canonical.name, one.canonical.fields) for one in from_rows(export, rows, **changes)]


def test_rows_of_a_product_are_one_listing() -> None:
    """Blank cells repeat the first row, a picture alone is no variant, and variants go by SKU or by their names."""
    (_, listing), (_, count) = told("products", SHIRT, BLUE, PICTURE)
    assert listing == {
        "product_id": "shirt",
        "title": "Shirt",
        "description": "Fine",
        "category_id": "Shirts",
        "brand_id": "Brand",
        "unit_price": Money(5_000, "USD"),
        "list_price": Money(6_000, "USD"),
        "attributes": {"gender": "male", "tags": "men, cotton"},
        "colourways": (
            {
                "colourway_id": "shirt/red",
                "colour": "Red",
                "image_url": "https://cdn.example/red.jpg",
                "variants": ({"variant_id": "Shirt - Red / S", "size_label": "S"},),
            },
            {
                "colourway_id": "shirt/blue",
                "colour": "Blue",
                "image_url": "https://cdn.example/shirt.jpg",
                "variants": ({"variant_id": "SH-B-M", "size_label": "M"},),
            },
        ),
    }
    assert count == {"product_id": "shirt", "levels": ({"variant_id": "Shirt - Red / S", "quantity": 4},)}


def test_the_newer_names_of_the_columns_are_read() -> None:
    """Shopify renamed its columns; a file of either age is the same listing."""
    newer = {
        "Body (HTML)": "Description",
        "Handle": "URL handle",
        "Published": "Published on online store",
        "Variant Inventory Qty": "Inventory quantity",
        "Variant Price": "Price",
        "Variant Compare At Price": "Compare-at price",
        "Variant Image": "Variant image URL",
        "Image Src": "Product image URL",
        "Option1 Name": "Option1 name",
        "Option1 Value": "Option1 value",
    }
    assert told("products", {newer.get(name, name): cell for name, cell in SHIRT.items()}) == told("products", SHIRT)


@pytest.mark.parametrize("change", [{"Published": "false"}, {"Status": "draft"}, {"Status": "archived"}])
def test_what_the_file_does_not_sell_has_no_piece(change: dict[str, str]) -> None:
    """As with webhooks."""
    assert told("products", SHIRT | change)[1][1]["levels"] == ({"variant_id": "Shirt - Red / S", "quantity": 0},)


ORDER = {
    "Name": "#1001",
    "Email": "bob@example.com",
    "Currency": "USD",
    "Subtotal": "90.00",
    "Shipping": "5.00",
    "Taxes": "7.60",
    "Total": "102.60",
    "Discount Code": "TEN",
    "Discount Amount": "10.00",
    "Created at": "2026-01-15 10:23:45 -0500",
    "Lineitem quantity": "1",
    "Lineitem name": "Shirt - Red / S",
    "Lineitem price": "50.00",
    "Lineitem discount": "0.00",
    "Vendor": "Brand",
    "Payment Method": "Shopify Payments",
    "Id": "450789469",
    "Source": "web",
}
SECOND = {
    "Name": "#1001",
    "Email": "bob@example.com",
    "Lineitem quantity": "2",
    "Lineitem name": "Hat",
    "Lineitem price": "25.00",
    "Lineitem sku": "HAT",
}


def test_rows_of_an_order_are_one_order() -> None:
    """Its id is that of the webhooks, its lines join the product file's variants, its time has a zone."""
    placed = from_rows("orders", [ORDER, SECOND])[0].canonical
    assert (placed.name, placed.fields["order_id"]) == ("order_placed", "450789469")
    assert placed.occurred_at.isoformat() == "2026-01-15T15:23:45+00:00"
    assert placed.identifiers == (("email", "bob@example.com"),)
    bill = bill_of(placed.fields)
    assert [(one.variant_id, one.quantity) for one in bill.items] == [("Shirt - Red / S", 1), ("HAT", 2)]
    assert (bill.order_discount, bill.tax, bill.unexplained_minor()) == (Money(1_000, "USD"), Money(760, "USD"), 0)


@pytest.mark.parametrize(
    "change",
    [
        {"Total": "95.00"},  # prices include tax
        {"Total": "110.10", "Duties": "7.50"},
        {"Subtotal": "100.00", "Total": "112.60", "Discount Amount": "5.00"},  # off the shipping
        {"Lineitem discount": "10.00"},
        {"Taxes": "0.00", "Total": "95.00"},
    ],
)
def test_an_exported_bill_adds_up(change: dict[str, str]) -> None:
    """Whether tax is included and which discounts the lines have, the sums of the file tell."""
    assert bill_of(told("orders", ORDER | change, SECOND)[0][1]).unexplained_minor() == 0


def test_an_exported_order_may_be_cancelled_and_from_a_store() -> None:
    """The export tells when it was cancelled, and a sale at the till was in a store."""
    sent = [ORDER | {"Cancelled at": "2026-01-16 08:00:00 -0500", "Source": "pos", "Location": "Paris"}]
    placed, cancelled = (one.canonical for one in from_rows("orders", sent))
    assert (placed.envelope.channel, placed.envelope.store_id) == ("in_store", "Paris")
    assert (cancelled.name, cancelled.fields["order_id"]) == ("order_cancelled", "450789469")
    assert cancelled.occurred_at.isoformat() == "2026-01-16T13:00:00+00:00"


@pytest.mark.parametrize(
    ("export", "rows", "expected"),
    [
        ("products", [], (Reason.MISSING_REQUIRED, "rows")),
        ("products", [7], (Reason.TYPE_INVALID, "rows")),
        ("songs", [SHIRT], (Reason.ENUM_UNKNOWN, "export")),
        ("products", [SHIRT, {"cells": ["shirt", "2"]}], (Reason.TYPE_INVALID, "rows[1]")),
        ("products", [BLUE], (Reason.MISSING_REQUIRED, "title")),
        ("products", [SHIRT | {"Handle": " "}], (Reason.MISSING_REQUIRED, "product_id")),
        ("products", [SHIRT | {"Variant Price": "cheap"}], (Reason.TYPE_INVALID, "variant_price")),
        ("products", [SHIRT | {"Variant Inventory Qty": "1.5"}], (Reason.TYPE_INVALID, "variant_inventory_qty")),
        ("orders", [ORDER | {"Lineitem quantity": ""}], (Reason.TYPE_INVALID, "lineitem_quantity")),
        ("orders", [ORDER | {"Created at": "yesterday"}], (Reason.TYPE_INVALID, "timestamp")),
        ("orders", [ORDER | {"Created at": ""}], (Reason.MISSING_REQUIRED, "timestamp")),
        ("orders", [ORDER | {"Total": ""}], (Reason.MISSING_REQUIRED, "total")),
    ],
)
def test_a_bad_row_is_refused_by_its_column(export: str, rows: list[Any], expected: tuple[Reason, str]) -> None:
    """The quarantine says which column it was."""
    with pytest.raises(Refused) as found:
        from_rows(export, rows)
    assert (found.value.reason, found.value.field) == expected
