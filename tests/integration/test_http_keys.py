"""With API keys configured, nobody without one gets in, and no key does more than it is for."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.http import Served, served

KEYS = {
    "events-key-0123456789": frozenset({"events"}),
    "catalog-key-0123456789": frozenset({"catalog"}),
    "recommend-key-0123456789": frozenset({"recommend"}),
    "read-key-0123456789": frozenset({"read"}),
    "all-key-0123456789": frozenset({"events", "catalog", "recommend", "read"}),
}
VIEW = {"event": "product_viewed", "anonymous_id": "cookie-1", "properties": {"product_id": "p-1"}}
#: method, path, body, scope
ROUTES: list[tuple[str, str, Any, str]] = [
    ("POST", "/v1/events", VIEW, "events"),
    ("POST", "/v1/catalog", {"products": [{}]}, "catalog"),
    ("PUT", "/v1/inventory", {"levels": [{"variant_id": "p-1/red/s", "quantity": 1}]}, "catalog"),
    ("POST", "/v1/recommendations", {"surface": "home"}, "recommend"),
    ("GET", "/v1/slates/nothing", None, "read"),
    ("GET", "/metrics", None, "read"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("http"), keys=KEYS) as found:
        yield found


@pytest.mark.parametrize(("method", "path", "body", "scope"), ROUTES)
def test_a_route_asks_for_its_scope(server: Served, method: str, path: str, body: Any, scope: str) -> None:
    """401 without a key or with an unknown one, 403 with a key for something else, else an answer."""
    for headers in ({}, {"X-Api-Key": "nobody-knows-this-key"}, {"Authorization": "Basic YTpi"}, {"X-Api-Key": "\xff"}):
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        answer = server.client.request(method, path, json=body, headers=raw)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["field"]
        assert answer.json()["hint"]
    for key, scopes in KEYS.items():
        for headers in ({"X-Api-Key": key}, {"Authorization": f"Bearer {key}"}):
            status = server.client.request(method, path, json=body, headers=headers).status_code
            assert (status == 403) is (scope not in scopes), (key, status)
            assert status != 401


def test_facts_of_the_order_system_ask_for_more(server: Served) -> None:
    """A tracker's key does not speak for a source whose word on orders is taken."""
    for key, status in (("events-key-0123456789", 403), ("all-key-0123456789", 202)):
        answer = server.client.post("/v1/events?source=oms", json=VIEW, headers={"X-Api-Key": key})
        assert answer.status_code == status


def test_health_is_open(server: Served) -> None:
    """Who restarts a process that hangs needs no key."""
    assert server.client.get("/health/live").status_code == 200
    assert server.client.get("/health/ready").status_code == 200
