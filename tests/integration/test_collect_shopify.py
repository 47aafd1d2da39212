"""Shopify's door: what it signs is stored and answered 200, what it does not sign is answered 401 and not stored."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from litestar import Litestar
from litestar.testing import TestClient

from adapters.http.api import api
from adapters.http.collect.shopify import signature
from application.intake import wire
from domain.catalogue.product import ProductListed
from domain.order import DECIDER as ORDERS
from domain.order import Order, OrderAmended, OrderCancelled, OrderPlaced, RefundIssued, ReturnAllocated
from domain.returns.returns import ReturnRequested, ReturnSignalled
from domain.returns.signal import fit
from domain.taxonomy.quarantine import EventQuarantined
from domain.values import Money
from haberdasher.bootstrap import App, bootstrap
from haberdasher.serving import service_of
from haberdasher.settings import Settings
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
    variant,
)

PATH = "/collect/shopify/webhooks"
LINES = [line(1, "100.00", 2), line(2, "50.00", off=["5.00"])]
ORDER = order(LINES, "245.00", total_discounts="5.00")


@frozen
class Shop:
    app: App
    client: TestClient[Litestar]

    def send(self, topic: str, payload: Any, webhook_id: str, **more: str) -> int:
        body = payload if isinstance(payload, bytes) else body_of(payload)
        return self.client.post(PATH, content=body, headers=headers(topic, body, webhook_id, **more)).status_code

    def facts(self, *kinds: type) -> list[Any]:
        """Do the work behind the door and return the facts of these kinds, in order."""
        self.app.live.round()
        log = self.app.log.follow(after=0, limit=10_000)
        return [one.event for one in log if isinstance(one.event, kinds)]

    def order(self, order_id: str) -> Order:
        self.app.live.round()
        state = ORDERS.initial()
        for one in self.app.log.read(f"main/order-{order_id}"):
            state = ORDERS.evolve(state, one.event)
        return state


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path, SECRET) as found:
        yield found


@contextmanager
def opened(home: Path, secret: str) -> Iterator[Shop]:
    """A server over a house whose Shopify source declares the shop's currency."""
    house = bootstrap(Settings(home=home, batch=100, sources={"shopify": SOURCE}))
    service = evolve(service_of(house, shopify_secret=secret), pages=False)
    app = api(service, version="test", close=house.close)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Shop(house, client)


def test_the_signature_is_as_documented() -> None:
    """Base64 of HMAC-SHA256 over the raw body, with the app's client secret: a vector worked out with openssl."""
    assert signature("hush", b'{"id":1}') == b"VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="


def test_orders_refunds_and_returns_become_facts(shop: Shop) -> None:
    """The whole story of one order, each webhook answered 200 with nothing in the body."""
    assert shop.send("orders/create", ORDER, "w-1") == 200
    assert shop.send("returns/request", return_requested(), "w-2") == 200
    assert shop.send("refunds/create", refund(**{"return": {"id": 3547267221}}), "w-3") == 200
    placed, back, signalled, allocated, paid = shop.facts(
        OrderPlaced, ReturnRequested, ReturnSignalled, ReturnAllocated, RefundIssued
    )
    assert (placed.order_id, placed.unexplained_minor, placed.channel) == ("450789469", 0, "web")
    assert placed.bill.total == Money(24_500, "EUR")
    assert placed.account is not None
    assert (back.return_id, signalled.signals) == ("3547267221", (fit("too_small"),))
    assert (allocated.line_id, allocated.quantity) == ("9001", 1)
    assert (paid.amount, paid.return_id) == (Money(10_000, "EUR"), "3547267221")
    assert shop.facts(EventQuarantined) == []


def test_the_answer_is_empty(shop: Shop) -> None:
    """Shopify reads the status and nothing else."""
    body = body_of(ORDER)
    answer = shop.client.post(PATH, content=body, headers=headers("orders/create", body, "w-1"))
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_product_can_be_served_from_its_webhook(shop: Shop) -> None:
    """Listing and stock come in one message; a sale changes the count with the next."""
    variants = [variant(1, "Rot", "M"), variant(2, "Blau", "M", inventory_quantity=0)]
    assert shop.send("products/create", product(variants), "w-1") == 200
    shop.app.live.round()
    assert [one.variant_id for _, one in shop.app.shelf.in_stock("701")] == ["801"]
    later = product([variants[0] | {"inventory_quantity": 0}, variants[1]], updated_at="2026-11-24T06:41:00-05:00")
    assert shop.send("products/update", later, "w-2") == 200
    shop.app.live.round()
    assert shop.app.shelf.in_stock("701") == []
    archived = product(variants, updated_at="2026-11-24T06:42:00-05:00", status="archived")
    assert shop.send("products/update", archived, "w-3") == 200
    shop.app.live.round()
    assert shop.app.shelf.in_stock("701") == []
    assert len(shop.facts(ProductListed)) == 3


def test_a_webhook_that_is_sent_again_is_one(shop: Shop) -> None:
    """Accepted or quarantined: Shopify's retry has the same id, and changes nothing."""
    for topic, payload, webhook_id in [
        ("orders/create", ORDER, "w-1"),
        ("carts/update", {"id": "c"}, "w-2"),
        ("orders/create", b"{broken", "w-3"),
    ]:
        assert [shop.send(topic, payload, webhook_id) for _ in range(3)] == [200, 200, 200]
    assert shop.app.intake.head() == 3
    assert len(shop.facts(OrderPlaced)) == 1


def test_one_thing_told_under_two_topics_is_two_messages_and_one_order(shop: Shop) -> None:
    """`orders/create` and `orders/paid` share an event id, not a webhook id; the order is placed once."""
    assert [shop.send("orders/create", ORDER, "w-1"), shop.send("orders/paid", ORDER, "w-2")] == [200, 200]
    assert shop.app.intake.head() == 2
    assert len(shop.facts(OrderPlaced)) == 1


def test_without_a_webhook_id_topic_and_event_id_stand_for_it(shop: Shop) -> None:
    """So a retry is known again, and the other topics of the same event are not taken for it."""
    for topic in ("orders/create", "orders/create", "orders/paid"):
        assert shop.send(topic, ORDER, "") == 200
    assert shop.app.intake.head() == 2


def test_the_order_of_arrival_does_not_matter(shop: Shop, tmp_path: Path) -> None:
    """An update, a return or a refund before its order leads to the same order."""
    updated = order([*LINES, line(3, "10.00")], "255.00", total_discounts="5.00")
    story = [
        ("orders/create", ORDER),
        ("orders/updated", updated),
        ("returns/request", return_requested()),
        ("refunds/create", refund(**{"return": {"id": 3547267221}})),
    ]
    for number, (topic, payload) in enumerate(story):
        assert shop.send(topic, payload, f"w-{number}") == 200
    with opened(tmp_path / "other", SECRET) as other:
        for number, (topic, payload) in reversed(list(enumerate(story))):
            assert other.send(topic, payload, f"w-{number}") == 200
            other.app.live.round()
        assert [type(one) for one in other.facts(OrderAmended, OrderPlaced)] == [OrderAmended, OrderPlaced]
        mine, theirs = shop.order("450789469"), other.order("450789469")
    assert mine.bill == theirs.bill
    assert len(mine.bill.items if mine.bill else ()) == 3
    assert mine.free() == theirs.free()
    assert {key: one.line_id for key, one in mine.allocations.items()} == {"3547267221/9001": "9001"}
    assert mine.allocations.keys() == theirs.allocations.keys()


def test_a_cancellation_is_one_under_two_topics(shop: Shop) -> None:
    """`orders/cancelled` and the update that goes with it cancel once."""
    cancelled = ORDER | {"cancelled_at": "2026-11-24T06:54:00-05:00", "cancel_reason": "inventory"}
    for number, topic in enumerate(["orders/create", "orders/cancelled", "orders/updated"]):
        assert shop.send(topic, ORDER if number == 0 else cancelled, f"w-{number}") == 200
    assert [one.reason for one in shop.facts(OrderCancelled)] == ["inventory"]


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Shopify-Hmac-Sha256": ""},
        {"X-Shopify-Hmac-Sha256": "not base64 ü"},
        {"X-Shopify-Hmac-Sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"X-Shopify-Hmac-Sha256": "0" * 10_000},
    ],
)
def test_what_is_not_signed_is_stored_nowhere(shop: Shop, changes: dict[str, str]) -> None:
    """A signature that is absent, broken or another's is answered 401, and says which header."""
    body = body_of(ORDER)
    signed = headers("orders/create", body, "w-1") | changes
    sent = {name.encode(): value.encode("latin-1") for name, value in signed.items()}
    answer = shop.client.post(PATH, content=body, headers=sent)
    assert (answer.status_code, answer.json()["field"]) == (401, "X-Shopify-Hmac-Sha256")
    assert shop.app.intake.head() == 0


def test_the_signature_is_of_this_body_and_this_secret(shop: Shop) -> None:
    """Neither a changed byte nor another secret passes, and no header at all does not either."""
    body = body_of(ORDER)
    signed = headers("orders/create", body, "w-1")
    assert shop.client.post(PATH, content=body + b" ", headers=signed).status_code == 401
    other = headers("orders/create", body, "w-1", secret="other")
    assert shop.client.post(PATH, content=body, headers=other).status_code == 401
    assert shop.client.post(PATH, content=body).status_code == 401
    assert shop.app.intake.head() == 0


def test_without_a_secret_the_door_stays_shut(tmp_path: Path) -> None:
    """Also for a body that is signed with nothing; the remedy is said."""
    with opened(tmp_path, "") as shop:
        body = body_of(ORDER)
        answer = shop.client.post(PATH, content=body, headers=headers("orders/create", body, "w-1", secret=""))
        assert (answer.status_code, "HABERDASHER_SHOPIFY_SECRET" in answer.json()["hint"]) == (401, True)
        assert shop.app.intake.head() == 0


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("orders/create", b"", "not_json"),
        ("orders/create", b"{", "not_json"),
        ("orders/create", b'{"a":"\xff"}', "not_json"),
        ("orders/create", b"\x00\x01\x80", "text_invalid"),
        ("orders/create", b'{"id": NaN}', "number_invalid"),
        ("orders/create", b'{"a":"\\ud800"}', "text_invalid"),
        ("orders/create", b'{"a":"\\u0000"}', "text_invalid"),
        ("orders/create", b"[" * 5_000, "not_json"),
        ("orders/create", b"[" * 100 + b"]" * 100, "not_json"),
        ("orders/create", b"[]", "type_invalid"),
        ("orders/create", b"7", "type_invalid"),
        ("orders/create", b'{"note":"' + b"x" * 70_000 + b'"}', "oversize"),
        ("orders/create", b"x" * 70_000, "oversize"),
        ("orders/create", b"{}", "missing_required"),
        ("inventory_levels/update", b'{"inventory_item_id":1,"location_id":2,"available":3}', "missing_required"),
        ("themes/publish", b'{"id":1}', "unknown_event_name"),
        ("", b"{}", "missing_required"),
    ],
)
def test_what_is_signed_is_kept_and_answered(shop: Shop, topic: str, payload: bytes, reason: str) -> None:
    """Whatever it is: Shopify would send it again, and in the end nothing any more. The reason is in the quarantine."""
    assert shop.send(topic, payload, "w-1") == 200
    assert shop.app.intake.head() == 1
    assert [one.reason for one in shop.facts(EventQuarantined)] == [reason]


def test_a_body_that_is_too_large_is_refused(shop: Shop) -> None:
    """A megabyte is more than any webhook."""
    assert shop.send("orders/create", b"x" * 1_000_001, "w-1") == 413
    assert shop.app.intake.head() == 0


@pytest.mark.parametrize("webhook_id", ["bob@example.com", "x" * 300])
def test_an_id_that_is_none_is_not_kept_in_clear(shop: Shop, webhook_id: str) -> None:
    """The id of a message is stored in clear and for ever, so an address is none; the order still counts."""
    assert shop.send("orders/create", ORDER, webhook_id) == 200
    ids = [one.arrival.source_event_id for one in shop.app.intake.follow(after=0, limit=10)]
    assert webhook_id not in ids
    assert len(shop.facts(OrderPlaced)) == 1


def test_what_is_stored_is_what_was_sent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The payload goes byte for byte into the message, and what may not be kept is taken out before it is sealed."""
    seen: list[bytes] = []
    receive = type(shop.app.door).receive

    def noted(door: Any, source: str, bodies: Any, **more: Any) -> Any:
        seen.extend(bodies)
        return receive(door, source, bodies, **more)

    monkeypatch.setattr(type(shop.app.door), "receive", noted)
    body = b'{"id": 1.50, "total_price" : "10.00",  "n": 12345678901234567890123}'
    assert shop.send("orders/create", body, "w-1") == 200
    assert seen[0].endswith(b'"payload":' + body + b"}")
    stored: Mapping[str, Any] = wire.decode(seen[0])
    assert {name: value for name, value in stored.items() if name != "payload"} == {
        "topic": "orders/create",
        "webhook_id": "w-1",
        "shop": "coats.myshopify.com",
        "triggered_at": "2026-11-24T11:59:58.123456789Z",
        "api_version": "2026-01",
    }
    assert json.loads(body)["id"] == stored["payload"]["id"]
