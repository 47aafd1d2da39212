"""The door of Google Analytics 4: who may, what is stored, what is answered, and what the validation route says."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from litestar.testing import TestClient

from adapters.http.api import api
from application.projections.quarantine import waiting
from haberdasher.bootstrap import App
from haberdasher.cli.ingest import send_all
from haberdasher.serving import service_of
from haberdasher.sources import FILE_SOURCES
from tests.support.house import house
from tests.unit.dialects.test_ga4_bigquery import row

KEY = "a-secret-of-ours"
READER = "k" * 20
COLLECT = f"/collect/ga4/mp/collect?measurement_id=G-ABC&api_secret={KEY}"
DEBUG = f"/collect/ga4/debug/mp/collect?measurement_id=G-ABC&api_secret={KEY}"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = house(tmp_path)
    yield app
    app.close()


@pytest.fixture
def client(app: App) -> Iterator[TestClient[Any]]:
    keys = {KEY: frozenset(["events"]), READER: frozenset(["read"])}
    service = evolve(service_of(app, keys), collects_only=True)
    with TestClient(api(service, version="test"), raise_server_exceptions=False) as client:
        yield client


def micros(app: App) -> int:
    return int(app.clock.now().timestamp()) * 1_000_000


def view(number: int, **changes: Any) -> dict[str, Any]:
    return {"name": "view_item", "params": {"items": [{"item_id": f"p-{number}"}]}, **changes}


def request(*events: Any, **shared: Any) -> dict[str, Any]:
    return {"client_id": "123.456", **shared, "events": list(events)}


def stored(app: App, position: int) -> Mapping[str, Any]:
    body: Mapping[str, Any] = json.loads(app.releasing.body(position) or b"")
    return body


def test_events_are_stored_one_by_one_with_what_the_request_says(app: App, client: TestClient[Any]) -> None:
    """Each under Google's names beside its request, digits and all, without the secret; 204 and nothing else."""
    body = (
        b'{"client_id": "123.456", "consent": {"ad_user_data": "GRANTED"}, "api_secret": "' + KEY.encode() + b'",'
        b' "events": [{"name": "view_item", "params": {"value": 10.10, "currency": "EUR", "items": [{"item_id": "p",'
        b' "price": 1234567890123.10}]}}, {"name": "search", "params": {"search_term": "coat"}}]}'
    )
    answer = client.post(COLLECT, content=body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert app.intake.head() == 2
    assert b"1234567890123.10" in (app.releasing.body(1) or b"")
    assert KEY.encode() not in (app.releasing.body(1) or b"")
    assert stored(app, 2) == {
        "measurement_id": "G-ABC",
        "client_id": "123.456",
        "consent": {"ad_user_data": "GRANTED"},
        "name": "search",
        "params": {"search_term": "coat"},
    }
    app.live.work.round()
    assert not list(waiting(app.read_models))


def test_an_event_says_more_than_its_request(app: App, client: TestClient[Any]) -> None:
    """Its own time counts, as Google documents it."""
    now = micros(app)
    sent = request(view(1, timestamp_micros=now - 5), view(2), timestamp_micros=now)
    assert client.post(COLLECT, json=sent).status_code == 204
    assert [stored(app, place)["timestamp_micros"] for place in (1, 2)] == [now - 5, now]


def test_a_request_with_times_is_recognised_when_it_comes_again(app: App, client: TestClient[Any]) -> None:
    """The id is made of the content where there is a time, so sending again changes nothing."""
    sent = request(view(1), view(2), timestamp_micros=micros(app))
    for _ in range(2):
        assert client.post(COLLECT, json=sent).status_code == 204
    assert app.intake.head() == 2


def test_without_a_time_every_request_counts(app: App, client: TestClient[Any]) -> None:
    """The weaker promise: nobody can tell a repeated view from a repeated request, and nothing is swallowed."""
    for _ in range(2):
        client.post(COLLECT, json=request(view(1)))
    assert app.intake.head() == 2


def test_equal_events_of_one_request_are_several(app: App, client: TestClient[Any]) -> None:
    """Where only the request has a time, the second of two equal events is no copy; where they have one, it is."""
    now = micros(app)
    sent = request(view(1), view(1), timestamp_micros=now)
    for _ in range(2):
        client.post(COLLECT, json=sent)
    assert app.intake.head() == 2
    own = view(2, timestamp_micros=now)
    client.post(COLLECT, json=request(own, own))
    assert app.intake.head() == 3


def test_more_events_than_google_keeps(app: App, client: TestClient[Any]) -> None:
    """Google drops what follows the 25th event; here a thousand are stored, and more are refused as a whole."""
    assert client.post(COLLECT, json=request(*map(view, range(1000)))).status_code == 204
    assert app.intake.head() == 1000
    answer = client.post(COLLECT, json=request(*map(view, range(1001))))
    assert (answer.status_code, answer.json()["field"]) == (422, "events")
    assert app.intake.head() == 1000


def test_a_bad_event_waits_and_the_client_hears_nothing_of_it(app: App, client: TestClient[Any]) -> None:
    """Leads, views of nothing, too large events and odd types are stored with their reason beside the good one."""
    large = view(1, note="x" * 70_000)
    sent = request(view(1), {"name": "generate_lead"}, {"name": "view_item"}, large, 7, {"params": {}}, "x")
    answer = client.post(COLLECT, json=sent)
    assert (answer.status_code, answer.content) == (204, b"")
    app.live.work.round()
    assert app.intake.head() == 7
    assert sorted(one.reason for one in waiting(app.read_models)) == [
        *("missing_required", "missing_required", "oversize", "type_invalid", "type_invalid", "unknown_event_name")
    ]


def test_places_and_addresses_do_not_stay(app: App, client: TestClient[Any]) -> None:
    """Google's consent has no word for places, so they go; an address is cut, a click id becomes a yes."""
    page = "https://shop.example/?gclid=abc&x=1"
    where = {"ip_override": "203.0.113.77", "user_location": {"country_id": "DE", "city": "Berlin"}}
    client.post(COLLECT, json=request({"name": "page_view", "params": {"page_location": page}}, **where))
    body = stored(app, 1)
    assert body["ip_override"] == "203.0.113.0"
    assert "user_location" not in body
    assert "gclid=abc" not in body["params"]["page_location"]


def test_packed_bodies_are_unpacked_up_to_a_limit(app: App, client: TestClient[Any]) -> None:
    """gzip as proxies send it; a bomb is 413, rubbish and half a body are 400."""
    headers = {"content-encoding": "gzip"}
    whole = gzip.compress(json.dumps(request(view(1))).encode())
    assert client.post(COLLECT, content=whole, headers=headers).status_code == 204
    for content, status in ((gzip.compress(b" " * 6_000_000), 413), (b"rubbish", 400), (whole[:-9], 400)):
        assert client.post(COLLECT, content=content, headers=headers).status_code == status
    assert app.intake.head() == 1


@pytest.mark.parametrize("path", ["/collect/ga4/mp/collect", "/collect/ga4/debug/mp/collect"])
@pytest.mark.parametrize(
    ("query", "status"),
    [("", 401), ("?api_secret=", 401), ("?api_secret=nobody-knows-it", 401), (f"?api_secret={READER}", 403)],
)
def test_nothing_is_stored_without_a_secret_for_events(
    app: App, client: TestClient[Any], path: str, query: str, status: int
) -> None:
    """No secret or a wrong one: 401; one for something else: 403. The validation route asks too."""
    answer = client.post(path + query, json=request(view(1)))
    assert (answer.status_code, set(answer.json())) == (status, {"error", "field", "hint"})
    assert app.intake.head() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *((b"", 400), (b"{", 400), (b"\xff", 400), (b"NaN", 400), (b"[]", 422), (b"{}", 422)),
        *((b'{"events": []}', 422), (b'{"events": {}}', 422), (b'{"events": null}', 422), (b"[" * 3000, 422)),
    ],
)
def test_what_cannot_be_taken_apart_is_told(app: App, client: TestClient[Any], body: bytes, status: int) -> None:
    """4xx with the field, and nothing is stored; the validation route says it in Google's form."""
    answer = client.post(COLLECT, content=body)
    assert (answer.status_code, set(answer.json())) == (status, {"error", "field", "hint"})
    said = client.post(DEBUG, content=body)
    assert said.status_code == 200
    (one,) = said.json()["validationMessages"]
    assert one["validationCode"] == "VALUE_INVALID"
    assert app.intake.head() == 0


def test_the_validation_route_says_what_would_wait_and_stores_nothing(app: App, client: TestClient[Any]) -> None:
    """Google's form, our reasons: the place of the event, the field, and a code of theirs."""
    far = {"timestamp_micros": micros(app) + 3_600_000_000}
    bad = (view(1), {"name": "veiw_item"}, {"name": "view_item"}, view(2, **far), 7)
    answer = client.post(DEBUG, json=request(*bad))
    assert answer.status_code == 200
    messages = answer.json()["validationMessages"]
    assert [(one["fieldPath"], one["validationCode"]) for one in messages] == [
        ("events[1].name", "NAME_INVALID"),
        ("events[2].product_id", "VALUE_REQUIRED"),
        ("events[3].timestamp", "VALUE_OUT_OF_BOUNDS"),
        ("events[4].(event)", "VALUE_INVALID"),
    ]
    assert messages[0]["description"].startswith("unknown_event_name: ")
    assert "product_viewed" in messages[0]["description"]
    assert app.intake.head() == 0
    assert client.post(DEBUG, json=request(view(1))).json() == {"validationMessages": []}


def test_an_export_comes_in_once(app: App, tmp_path: Path) -> None:
    """Rows of the export are history: read twice they are stored once, and a bad row waits with its reason."""
    rows = [
        row("page_view"),
        row("view_item", items=[{"item_id": "p"}]),
        row("view_item", items=[{"item_id": "p"}], event_timestamp="1735521540000000"),  # two years old, and good
        row("session_start"),
    ]
    file = tmp_path / "events.json"
    file.write_text("\n".join([*map(json.dumps, rows), "{cut off"]))
    first, again = (send_all(app, FILE_SOURCES["ga4"].events(file), file.name, lambda _: None) for _ in range(2))
    assert (first.accepted, first.quarantined, first.received) == (3, 2, 5)
    assert (again.duplicate, again.received) == (5, 5)
    assert "not_json" in first.reasons
