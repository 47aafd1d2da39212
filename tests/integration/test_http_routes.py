"""Every route answers as the reference says: the happy paths, and each documented refusal with field and hint."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.http import Served, served
from tests.support.shop import sent

VIEW = {"event": "product_viewed", "anonymous_id": "cookie-1", "properties": {"product_id": "p-1"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("http")) as found:
        yield found


def refused(answer: Any, status: int, field: str) -> str:
    """Hold an answer to be a refusal of the documented form; return its code."""
    body = answer.json()
    assert (answer.status_code, body["field"]) == (status, field)
    assert set(body) == {"error", "field", "hint"}
    assert body["error"]
    assert body["hint"]
    return str(body["error"])


def test_a_batch_is_answered_event_by_event(server: Served) -> None:
    """Accepted, duplicate and quarantined add up; what the taxonomy refuses is no error, and says why."""
    event = VIEW | {"event_id": "batch-1"}
    answer = server.post("/v1/events", {"events": [event, event, VIEW | {"event": "fly"}, 7]})
    body = answer.json()
    assert answer.status_code == 202
    assert (body["accepted"], body["duplicate"], body["quarantined"]) == (1, 1, 2)
    assert [one["outcome"] for one in body["events"]] == ["accepted", "duplicate", "quarantined", "quarantined"]
    assert (body["events"][2]["reason"], body["events"][2]["field"]) == ("unknown_event_name", "event")
    assert body["events"][0]["event_id"] == "batch-1"
    assert body["position"] == server.app.intake.head()


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one], lambda one: {"events": [one]}])
def test_an_event_comes_in_three_wrappings(server: Served, wrap: Any) -> None:
    """One event, a list, or an object with a list: the same event each time."""
    before = server.app.intake.head()
    assert server.post("/v1/events", wrap(VIEW)).json()["accepted"] == 1
    assert server.app.intake.head() == before + 1


def test_a_request_that_is_sent_again_has_one_effect_and_one_answer(server: Served) -> None:
    """Under its Idempotency-Key the answer is the first one, byte for byte; another request needs another key."""
    key = {"Idempotency-Key": "key-1"}
    first, again = (server.post("/v1/events", [VIEW, VIEW], **key) for _ in range(2))
    assert (first.json()["accepted"], first.content) == (2, again.content)
    assert refused(server.post("/v1/events", [VIEW], **key), 422, "Idempotency-Key") == "idempotency_key_reused"
    level = {"levels": [{"variant_id": "p-1/red/s", "quantity": 5}]}
    refused(server.client.put("/v1/inventory", json=level, headers=key), 422, "Idempotency-Key")
    puts = [server.client.put("/v1/inventory", json=level, headers={"Idempotency-Key": "key-2"}) for _ in range(2)]
    assert puts[0].content == puts[1].content


def test_the_same_id_for_another_body_is_a_conflict(server: Served) -> None:
    """One event by itself is answered 409; in a batch its place says so."""
    assert server.post("/v1/events", VIEW | {"event_id": "once"}).status_code == 202
    other = VIEW | {"event_id": "once", "anonymous_id": "cookie-2"}
    assert refused(server.post("/v1/events", other), 409, "event_id") == "duplicate_conflict"
    third = VIEW | {"event_id": "once", "anonymous_id": "cookie-3"}
    batch = server.post("/v1/events", [third]).json()
    assert (batch["quarantined"], batch["events"][0]["reason"]) == (1, "duplicate_conflict")


def test_a_registered_source_may_be_named(server: Served) -> None:
    """History comes in under a source that is trusted on when things happened; nobody else's name is made up."""
    old = json.loads(sent("product_viewed", 0, anonymous_id="cookie-9", properties={"product_id": "p-1"}))
    assert server.post("/v1/events", old).json()["events"][0]["reason"] == "timestamp_too_old"
    assert server.post("/v1/events?source=web", old).json()["accepted"] == 1
    refused(server.post("/v1/events?source=nobody", old), 422, "source")


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/v1/events", b"not json", 400, "(body)"),
        ("/v1/events", b"7", 400, "(body)"),
        ("/v1/events", json.dumps([VIEW] * 1001).encode(), 422, "events"),
        ("/v1/events", b"[" + b" " * 1_000_000 + b"]", 413, ""),
        ("/v1/catalog", b"not json", 400, "(body)"),
        ("/v1/catalog", b"{}", 422, "products"),
        ("/v1/catalog", b'{"products":[{},7]}', 422, "products[1]"),
        ("/v1/catalog", b"x" * 1_000_001, 413, ""),
        ("/v1/recommendations", b"not json", 400, "(body)"),
        ("/v1/recommendations", b"{}", 422, "surface"),
        ("/v1/recommendations", b'{"surface":"cart"}', 422, "surface"),
        ("/v1/recommendations", b'{"surface":"home","k":0}', 422, "k"),
        ("/v1/recommendations", b'{"surface":"home","k":-3}', 422, "k"),
        ("/v1/recommendations", b'{"surface":"home","k":"3"}', 422, "k"),
        ("/v1/recommendations", b'{"surface":"home","columns":101}', 422, "columns"),
        ("/v1/recommendations", b'{"surface":"home","after":-1}', 422, "after"),
        ("/v1/recommendations", b'{"surface":"home","exclude":["a",""]}', 422, "exclude[1]"),
        ("/v1/recommendations", b'{"surface":"home","customer":{"email":" "}}', 422, "customer.email"),
        ("/v1/recommendations", b'{"surface":"home","context":{"session_id":"\\u0000"}}', 422, "context.session_id"),
        ("/v1/recommendations", b'{"surface":"similar"}', 422, "product_id"),
        ("/v1/recommendations", b'{"surface":"similar","subject":"nowhere"}', 422, "product_id"),
        ("/v1/recommendations", b'{"surface":"similar","subject":"a","product_id":"b"}', 422, "product_id"),
        ("/v1/recommendations", b"x" * 1_000_001, 413, ""),
    ],
)
def test_a_bad_body_is_refused_by_field(server: Served, path: str, body: bytes, status: int, field: str) -> None:
    """Neither a crash nor a guess: status, field and what to do."""
    refused(server.client.post(path, content=body), status, field)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"not json", 400, "(body)"),
        (b'{"levels":{}}', 422, "levels"),
        (b'{"levels":[]}', 422, "levels"),
        (
            b'{"levels":[{"variant_id":"p-1/red/s","quantity":1},{"variant_id":"x","quantity":1}]}',
            422,
            "levels[1].variant_id",
        ),
        (b'{"levels":[{"variant_id":"p-1/red/s","quantity":-1}]}', 422, "levels[0].quantity"),
        (b"x" * 1_000_001, 413, ""),
    ],
)
def test_a_bad_count_is_refused_by_place(server: Served, body: bytes, status: int, field: str) -> None:
    """A count that cannot be changes no stock at all, and the level at fault is named."""
    before = server.app.intake.head()
    refused(server.client.put("/v1/inventory", content=body), status, field)
    assert server.app.intake.head() == before


def test_a_listing_that_is_incomplete_is_quarantined(server: Served) -> None:
    """The taxonomy reads products as it reads everything: what it refuses is kept, and said."""
    body = server.post("/v1/catalog", {"products": [{"product_id": "half", "title": "Half"}]}).json()
    assert (body["quarantined"], body["events"][0]["field"]) == (1, "colourways")


def test_a_slate_has_names_prices_and_places(server: Served) -> None:
    """An answer can be put on a page as it is."""
    body = server.ask(k=6, columns=3).json()
    assert [(one["position"], one["row"], one["col"]) for one in body["items"]] == [
        (1, 1, 1),
        (2, 1, 2),
        (3, 1, 3),
        (4, 2, 1),
        (5, 2, 2),
        (6, 2, 3),
    ]
    for one in body["items"]:
        number = one["product_id"].removeprefix("p-")
        assert (one["title"], one["brand"]) == (f"Thing {number}", f"b-{int(number) % 8}")
        assert one["price"] == {"amount": "19.90", "currency": "EUR"}
        assert one["list_price"] == {"amount": "29.90", "currency": "EUR"}
        assert one["variant_id"].startswith(f"{one['product_id']}/red/")
        assert one["image_url"] == f"/pictures/{one['product_id']}-red.png"
        assert one["sizes_in_stock"] == ["s", "m", "l"]
        assert 0 < one["propensity"] <= 1
    assert body["degraded"] == ["no_release"]


def test_what_is_excluded_or_asked_about_is_left_out(server: Served) -> None:
    """The page says what it shows already; what something is similar to is not similar to itself."""
    shown = {one["product_id"] for one in server.ask(k=24).json()["items"]}
    assert len(shown) == 24
    left = server.ask(surface="similar", product_id="p-1", k=24, exclude=["p-2", "nowhere"]).json()
    assert {one["product_id"] for one in left["items"]} == shown - {"p-1", "p-2"}


def test_a_slate_can_be_traced(server: Served) -> None:
    """The whole record is there under its id, and the slate was recorded before it was answered."""
    body = server.ask(customer={"anonymous_id": "cookie-1"}).json()
    trace = server.client.get(f"/v1/slates/{body['slate_id']}").json()
    assert trace["slate_id"] == trace["served"]["slate_id"] == body["slate_id"]
    assert [one["product_id"] for one in trace["served"]["slots"]] == [one["product_id"] for one in body["items"]]
    assert trace["served"]["versions"]["policy"] == body["versions"]["policy"]
    assert trace["served"]["latency_ms"]["total"] >= 0
    assert trace["labels"] == []


@pytest.mark.parametrize("slate_id", ["nothing", "%00", "x" * 200, "%F0%9F%91%97", "..", "a%2Fb"])
def test_an_unknown_slate_is_not_found(server: Served, slate_id: str) -> None:
    """Whatever stands in the path."""
    answer = server.client.get(f"/v1/slates/{slate_id}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "field", "hint"}


def test_what_was_just_sent_is_known_in_the_answer(server: Served) -> None:
    """With `after` an answer has seen the event that was stored at that position: it is not shown again."""
    first = server.ask(customer={"anonymous_id": "new-here"}).json()["items"][0]["product_id"]
    view = VIEW | {"anonymous_id": "new-here", "properties": {"product_id": first}}
    position = server.post("/v1/events", view).json()["position"]
    again = server.ask(customer={"anonymous_id": "new-here"}, after=position).json()
    assert again["degraded"] == ["no_release"]
    assert first not in [one["product_id"] for one in again["items"]]


def test_the_request_id_goes_in_and_out(server: Served) -> None:
    """A client's id stands in the answer and in the record; one that no log can hold is replaced by ours."""
    answer = server.post("/v1/recommendations", {"surface": "home"}, **{"X-Request-Id": "mine-1"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "mine-1"
    for bad in ("x" * 129, "a\tb"):
        given = server.client.get("/nowhere", headers={"X-Request-Id": bad}).headers["x-request-id"]
        assert given != bad
        assert len(given) == 32


def test_other_paths_and_methods_are_refused(server: Served) -> None:
    """Unknown paths are 404, and a path that takes other methods says which."""
    assert refused(server.client.get("/nowhere"), 404, "") == "not_found"
    answer = server.client.delete("/v1/events")
    assert refused(answer, 405, "") == "method_not_allowed"
    assert "POST" in answer.headers["allow"]


def test_a_key_for_idempotency_has_a_size(server: Served) -> None:
    """255 characters are a key, more are not."""
    assert server.post("/v1/events", VIEW, **{"Idempotency-Key": "k" * 255}).status_code == 202
    refused(server.post("/v1/events", VIEW, **{"Idempotency-Key": "k" * 256}), 422, "Idempotency-Key")


def test_health_names_what_is_served(server: Served) -> None:
    """A server at work is live and ready, and says which release answers."""
    assert server.client.get("/health/live").json() == {"status": "live"}
    ready = server.client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"], ready.json()["release"]) == (200, True, "")


def test_figures_are_exposed(server: Served) -> None:
    """Requests by route and status, slates that did without, and outcomes at the door are counted."""
    server.ask()
    text = server.client.get("/metrics").text
    lines = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[:1] != "#"}
    answered = 'haberdasher_http_requests_total{method="POST",route="/v1/recommendations",status="200"}'
    slates = lines['haberdasher_slates_total{surface="home"}']
    assert lines[answered] >= slates > 0
    assert lines['haberdasher_slates_degraded_total{flag="no_release"}'] >= slates
    assert lines['haberdasher_intake_events_total{outcome="accepted",reason=""}'] >= 48
    assert lines['haberdasher_slate_stage_seconds_count{stage="total",surface="home"}'] == slates
    assert lines["haberdasher_intake_lag"] >= 0


def test_the_document_describes_every_route(server: Served) -> None:
    """OpenAPI 3.1, from this machine alone: every route with its body, its answer and its refusals."""
    document = server.client.get("/schema").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) >= {
        *("/v1/events", "/v1/catalog", "/v1/inventory", "/v1/recommendations", "/v1/slates/{slate_id}"),
        *("/health/live", "/health/ready", "/metrics"),
    }
    asked = document["paths"]["/v1/recommendations"]["post"]
    named = asked["requestBody"]["content"]["application/json"]["schema"]
    assert named["required"] == ["surface"]
    assert set(named["properties"]) >= {"surface", "subject", "customer", "context", "k", "exclude", "after", "columns"}
    assert set(asked["responses"]) >= {"200", "401", "403", "413", "422", "503", "507"}
    text = json.dumps(document)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])
    assert server.client.get("/schema/openapi.yaml").status_code == 200


def test_nothing_is_said_to_be_ready_that_is_not(server: Served) -> None:
    """Stock that was not read for too long is missing, by name, until it is read again."""
    age = server.app.shelf.most_age
    server.app.shelf.most_age = -age
    try:
        answer = server.client.get("/health/ready")
        assert refused(answer, 503, "stock") == "not_ready"
        assert answer.headers["retry-after"] == "1"
    finally:
        server.app.shelf.most_age = age
