"""Whatever is sent: it is taken, or refused with a reason that helps, and nothing behind the door stumbles over it."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from litestar import Litestar

from adapters.http.api import api
from haberdasher.serving import service_of
from tests.support.fuzz import ENDPOINTS, Sent, endpoint, sent
from tests.support.house import house
from tests.support.http import catalogue, full, inventory

#: As many at once as the server works on, so that the door commits in groups.
AT_ONCE = 24


async def answer(app: Litestar, request: Sent) -> tuple[int, bytes]:
    """Call an ASGI app as a server would; return status and body."""
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(errors="replace"),
        "query_string": request.query,
        "root_path": "",
        "headers": list(request.headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    status, body = [], bytearray()

    async def receive() -> Any:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status[0], bytes(body)


def judged(status: int, body: bytes) -> str:
    """Return what is wrong with an answer, nothing if it is as documented."""
    if status >= 500:
        return f"{status} {body[:300]!r}"
    said = json.loads(body)
    if status < 300:
        return ""
    if set(said) != {"error", "field", "hint"} or not all(isinstance(one, str) for one in said.values()):
        return f"{status} {body[:300]!r}"
    return "" if said["error"] and said["hint"] else f"{status} {body[:300]!r}"


async def fuzz(app: Litestar, count: int) -> tuple[Counter[tuple[str, int]], list[tuple[int, str]]]:
    """Send the requests 0 .. count - 1; return how often each path answered what, and what was wrong by number."""
    statuses: Counter[tuple[str, int]] = Counter()
    wrong: list[tuple[int, str]] = []
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            request = sent(number)
            status, body = await answer(app, request)
            statuses[endpoint(number)[1], status] += 1
            if trouble := judged(status, body):
                wrong.append((number, trouble))

    async with app.lifespan():
        for method, path, given in (
            ("POST", "/v1/catalog", {"products": catalogue()}),
            ("PUT", "/v1/inventory", inventory(full())),
        ):
            status, _ = await answer(app, Sent(method, path, b"", (), json.dumps(given).encode()))
            assert status == 202
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return statuses, wrong


@pytest.mark.parametrize("count", [4_000, pytest.param(30_000, marks=pytest.mark.nightly)])
def test_no_body_is_a_fault_of_the_server(count: int, tmp_path: Path) -> None:
    """Random bytes and bent JSON at every endpoint: never 5xx, every refusal has error, field and hint."""
    app = house(tmp_path)
    service = evolve(service_of(app), pages=False, most_in_flight=AT_ONCE)
    statuses, wrong = asyncio.run(fuzz(api(service, version="test", close=app.close), count))
    assert wrong == []
    assert sum(statuses.values()) == count
    assert not app.failures.counts, app.failures.latest
    for method, path, _ in ENDPOINTS:
        seen = {status for (of, status) in statuses if of == path}
        assert seen >= ({404} if method == "GET" else {400, 422, 200 if "recommend" in path else 202}), path
