"""P10 (small): whatever is sent, what is personal in it is in no log, no error, no figure."""

import asyncio
import logging
from pathlib import Path

import pytest
from attrs import evolve

from adapters.http.api import api
from haberdasher.serving import service_of
from tests.integration.test_http_fuzz import AT_ONCE, answer
from tests.support.fuzz import Sent, sent
from tests.support.house import house

#: What the fuzzed bodies hold -> a value that occurs nowhere else.
MARKERS = {
    b"ada@example.com": b"marker-mail-7q@example.com",
    b'"ada"': b'"marker-account-7q"',
    b"203.0.113.7": b"203.0.113.217",
    b"cookie-1": b"marker-cookie-7q",
    b"cookie-2": b"marker-second-7q",
}
SOUGHT = [value.strip(b'"') for value in MARKERS.values()]


def marked(number: int) -> Sent:
    """Return a fuzzed request with the markers in it, now and then in a header, the query or the path too."""
    request = sent(number)
    body = request.body
    for known, marker in MARKERS.items():
        body = body.replace(known, marker)
    headers = request.headers
    if number % 7 == 0:
        headers = (*headers, (b"x-api-key", SOUGHT[0]), (b"referer", b"https://shop.example/?mail=" + SOUGHT[0]))
    if number % 11 == 0:
        headers = (*headers, (b"idempotency-key", SOUGHT[0]), (b"x-request-id", SOUGHT[1]))
    query = b"source=" + SOUGHT[0] if number % 13 == 0 else request.query
    path = f"/v1/slates/{SOUGHT[0].decode()}" if number % 20 == 19 else request.path
    return Sent(request.method, path, query, headers, body)


@pytest.mark.parametrize("count", [3_000, pytest.param(30_000, marks=pytest.mark.nightly)])
def test_nothing_personal_is_logged(
    count: int, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Logs at every level, both outputs, the counted failures, the page of figures, and every refusal: no marker."""
    caplog.set_level(logging.DEBUG)
    app = house(tmp_path)
    server = api(evolve(service_of(app), pages=False, most_in_flight=AT_ONCE), version="test", close=lambda: None)
    refusals, accepted = asyncio.run(driven(server, count))
    told = {"log": caplog.text, "failures": repr(app.failures.latest), "fields": repr(app.unknown_fields.counts())}
    told["out"], told["err"] = capfd.readouterr()
    blobs = {name: text.encode() for name, text in told.items()} | {"refusals": b"\n".join(refusals)}
    assert accepted > count // 10
    assert len(refusals) > count // 10
    assert [(name, one) for name, blob in blobs.items() for one in SOUGHT if one in blob] == []
    app.close()


async def driven(server: object, count: int) -> tuple[list[bytes], int]:
    """Send the requests 0 .. count - 1 and ask for the figures; return the refusals with the figures, and the rest."""
    refusals: list[bytes] = []
    accepted = 0
    numbers = iter(range(count))

    async def worker() -> None:
        nonlocal accepted
        for number in numbers:
            status, body = await answer(server, marked(number))  # type: ignore[arg-type]
            if status >= 400:
                refusals.append(body)
            else:
                accepted += 1

    async with server.lifespan():  # type: ignore[attr-defined]
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        _, figures = await answer(server, Sent("GET", "/metrics", b"", (), b""))  # type: ignore[arg-type]
    return [*refusals, figures], accepted
