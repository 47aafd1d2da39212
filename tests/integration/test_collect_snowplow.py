"""The door for Snowplow trackers: it answers as their collector does, and loses nothing that they send."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from application.projections.quarantine import waiting
from domain.session.facts import ProductViewed
from domain.taxonomy.dialects.snowplow.message import SNOWPLOW
from haberdasher.settings import load
from tests.support.http import Served, served
from tests.support.snowplow import CONTEXTS, HAT, PAYLOAD, UNSTRUCT, action, commerce, entity, message

TP2 = "/collect/snowplow/com.snowplowanalytics.snowplow/tp2"
PIXEL = "/collect/snowplow/i"
KEY = "k" * 24
READ_KEY = "r" * 24
ORIGIN = {"Origin": "https://shop.example"}

Kept = Callable[[], list[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("snowplow"), stocked=False) as found:
        yield found


@pytest.fixture
def kept(server: Served) -> Kept:
    """Return how to get what the requests of one test left: the stored bodies in order."""
    before = server.app.intake.head()

    def bodies() -> list[Mapping[str, Any]]:
        records = server.app.intake.follow(after=before, limit=2_000)
        return [json.loads(server.app.releasing.body(one.position) or b"null") for one in records]

    return bodies


def now(server: Served) -> str:
    return str(int(server.app.clock.now().timestamp() * 1000))


def view(server: Served, eid: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a page view of this moment, for the clock of a server is real."""
    at = now(server)
    named = {} if eid is None else {"eid": eid}
    return message("pv", url="https://shop.example/hats", **fields) | {"dtm": at, "stm": at} | {"eid": None} | named


def payload(*events: Any) -> dict[str, Any]:
    return {"schema": PAYLOAD, "data": list(events)}


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def counted(server: Served) -> dict[str, float]:
    """Return how many events had which outcome at the door so far."""
    lines = [line for line in server.client.get("/metrics").text.splitlines() if "intake_events_total{" in line]
    found: dict[str, float] = {}
    for line in lines:
        outcome = line.partition('outcome="')[2].partition('"')[0]
        found[outcome] = found.get(outcome, 0) + float(line.rpartition(" ")[2])
    return found


def outcomes(server: Served, before: Mapping[str, float]) -> dict[str, float]:
    after = counted(server)
    return {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}


def test_a_batch_is_answered_ok_whatever_became_of_each(server: Served, kept: Kept) -> None:
    """Each element of `data` is one stored message, and the tracker is not told of the quarantine."""
    before = counted(server)
    answer = server.post(TP2, payload(view(server, "a-1"), view(server, "a-1", e="xx"), view(server, "a-2"), 7))
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["content-type"].startswith("text/plain")
    assert outcomes(server, before) == {"accepted": 2, "quarantined": 2}
    assert [one["eid"] if isinstance(one, dict) else one for one in kept()] == ["a-1", "a-2", 7, "a-1"]


def test_an_event_that_is_sent_again_is_a_duplicate(server: Served) -> None:
    """A tracker writes a later time of sending each time that it tries; it is the same event."""
    first = view(server, "again-1")
    assert server.post(TP2, payload(first)).status_code == 200
    before = counted(server)
    later = first | {"stm": str(int(first["stm"]) + 5000)}
    assert server.post(TP2, payload(first, later)).status_code == 200
    assert outcomes(server, before) == {"duplicate": 2}


def test_what_cannot_be_read_is_known_again_too(server: Served) -> None:
    """An event with unreadable parts waits once, however often it comes, under the key of whom it is about."""
    sent = view(server, "bad-1", duid="cookie-bad") | {"cx": "!!"}
    before = counted(server)
    assert server.post(TP2, payload(sent)).status_code == 200
    assert server.post(TP2, payload(sent | {"stm": str(int(sent["stm"]) + 5000)})).status_code == 200
    assert outcomes(server, before) == {"quarantined": 1, "duplicate": 1}
    [record] = server.app.intake.follow(after=server.app.intake.head() - 1, limit=1)
    assert record.arrival.source_event_id == "bad-1"
    assert not record.arrival.key_id.startswith("epoch:")


def test_the_pixel_takes_one_event_and_is_a_picture(server: Served, kept: Kept) -> None:
    """A query is one event; the answer is a transparent GIF of one pixel that nobody caches."""
    fields = {"e": "se", "se_ca": "shop", "se_ac": "add-to-basket", "se_la": "häat +1", "eid": "pixel-1", "duid": "c"}
    answer = server.client.get(f"{PIXEL}?{urlencode(fields | {'dtm': now(server)})}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content[:6] == b"GIF89a"
    assert (answer.content[6], answer.content[8]) == (1, 1)
    assert "no-store" in answer.headers["cache-control"]
    [stored] = kept()
    assert {name: stored[name] for name in fields} == fields


def test_an_empty_query_is_no_event(server: Served, kept: Kept) -> None:
    """A probe stores nothing, nor does a query of a thousand fields."""
    many = "&".join(f"f{n}=1" for n in range(300))
    for query in ("", "?", "?e", f"?{many}"):
        answer = server.client.get(f"{PIXEL}{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, "(query)")
    assert kept() == []


def test_packed_parts_are_stored_unpacked(server: Served, kept: Kept) -> None:
    """Base64 is the coding of the transport; what was in it is stored as it is, with a record of that."""
    product = {"schema": CONTEXTS, "data": commerce(product=HAT)}
    inner = action("product_view")["ue_pr"]
    sent = view(server, "packed-1") | {"e": "ue", "ue_px": packed(inner), "cx": packed(product).rstrip("=")}
    before = counted(server)
    assert server.post(TP2, payload(sent)).status_code == 200
    [stored] = kept()
    assert (stored["ue_pr"], stored["co"], stored["decoded"]) == (inner, product, ["ue_px", "cx"])
    assert outcomes(server, before) == {"accepted": 1}
    query = {name: value for name, value in sent.items() if value is not None} | {"eid": "packed-2"}
    assert server.client.get(f"{PIXEL}?{urlencode(query)}").status_code == 200
    assert kept()[1]["co"] == product


def test_nothing_packed_escapes_the_redaction(server: Served, kept: Kept) -> None:
    """Coordinates, addresses and click ids go, though they came in base64."""
    place = entity(SNOWPLOW, "geolocation_context", {"latitude": 48.2082, "longitude": 16.3738}, "1-1-0")
    sent = view(server, "redacted-1", ip="203.0.113.77") | {"cx": packed({"schema": CONTEXTS, "data": [place]})}
    sent |= {"url": "https://shop.example/?gclid=secret", "duid": "cookie-9"}
    assert server.post(TP2, payload(sent)).status_code == 200
    [stored] = kept()
    assert stored["ip"] == "203.0.113.0"
    assert stored["co"]["data"][0]["data"] == {}
    assert "48.2" not in json.dumps(stored)
    assert "secret" not in json.dumps(stored)


def test_the_browser_is_noted_for_trackers_in_a_browser(server: Served, kept: Kept) -> None:
    """They leave it to the collector; what another tracker's program calls itself is not the shopper's browser."""
    agent = {"User-Agent": "Mozilla/5.0 (test)"}
    events = payload(
        view(server, "ua-1", tv="js-3.24"), view(server, "ua-2", tv="py-1.1.0"), view(server, "ua-3", ua="X")
    )
    assert server.client.post(TP2, json=events, headers=agent).status_code == 200
    assert [(one.get("ua"), one.get("added")) for one in kept()] == [
        ("Mozilla/5.0 (test)", ["ua"]),
        (None, None),
        ("X", None),
    ]


def test_numbers_keep_their_digits(server: Served) -> None:
    """An event that needs no unpacking is stored byte for byte."""
    raw = b'{"e":"tr", "eid":"digits-1","duid":"c","tr_id":"o","tr_tt":19.900000000000000000001}'
    assert server.client.post(TP2, content=b'{"schema":"x","data":[ ' + raw + b" ]}").status_code == 200
    assert server.app.releasing.body(server.app.intake.head()) == raw


def test_half_an_emoji_spoils_only_its_own_event(server: Served, kept: Kept) -> None:
    """A page title that was cut inside a character is quarantined; its neighbours are taken."""
    good, bad, other = (json.dumps(view(server, f"emoji-{n}")) for n in range(3))
    bad = bad.replace('"e": "pv"', '"page": "\\ud83d", "e": "pv"')
    before = counted(server)
    body = f'{{"schema":"{PAYLOAD}","data":[{good}, {bad} ,{other}]}}'
    assert server.client.post(TP2, content=body.encode()).status_code == 200
    assert outcomes(server, before) == {"accepted": 2, "quarantined": 1}
    server.app.live.work.round()
    assert "text_invalid" in {row.reason for row in waiting(server.app.read_models, source="snowplow")}


def test_an_event_that_is_too_large_waits(server: Served) -> None:
    """It is stored and answered, and its neighbour is taken."""
    before = counted(server)
    large = view(server, "large-1", page="x" * 70_000)
    assert server.post(TP2, payload(large, view(server, "large-2"))).status_code == 200
    assert outcomes(server, before) == {"accepted": 1, "quarantined": 1}


@pytest.mark.parametrize("body", [b"", b"not json", b"7", b"[]", b'"x"', b"\xff", b"{", b'{"data":[}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(server: Served, kept: Kept, body: bytes) -> None:
    """A tracker does not repeat what is answered with 400; nothing of it could be kept as an event."""
    answer = server.client.post(TP2, content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "not_json")
    assert kept() == []


@pytest.mark.parametrize("sent", [{}, {"e": "pv"}, {"schema": "x", "data": {}}, {"data": None}])
def test_an_object_that_is_no_payload_is_one_message(server: Served, kept: Kept, sent: Any) -> None:
    """It is stored and waits, for somebody meant something by it."""
    before = counted(server)
    assert server.post(TP2, sent).status_code == 200
    assert outcomes(server, before) == {"quarantined": 1}
    assert kept() == [sent]


def test_an_empty_batch_is_nothing(server: Served, kept: Kept) -> None:
    """There is nothing to store and nothing to complain about."""
    assert server.post(TP2, payload()).text == "ok"
    assert kept() == []


def test_too_much_at_once_is_refused(server: Served, kept: Kept) -> None:
    """More than a thousand events or a megabyte: nothing is stored, and a page is told so."""
    answer = server.client.post(TP2, json=payload(*[{}] * 1001), headers=ORIGIN)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (413, ORIGIN["Origin"])
    answer = server.client.post(TP2, content=b" " * 1_000_001, headers=ORIGIN)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (413, ORIGIN["Origin"])
    assert kept() == []


@pytest.mark.parametrize("path", [TP2, PIXEL])
def test_browsers_may_ask_first(server: Served, path: str) -> None:
    """A preflight names the origin that asked, and allows the headers that trackers send."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,sp-anonymous"}
    answer = server.client.options(path, headers=ORIGIN | asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    assert answer.headers["access-control-allow-credentials"] == "true"
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert "content-type" in allowed
    assert "sp-anonymous" in allowed


def test_answers_may_be_read_by_the_page_that_sent(server: Served) -> None:
    """Without an origin nothing is said about origins."""
    sent = payload(view(server, "cors-1"))
    assert server.client.post(TP2, json=sent, headers=ORIGIN).headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in server.client.post(TP2, json=sent).headers


def test_keys_shut_the_door_for_who_has_none(tmp_path: Path) -> None:
    """Where there are keys nobody comes in without one; the answer says how, also to a page."""
    keys = {KEY: frozenset(["events"]), READ_KEY: frozenset(["read"])}
    with served(tmp_path, stocked=False, keys=keys) as server:
        sent = payload(view(server, "shut-1"))
        answer = server.client.post(TP2, json=sent, headers=ORIGIN)
        assert answer.status_code == 401
        assert "open_collectors" in answer.json()["hint"]
        assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
        assert server.client.get(f"{PIXEL}?e=pv").status_code == 401
        assert server.client.post(TP2, json=sent, headers={"X-Api-Key": READ_KEY}).status_code == 403
        assert server.app.intake.head() == 0
        assert server.client.post(TP2, json=sent, headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
        assert server.client.options(TP2, headers=ORIGIN).status_code == 204


def test_an_open_door_takes_from_everybody(tmp_path: Path) -> None:
    """`open_collectors` opens this door although there are keys, and no other one."""
    assert load({"HABERDASHER_OPEN_COLLECTORS": "true"}).open_collectors
    with served(tmp_path, stocked=False, keys={KEY: frozenset(["events"])}, open_collectors=True) as server:
        assert server.post(TP2, payload(view(server, "open-1"))).status_code == 200
        assert server.client.post("/v1/events", json={}).status_code == 401


def test_what_came_in_becomes_canonical(server: Served) -> None:
    """Behind the door an action of several products is several events of one person's session."""
    sent = view(server, "canon-1", duid="cookie-canon") | {"e": "ue", "ue_pr": action("product_view")["ue_pr"]}
    sent |= {"co": {"schema": CONTEXTS, "data": commerce(product=[HAT | {"id": "canon-1"}, HAT | {"id": "canon-2"}])}}
    assert sent["ue_pr"]["schema"] == UNSTRUCT
    assert server.post(TP2, payload(sent)).status_code == 200
    server.app.live.work.round()
    recorded = server.app.log.follow(after=0, limit=10_000)
    viewed = [one.event for one in recorded if isinstance(one.event, ProductViewed)]
    seen = [one.product.product_id for one in viewed]
    assert [one for one in seen if one.startswith("canon")] == ["canon-1", "canon-2"]
