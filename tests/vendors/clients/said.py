"""What the clients of Segment and RudderStack are asked to send."""

from collections.abc import Iterator, Mapping
from typing import Any

PRODUCT: Mapping[str, Any] = {"product_id": "coat", "sku": "coat/m", "price": 89.9, "currency": "EUR", "brand": "Acme"}

TRACKED: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("Products Searched", {"query": "red coat"}),
    ("Product List Viewed", {"list_id": "coats", "products": [{"product_id": "coat", "position": 1}]}),
    ("Product Clicked", {**PRODUCT, "position": 1}),
    ("Product Viewed", PRODUCT),
    ("Product Added", {**PRODUCT, "quantity": 2, "cart_id": "c-1"}),
    ("Coupon Denied", {"coupon_id": "may", "reason": "expired"}),
    (
        "Checkout Started",
        {"order_id": "o-1", "value": 179.8, "currency": "EUR", "products": [{**PRODUCT, "quantity": 2}]},
    ),
    (
        "Order Completed",
        {"order_id": "o-1", "total": 179.8, "currency": "EUR", "products": [{**PRODUCT, "quantity": 2}]},
    ),
    ("Product Added to Wishlist", PRODUCT),
    ("Warp Drive Engaged", {"factor": 9}),
    ("Product Viewed", {"price": 3, "currency": "EUR"}),
)


def repeated(times: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for _ in range(times):
        yield from TRACKED
