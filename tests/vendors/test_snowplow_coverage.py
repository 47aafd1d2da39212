"""Every schema of Snowplow's commerce vocabularies is mapped, or waits with a reason."""

import os
from pathlib import Path

import pytest

from tests.vendors.snowplow_coverage import ACTION, ENTITIES, VENDOR, messages, rows

DATA = os.environ.get("HABERDASHER_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="HABERDASHER_DATA is not set")

#: Words of which no canonical event is the meaning.
WAITING = {
    *("ad_click", "ad_conversion", "ad_impression", "link_click"),
    *("cancel_subscription", "pause_subscription", "update_subscription"),
    *("create_dispute", "update_dispute", "resolve_dispute", "close_dispute"),
    *("update_customer", "delete_customer"),
}


def schemas() -> Path:
    return Path(DATA) / "event_schemas"


def test_all_actions_are_mapped() -> None:
    """All eleven types of the ecommerce action, the refund as a server's word."""
    found = {row.name.partition("`")[2].rstrip("`"): row.becomes for row in rows(schemas()) if ACTION in row.name}
    assert found == {
        "add_to_cart": ("product_added_to_cart",),
        "remove_from_cart": ("product_removed_from_cart",),
        "product_view": ("product_viewed",),
        "list_click": ("product_clicked",),
        "list_view": ("slate_viewed",),
        "promo_click": ("promotion_clicked",),
        "promo_view": ("promotion_viewed",),
        "checkout_step": ("checkout_started", "checkout_step_completed"),
        "transaction": ("checkout_completed",),
        "refund": ("refund_issued",),
        "trns_error": ("payment_failed",),
    }


def test_what_waits_is_what_we_mean_to_wait() -> None:
    """Every other event is mapped, and what is not has a reason."""
    events = [row for row in rows(schemas()) if row.vendor == VENDOR]
    waiting = [row for row in events if not row.mapped]
    assert {row.name.rpartition("/")[2] for row in waiting} == WAITING
    assert all(row.reason and row.detail for row in waiting)
    print(f"{len(events) - len(waiting)} of {len(events)} events are mapped")


def test_every_schema_has_its_row() -> None:
    """Events and entities together are all that the vocabularies hold."""
    vendors = ("com.snowplowanalytics.snowplow", "com.snowplowanalytics.snowplow.ecommerce", "io.snowplow.ecomm")
    held = {f"{vendor}/{one.name}" for vendor in vendors for one in (schemas() / "iglu" / vendor).iterdir()}
    assert {row.name.partition(" ")[0] for row in rows(schemas())} == held
    assert len(list(messages(schemas() / "iglu"))) == sum(row.vendor == VENDOR for row in rows(schemas()))


def test_entities_are_read_with_their_events() -> None:
    """Those of the current ecommerce schemas all are; of the older ones those that a canonical event has room for."""
    read = {row.name for row in rows(schemas()) if row.vendor == ENTITIES and row.mapped}
    assert {f"com.snowplowanalytics.snowplow.ecommerce/{name}" for name in ("product", "cart", "user", "page")} <= read
    assert {f"io.snowplow.ecomm/{name}" for name in ("product", "cart", "order", "search", "collection")} <= read
    assert "com.snowplowanalytics.snowplow/geolocation_context" in read
    assert "io.snowplow.ecomm/dispute" not in read
