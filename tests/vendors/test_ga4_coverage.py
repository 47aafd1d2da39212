"""How much of what Google publishes is understood."""

import os
from pathlib import Path

import pytest

from domain.taxonomy.refusal import Reason
from tests.vendors.ga4_coverage import GA4, UNIVERSAL, rows

TARGET = 0.9
#: Names of a shop: items, carts, checkouts, purchases, refunds, promotions, searches and lists.
RETAIL = frozenset(
    [
        *("view_item_list", "select_item", "view_item", "add_to_cart", "remove_from_cart", "view_cart"),
        *("add_to_wishlist", "begin_checkout", "add_shipping_info", "add_payment_info", "purchase", "refund"),
        *("view_promotion", "select_promotion", "search", "view_search_results"),
    ]
)

pytestmark = pytest.mark.skipif(not os.environ.get("HABERDASHER_DATA"), reason="HABERDASHER_DATA is not set")


def test_retail_events_are_understood() -> None:
    """At least nine in ten of GA4's retail events become canonical, and no name is without an answer."""
    found = rows(Path(os.environ["HABERDASHER_DATA"]) / "event_schemas")
    retail = [row for row in found if row.vendor == GA4 and row.name.partition(" ")[0] in RETAIL]
    assert {row.name.partition(" ")[0] for row in retail} == RETAIL
    assert sum(row.mapped for row in retail) >= TARGET * len(retail), [row for row in retail if not row.mapped]
    assert all(row.mapped or (row.reason in set(Reason) and row.detail) for row in found)


def test_what_is_no_retail_event_waits_with_its_reason() -> None:
    """Names of games, leads, links and downloads are nobody's guess."""
    found = {row.name.partition(" ")[0]: row for row in rows(Path(os.environ["HABERDASHER_DATA"]) / "event_schemas")}
    assert found["click"].reason == ""  # Universal Analytics: of a product in a list
    for name in ("generate_lead", "file_download", "level_up", "session_start", "first_visit", "exception"):
        assert not found[name].mapped, name


def test_universal_analytics_is_told_apart_by_what_it_carries() -> None:
    """Each action of Enhanced Ecommerce that says enough becomes its canonical event."""
    found = {row.name: row for row in rows(Path(os.environ["HABERDASHER_DATA"]) / "event_schemas")}
    becomes = {
        "click": "product_clicked",
        "detail": "product_viewed",
        "add": "product_added_to_cart",
        "remove": "product_removed_from_cart",
        "checkout": "checkout_started",
        "purchase": "checkout_completed",
        "refund": "refund_issued",
        "promo_click": "promotion_clicked",
        "view": "slate_viewed",
    }
    for action, canonical in becomes.items():
        assert found[f"{action} (enhanced-ecommerce)"].becomes[0] == canonical
    assert found["checkout_option (enhanced-ecommerce)"].reason == "missing_required"
    assert {row.vendor for row in found.values()} == {GA4, UNIVERSAL}
