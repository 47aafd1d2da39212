"""What an attacker tried and would have had: each was a defect once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.slate.slate import SlateServed
from tests.support.http import Served, catalogue, full, served


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("attack")) as found:
        yield found


def test_a_variant_that_is_gone_is_gone_from_every_listing(server: Served) -> None:
    """Another listing claims the variants of p-5: a count of nought is one for both, whoever is named."""
    twin = next(one for one in catalogue() if one["product_id"] == "p-5") | {"product_id": "z-twin", "title": "Twin"}
    assert server.post("/v1/catalog", {"products": [twin]}).status_code == 202
    assert server.stock({one: 0 for one in full() if one.startswith("p-5/")}).status_code == 202
    assert not server.app.shelf.in_stock("p-5")
    assert not server.app.shelf.in_stock("z-twin")
    levels = [{"variant_id": one, "quantity": 2, "product_id": "p-5"} for one in full() if one.startswith("p-5/")]
    assert server.client.put("/v1/inventory", json={"levels": levels}).status_code == 202
    assert server.app.shelf.in_stock("p-5")


def test_a_clock_that_runs_fast_does_not_silence_the_next_count(server: Served) -> None:
    """A count stamped four minutes ahead is one of now: a nought that is said after it counts."""
    ahead = (server.app.clock.now() + timedelta(minutes=4)).isoformat()
    levels = [{"variant_id": one, "quantity": 9} for one in full() if one.startswith("p-4/")]
    properties = {"product_id": "p-4", "levels": levels}
    event = {"event": "stock_counted", "event_id": "fast", "timestamp": ahead, "properties": properties}
    assert server.post("/v1/events?source=http_catalogue", event).json()["accepted"] == 1
    assert server.stock({one: 0 for one in full() if one.startswith("p-4/")}).status_code == 202
    assert not server.app.shelf.in_stock("p-4")


@pytest.mark.parametrize("sent", ["jane@example.com", "jane%40example.com", "a b", "\u00e9"])
def test_a_request_id_that_may_be_an_address_is_replaced(server: Served, sent: str) -> None:
    """It goes into the record of the slate, which is for ever."""
    headers = {b"x-request-id": sent.encode()}
    answer = server.client.post("/v1/recommendations", json={"surface": "home"}, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["request_id"] != sent
    log = server.app.log.follow(after=0, limit=1_000_000)
    assert all("jane" not in one.event.request_id for one in log if isinstance(one.event, SlateServed))


def test_an_idempotency_key_is_no_address(server: Served) -> None:
    """It names events without an id, in clear."""
    headers = {"idempotency-key": "jane@example.com"}
    answer = server.client.post("/v1/events", json={"event": "product_viewed"}, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("field", ["colour", "size_label"])
def test_an_address_in_a_word_of_the_catalogue_is_kept_apart(server: Served, field: str) -> None:
    """What is stored as it is sent is refused where it is an address; so is an event id."""
    event = {"event": "product_viewed", "event_id": "1", "anonymous_id": "c", "properties": {"product_id": "p-1"}}
    event |= {"properties": {"product_id": "p-1", field: "jane@example.com"}}
    assert server.post("/v1/events", event).json()["events"][0]["reason"] == "pii_detected"
    plain = {"event": "page_viewed", "event_id": "jane@example.com", "anonymous_id": "c"}
    assert server.post("/v1/events", plain).json()["events"][0]["reason"] == "pii_detected"


def test_the_shop_answers_deep_and_unreadable_bodies(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cookies, clicks and impressions of any bytes are 4xx or a page, never a fault of the server."""
    from base64 import urlsafe_b64encode

    deep = b'[{"variant_id":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"}]"
    with served(tmp_path_factory.mktemp("pages"), pages=True) as found:
        cookie = {"cookie": f"haberdasher_bag={urlsafe_b64encode(deep).decode()}"}
        assert found.client.get("/bag", headers=cookie).status_code == 200
        for path in ("/clicks", "/impressions"):
            for body in (b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"slate":"\xff\xfe","position":1}'):
                answer = found.client.post(path, content=body, headers={"content-type": "application/json"})
                assert 400 <= answer.status_code < 500, (path, body[:20], answer.status_code)
        assert not found.app.failures.counts
