"""Webhooks as Shopify sends them: payloads of its REST resources, small enough to read."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from application.intake import wire
from application.intake.reading import Reader, Understood
from domain.taxonomy.source import Declaration

SECRET = "hush"
SOURCE = Declaration(
    name="shopify", authority="server", legal_basis="contract", dialect="shopify", currency="EUR", channel="web"
)
FILES = Declaration(
    name="shopify_csv", clock="backfill", authority="server", legal_basis="contract", dialect="shopify_csv"
)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TRIGGERED = "2026-11-24T11:59:58.123456789Z"
_reader = Reader()


def money(amount: str, currency: str = "EUR", seen: str = "USD") -> dict[str, Any]:
    """Shop money, and what the shopper saw, which is another currency and amount."""
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {"amount": f"1{amount}", "currency_code": seen},
    }


def line(number: int, price: str, quantity: int = 1, off: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
    return {
        "id": 9000 + number,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{9000 + number}",
        "current_quantity": quantity,
        "discount_allocations": [
            {"amount": one, "amount_set": money(one), "discount_application_index": 0} for one in off
        ],
        "gift_card": False,
        "name": f"Coat {number} - Red / M",
        "price": price,
        "price_set": money(price),
        "product_id": 700 + number,
        "quantity": quantity,
        "sku": f"COAT-{number}-M",
        "total_discount": "0.00",
        "variant_id": 800 + number,
        "vendor": "Brand",
    } | changes


def order(lines: Sequence[Mapping[str, Any]], total: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": 450789469,
        "admin_graphql_api_id": "gid://shopify/Order/450789469",
        "browser_ip": "203.0.113.77",
        "cancelled_at": None,
        "cancel_reason": None,
        "client_details": {"browser_width": 1280, "user_agent": "Mozilla/5.0"},
        "contact_email": "Bob@Example.com",
        "created_at": "2026-11-24T06:50:00-05:00",
        "currency": "EUR",
        "customer": {"id": 207119551, "email": "bob@example.com", "phone": None},
        "customer_locale": "de-DE",
        "email": "Bob@Example.com",
        "fulfillments": [],
        "landing_site": "/?utm_source=news&utm_medium=email",
        "line_items": list(lines),
        "location_id": None,
        "name": "#1001",
        "payment_gateway_names": ["shopify_payments"],
        "phone": "+49 151 0000000",
        "processed_at": "2026-11-24T06:50:00-05:00",
        "referring_site": "https://www.google.com/search?q=coat",
        "refunds": [],
        "shipping_lines": [],
        "source_name": "web",
        "taxes_included": True,
        "test": False,
        "total_discounts": "0.00",
        "total_price": total,
        "total_price_set": money(total),
        "total_tax": "0.00",
        "updated_at": "2026-11-24T06:55:00-05:00",
    } | changes


def shipping(price: str, off: str = "0.00") -> dict[str, Any]:
    less = [] if off == "0.00" else [{"amount": off, "amount_set": money(off)}]
    return {"id": 1, "price": price, "price_set": money(price), "discount_allocations": less, "title": "Post"}


def refund(**changes: Any) -> dict[str, Any]:
    """Money went back for one piece that came back, without a return of its own."""
    return {
        "id": 509562969,
        "order_id": 450789469,
        "created_at": "2026-11-24T06:58:00-05:00",
        "processed_at": "2026-11-24T06:58:00-05:00",
        "note": "mail bob@example.com",
        "order_adjustments": [],
        "refund_line_items": [
            {
                "id": 1,
                "line_item_id": 9001,
                "line_item": line(1, "100.00"),
                "quantity": 1,
                "restock_type": "return",
                "subtotal": 100.00,
            }
        ],
        "return": None,
        "transactions": [
            {
                "id": 5,
                "kind": "refund",
                "status": "success",
                "amount": "100.00",
                "currency": "EUR",
                "order_id": 450789469,
            }
        ],
    } | changes


def return_requested(**changes: Any) -> dict[str, Any]:
    return {
        "id": 3547267221,
        "admin_graphql_api_id": "gid://shopify/Return/3547267221",
        "status": "requested",
        "order": {"id": 450789469, "admin_graphql_api_id": "gid://shopify/Order/450789469"},
        "total_return_line_items": 1,
        "name": "#1001-R1",
        "return_line_items": [returned(9001)],
    } | changes


def returned(line_id: int, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": 6200524949,
        "quantity": quantity,
        "return_reason": "size_too_small",
        "return_reason_note": "",
        "customer_note": "call me on 0151 23456789",
        "fulfillment_line_item": {
            "id": 10736341352597,
            "line_item": {"id": line_id, "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}"},
        },
    } | changes


def variant(number: int, colour: str, size: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": 800 + number,
        "product_id": 701,
        "title": f"{colour} / {size}",
        "price": "100.00",
        "compare_at_price": None,
        "option1": colour,
        "option2": size,
        "option3": None,
        "sku": f"COAT-{number}",
        "inventory_management": "shopify",
        "inventory_policy": "deny",
        "inventory_quantity": 3,
        "image_id": None,
    } | changes


def product(variants: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "id": 701,
        "title": "Wool coat",
        "body_html": "<p>Warm &amp; <b>soft</b></p>",
        "vendor": "Brand",
        "product_type": "Coats",
        "handle": "wool-coat",
        "status": "active",
        "published_at": "2026-11-01T00:00:00-05:00",
        "updated_at": "2026-11-24T06:40:00-05:00",
        "tags": "winter, wool",
        "options": [{"id": 1, "name": "Farbe", "position": 1}, {"id": 2, "name": "Größe", "position": 2}],
        "variants": list(variants),
        "images": [
            {"id": 91, "src": "https://cdn.example/red.jpg", "variant_ids": [801, 802]},
            {"id": 92, "src": "https://cdn.example/blue.jpg", "variant_ids": []},
        ],
        "image": {"id": 91, "src": "https://cdn.example/red.jpg"},
    } | changes


def message(topic: str, payload: Any, **changes: Any) -> dict[str, Any]:
    """A webhook as the door stores it."""
    return {
        "topic": topic,
        "webhook_id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "shop": "coats.myshopify.com",
        "triggered_at": TRIGGERED,
        "payload": payload,
    } | changes


def understood(topic: str, payload: Any, source: Declaration = SOURCE, **changes: Any) -> Sequence[Understood]:
    """Read a webhook as the door does, from its bytes on."""
    sent = wire.decode(wire.encode(message(topic, payload, **changes)))
    return _reader.understand(sent, source, NOW, "id-1")


def from_rows(export: str, rows: Sequence[Mapping[str, Any]], **changes: Any) -> Sequence[Understood]:
    """Read the rows of a CSV file as the door does."""
    body = {
        "export": export,
        "rows": list(rows),
        "exported_at": "2026-11-24T10:00:00+00:00",
        "currency": "USD",
    } | changes
    return _reader.understand(wire.decode(wire.encode(body)), FILES, NOW, "id-1")


def body_of(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def headers(topic: str, body: bytes, webhook_id: str, secret: str = SECRET, **more: str) -> dict[str, str]:
    """The headers of a delivery, signed as Shopify documents it: base64 of HMAC-SHA256 over the raw body."""
    signed = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signed,
        "X-Shopify-Webhook-Id": webhook_id,
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        "X-Shopify-Triggered-At": TRIGGERED,
        "X-Shopify-Shop-Domain": "coats.myshopify.com",
        "X-Shopify-API-Version": "2026-01",
    } | more
