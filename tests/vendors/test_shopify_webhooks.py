"""A season of Shopify's webhooks against a running server, signed and delivered at least once, as Shopify does it."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from application.projections.quarantine import waiting
from domain.order import OrderAmended, OrderCancelled, OrderPlaced, RefundIssued, ReturnAllocated
from haberdasher.bootstrap import bootstrap
from haberdasher.settings import Settings
from tests.support.server_process import serving
from tests.support.shopify import (
    SECRET,
    SOURCE,
    body_of,
    headers,
    line,
    order,
    product,
    refund,
    return_requested,
    returned,
    variant,
)

ORDERS = 40
CONFIG = '[sources.shopify]\nauthority = "server"\nlegal_basis = "contract"\ndialect = "shopify"\ncurrency = "EUR"\n'


def story() -> Sequence[tuple[str, Any]]:
    """Products, orders with their updates, shipments, returns, refunds, and topics that mean nothing to a shop."""
    told: list[tuple[str, Any]] = [
        ("products/create", product([variant(1, "Rot", "M"), variant(2, "Blau", "M")])),
        ("inventory_levels/update", {"inventory_item_id": 1, "location_id": 2, "available": 3}),
        ("carts/update", {"id": "c", "token": "c", "line_items": []}),
        ("themes/publish", {"id": 1}),
    ]
    for number in range(ORDERS):
        order_id, line_id = 1_000 + number, 9_001
        placed = order([line(1, "100.00", 2, off=["5.00"])], "195.00", total_discounts="5.00", id=order_id)
        told += [("orders/create", placed), ("orders/paid", placed)]
        told.append(("orders/updated", placed | {"updated_at": "2026-11-24T06:56:00-05:00"}))
        told.append(("fulfillments/create", {"id": number, "order_id": order_id, "status": "success"}))
        if number % 4 == 0:
            items = [returned(line_id)]
            back = return_requested(id=number, order={"id": order_id}, return_line_items=items)
            told.append(("returns/request", back))
            paid = refund(id=number, order_id=order_id, **{"return": {"id": number}})
            told.append(("refunds/create", paid))
        if number % 10 == 0:
            told.append(("orders/cancelled", placed | {"cancelled_at": "2026-11-24T06:57:00-05:00"}))
    return told


def test_every_webhook_is_a_fact_once_or_waits_with_its_reason(tmp_path: Path) -> None:
    """Shuffled, and each third delivered twice: what was sent is what is stored, and orders land once."""
    (tmp_path / "shop.toml").write_text(CONFIG)
    told = list(enumerate(story()))
    deliveries = told + told[::3]
    random.Random(7).shuffle(deliveries)
    with (
        serving(tmp_path / "home", config=str(tmp_path / "shop.toml"), shopify_secret=SECRET) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        for number, (topic, payload) in deliveries:
            body = body_of(payload)
            sent = headers(topic, body, f"w-{number}")
            assert client.post("/collect/shopify/webhooks", content=body, headers=sent).status_code == 200
        forged = headers("orders/create", b"{}", "w-forged", secret="guessed")
        assert client.post("/collect/shopify/webhooks", content=b"{}", headers=forged).status_code == 401
    app = bootstrap(Settings(home=tmp_path / "home", sources={"shopify": SOURCE}))
    try:
        app.live.work.round()
        stored = [one.arrival for one in app.intake.follow(after=0, limit=10_000)]
        aside = Counter(one.reason for one in waiting(app.read_models, source="shopify"))
        log = [one.event for one in app.log.follow(after=0, limit=10_000)]
    finally:
        app.close()
    facts = Counter(type(one).__name__ for one in log if type(one).__module__.startswith("domain."))
    print(f"shopify: delivered {len(deliveries)}, sent {len(told)}, stored {len(stored)}, aside {dict(aside)}")
    print(f"  facts: {dict(facts)}")
    assert len(stored) == len(told)
    assert aside == {"missing_required": 2, "unknown_event_name": 1}
    assert facts[OrderPlaced.__name__] == facts[OrderAmended.__name__] == ORDERS
    assert (facts["ReturnRequested"], facts[RefundIssued.__name__], facts[OrderCancelled.__name__]) == (10, 10, 4)
    assert (facts["ProductListed"], facts["StockCounted"], facts["ShipmentDispatched"]) == (1, 1, ORDERS)
    assert facts[ReturnAllocated.__name__] >= 8
    assert {one.unexplained_minor for one in log if isinstance(one, OrderPlaced | OrderAmended)} == {0}
