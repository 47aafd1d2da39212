"""Every topic that Shopify's webhook reference lists for API version 2026-04; the data has no schemas of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.taxonomy.dialects.shopify.topics import READ
from tests.support.shopify import line, message, order, product, refund, return_requested, variant
from tests.vendors.coverage import Coverage, covered

_VENDOR = "Shopify webhooks"
#: family: topics. The names of one family stand in one line, as the reference has them.
_TOPICS = """
app: scopes_update uninstalled
app_purchases_one_time: update
app_subscriptions: approaching_capped_amount update
audit_events: admin_api_activity
bulk_operations: finish
carts: create update
channels: delete
checkouts: create delete update
collection_listings: add remove update
collection_publications: create delete update
collections: create delete update
companies: create delete update
company_contact_roles: assign revoke
company_contacts: create delete update
company_locations: create delete update
customer_account_settings: update
customer_groups: create delete update
customer_payment_methods: create revoke update
customers: create data_request delete disable enable merge purchasing_summary redact update
customers_email_marketing_consent: update
customers_marketing_consent: update
delivery_promise_settings: update
discounts: create delete redeemcode_added redeemcode_removed update
disputes: create update
domains: create destroy update
draft_orders: create delete update
finance_app_staff_member: delete grant revoke update
finance_kyc_information: update
fulfillment_events: create delete
fulfillment_holds: added released
fulfillment_orders: cancellation_request_accepted cancellation_request_rejected cancellation_request_submitted cancelled
fulfillment_orders: fulfillment_request_accepted fulfillment_request_rejected fulfillment_request_submitted
fulfillment_orders: fulfillment_service_failed_to_complete hold_released line_items_prepared_for_local_delivery
fulfillment_orders: line_items_prepared_for_pickup manually_reported_progress_stopped merged moved
fulfillment_orders: order_routing_complete placed_on_hold progress_reported rescheduled
fulfillment_orders: scheduled_fulfillment_order_ready split
fulfillments: create update
inventory_items: create delete update
inventory_levels: connect disconnect update
inventory_shipments: add_items create delete mark_in_transit receive_items remove_items update_item_quantities
inventory_shipments: update_tracking
inventory_transfers: add_items cancel complete ready_to_ship remove_items update_item_quantities
locales: create destroy update
locations: activate create deactivate delete update
markets: create delete update
markets_backup_region: update
metafield_definitions: create delete update
metaobjects: create delete update
order_transactions: create
orders: cancelled create delete edited fulfilled link_requested paid partially_fulfilled risk_assessment_changed
orders: shopify_protect_eligibility_changed updated
payment_schedules: due
payment_terms: create delete update
product_feeds: create full_sync full_sync_finish incremental_sync update
product_listings: add remove update
product_publications: create delete update
products: create delete update
profiles: create delete update
refunds: create
returns: approve cancel close decline process reopen request update
reverse_deliveries: attach_deliverable
reverse_fulfillment_orders: dispose
scheduled_product_listings: add remove update
segments: create delete update
selling_plan_groups: create delete update
shipping_addresses: create update
shop: redact update
subscription_billing_attempts: challenged failure success
subscription_billing_cycle_edits: create delete update
subscription_billing_cycles: skip unskip
subscription_contracts: activate cancel create expire fail pause update
tax_services: create update
tender_transactions: create
themes: create delete publish update
variants: in_stock out_of_stock
"""
#: These are written with a dot.
_DOTTED = ("customer.joined_segment", "customer.left_segment", "customer.tags_added", "customer.tags_removed")

_ORDER = order([line(1, "100.00")], "100.00", cancelled_at="2026-11-24T06:54:00-05:00", cancel_reason="customer")
_SHIPMENT = {"id": 1, "order_id": 450789469, "status": "success", "created_at": "2026-11-24T06:54:00-05:00"}
_CUSTOMER = {"id": 207119551, "email": "bob@example.com", "state": "enabled"}
_CHECKOUT = {"token": "t", "email": "bob@example.com", "currency": "USD", "line_items": [line(1, "100.00")]}
_PRODUCT = product([variant(1, "Red", "M")])
_STOCK = {"id": 801, "product_id": 701, "inventory_quantity": 1}
_DELIVERY = {"fulfillment_id": 1, "order_id": 450789469, "status": "delivered"}

#: A payload for each topic that is read, in the form that Shopify documents.
SAMPLES: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(["orders/create", "orders/paid", "orders/updated", "orders/cancelled"], _ORDER),
    **dict.fromkeys(["orders/fulfilled", "orders/partially_fulfilled"], _ORDER | {"fulfillments": [_SHIPMENT]}),
    "fulfillments/create": _SHIPMENT,
    "fulfillments/update": _SHIPMENT | {"shipment_status": "delivered"},
    "fulfillment_events/create": _DELIVERY,
    "refunds/create": refund(),
    **dict.fromkeys(["returns/request", "returns/approve"], return_requested()),
    **dict.fromkeys(["customers/create", "customers/update", "customers/enable"], _CUSTOMER),
    "customers/redact": {"customer": _CUSTOMER},
    "checkouts/create": _CHECKOUT,
    "checkouts/update": _CHECKOUT | {"completed_at": "2026-11-24T06:54:00-05:00"},
    **dict.fromkeys(["products/create", "products/update"], _PRODUCT),
    **dict.fromkeys(["variants/in_stock", "variants/out_of_stock"], _STOCK),
}
assert set(SAMPLES) == set(READ)


def topics() -> Iterator[str]:
    for row in _TOPICS.strip().splitlines():
        family, _, names = row.partition(": ")
        yield from (f"{family}/{name}" for name in names.split())
    yield from _DOTTED


def rows(_: Path) -> Sequence[Coverage]:
    return [covered(_VENDOR, topic, message(topic, SAMPLES.get(topic, {"id": 1})), "shopify") for topic in topics()]
