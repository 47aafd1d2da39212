"""The doors of Segment and RudderStack: who may, what is stored, and what is answered."""

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from litestar.testing import TestClient

from adapters.http.api import api
from application.projections.quarantine import waiting
from haberdasher.bootstrap import App
from haberdasher.serving import service_of
from tests.support.house import house
from tests.vendors.segment_coverage import message

KEY = "a-write-key-of-ours"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = house(tmp_path)
    yield app
    app.close()


@pytest.fixture
def client(app: App) -> Iterator[TestClient[Any]]:
    service = evolve(service_of(app, {KEY: frozenset(["events"]), "k" * 20: frozenset(["read"])}), collects_only=True)
    with TestClient(api(service, version="test")) as client:
        yield client


def basic(key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def call(number: int) -> dict[str, Any]:
    return dict(message("Product Viewed", {"product_id": "coat"})) | {"messageId": f"m-{number}"}


def test_a_batch_is_stored_message_by_message(app: App, client: TestClient[Any]) -> None:
    """Each message by itself and verbatim, with what the batch says of all, without the key."""
    batch = {
        "batch": [call(1), call(2)],
        "sentAt": "2026-11-24T12:00:00Z",
        "writeKey": KEY,
        "context": {"locale": "de"},
    }
    answer = client.post("/collect/segment/v1/batch", json=batch)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    records = app.intake.follow(after=0, limit=10)
    assert [one.arrival.source_event_id for one in records] == ["m-1", "m-2"]
    body = json.loads(app.releasing.body(records[0].position) or b"")
    assert (body["context"], body["sentAt"]) == ({"locale": "de"}, batch["sentAt"])
    assert KEY not in json.dumps(body)


def test_a_batch_that_is_sent_again_changes_nothing(app: App, client: TestClient[Any]) -> None:
    """A client that got no answer sends once more: the ids are known, whatever `sentAt` it has by then."""
    for second in (0, 30):
        sent = {"batch": [call(1)], "sentAt": f"2026-11-24T12:00:{second:02}Z"}
        assert client.post("/collect/segment/v1/batch", json=sent, headers=basic(KEY)).status_code == 200
    assert app.intake.head() == 1


def test_single_calls_are_of_the_type_that_their_path_says(app: App, client: TestClient[Any]) -> None:
    """`/v1/page` takes a page call without a `type`; what a path does not know is 404."""
    page = {"messageId": "p-1", "anonymousId": "c", "properties": {"path": "/"}, "writeKey": KEY}
    assert client.post("/collect/rudder/v1/page", json=page).json() == "OK"
    app.live.work.round()
    assert app.intake.head() == 1
    assert client.post("/collect/rudder/v1/teleport", json=page).status_code == 404


def test_packed_bodies_are_unpacked_up_to_a_limit(app: App, client: TestClient[Any]) -> None:
    """gzip as the clients send it; a bomb is 413, rubbish and half a body are 400."""
    headers = basic(KEY) | {"content-encoding": "gzip"}
    whole = gzip.compress(json.dumps({"batch": [call(1)]}).encode())
    bomb = gzip.compress(b" " * 6_000_000)
    post = "/collect/segment/v1/batch"
    assert client.post(post, content=whole, headers=headers).status_code == 200
    assert client.post(post, content=bomb, headers=headers).status_code == 413
    assert client.post(post, content=b"rubbish", headers=headers).status_code == 400
    assert client.post(post, content=whole[:-9], headers=headers).status_code == 400
    assert app.intake.head() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("wrong-key-of-somebody"),
        {"authorization": "Basic !!"},
        {"authorization": b"Basic \xe9\xff"},
        basic("k" * 20),
    ],
)
def test_nothing_is_stored_without_a_key_for_events(app: App, client: TestClient[Any], headers: dict[str, Any]) -> None:
    """No key, a wrong one, an unreadable one: 401; one for something else: 403. The clients find their own words."""
    answer = client.post("/collect/rudder/v1/batch", json={"batch": [call(1)]}, headers=headers)
    assert answer.status_code == (403 if headers == basic("k" * 20) else 401)
    said = answer.json()
    assert (said["code"], said["message"]) == (said["error"], said["hint"])
    assert app.intake.head() == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b"7", b'{"batch": []}', b'{"batch": {}}', b"\xff", b"[" * 5000]
)
def test_what_cannot_be_taken_apart_is_told(app: App, client: TestClient[Any], body: bytes) -> None:
    """400 with the field; nothing is stored that has no messages."""
    answer = client.post("/collect/segment/v1/batch", content=body, headers=basic(KEY))
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "field", "hint", "code", "message"}
    assert app.intake.head() == 0


def test_a_batch_has_a_size(app: App, client: TestClient[Any]) -> None:
    """Too many messages, a body over the limit, or much that would be repeated for each message: nothing is stored."""
    post = "/collect/segment/v1/batch"
    assert (
        client.post(post, content=b'{"batch": [' + b",".join([b"{}"] * 1001) + b"]}", headers=basic(KEY)).status_code
        == 400
    )
    repeated = {"batch": [call(1)] * 1000, "context": {"note": "x" * 70_000}}
    answer = client.post(post, json=repeated, headers=basic(KEY))
    assert (answer.status_code, answer.json()["field"]) == (413, "context")
    large = client.post(post, content=b" " * 1_000_001, headers=basic(KEY))
    assert (large.status_code, large.json()["code"]) == (413, "request_entity_too_large")
    assert app.intake.head() == 0


def test_a_message_adds_to_what_its_batch_says(app: App, client: TestClient[Any]) -> None:
    """Its own word counts more, in its context name by name; null says nothing."""
    own = call(1) | {"context": {"locale": "fr", "timezone": None}, "sentAt": None, "type": "track"}
    batch = {
        "batch": [own, call(2) | {"context": 5}],
        "context": {"locale": "de", "timezone": "Europe/Berlin", "ip": "203.0.113.7"},
        "sentAt": "2026-11-24T12:00:00Z",
    }
    assert client.post("/collect/segment/v1/batch", json=batch, headers=basic(KEY)).status_code == 200
    bodies = [json.loads(app.releasing.body(position) or b"") for position in (1, 2)]
    assert bodies[0]["sentAt"] == "2026-11-24T12:00:00Z"
    assert bodies[0]["context"] == {"locale": "fr", "timezone": None, "ip": "203.0.113.0"}
    assert bodies[1]["context"] == 5


def test_one_bad_message_costs_no_other(app: App, client: TestClient[Any]) -> None:
    """What is no object, and half a character, wait with their reasons; their neighbours are stored as they are."""
    coat = json.dumps(call(1) | {"properties": {"product_id": "coat \U0001f9e5"}})
    half = json.dumps(call(2)).replace('"coat"', '"coat \\ud83e"')
    body = f'{{"batch": [7, {half}, {coat}, ["track"]], "sentAt": "2026-11-24T12:00:00Z"}}'
    assert client.post("/collect/segment/v1/batch", content=body, headers=basic(KEY)).status_code == 200
    app.live.work.round()
    found = [(one.position, one.reason) for one in waiting(app.read_models)]
    assert found == [(1, "type_invalid"), (2, "text_invalid"), (4, "type_invalid")]
    assert json.loads(app.releasing.body(3) or b"")["properties"] == {"product_id": "coat \U0001f9e5"}
    assert app.releasing.body(2) == half.encode()


@pytest.mark.parametrize(("body", "reason"), [(b"7", "type_invalid"), (b'{"event": "\\ud800"}', "text_invalid")])
def test_a_single_call_is_kept_whatever_it_is(app: App, client: TestClient[Any], body: bytes, reason: str) -> None:
    """One JSON value under the path of a call is one message: it waits with its reason."""
    assert client.post("/collect/segment/v1/track", content=body, headers=basic(KEY)).status_code == 200
    app.live.work.round()
    assert [one.reason for one in waiting(app.read_models)] == [reason]


def test_a_bad_message_waits_and_the_client_hears_nothing_of_it(app: App, client: TestClient[Any]) -> None:
    """Unknown names, too large messages and odd types are stored with their reason beside the good ones."""
    large = dict(message("Product Viewed", {"product_id": "coat", "note": "x" * 70_000})) | {"messageId": "m-9"}
    odd = {"type": "beam", "messageId": "m-8", "anonymousId": "c"}
    sent = {"batch": [call(1), dict(message("Warp", {})), large, odd, {"messageId": "m-7", "type": "track"}]}
    assert client.post("/collect/segment/v1/batch", json=sent, headers=basic(KEY)).status_code == 200
    app.live.work.round()
    assert {one.reason for one in waiting(app.read_models)} == {
        "unknown_event_name",
        "oversize",
        "enum_unknown",
        "missing_required",
    }
    assert app.intake.head() == 5
