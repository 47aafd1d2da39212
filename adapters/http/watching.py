"""Around every request, routed or not: its id in and out, its status and its time in the figures."""

import re
from collections.abc import Iterable
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http.metrics import Metrics
from ports.clock import Ids

REQUEST_ID = "X-Request-Id"
#: An id and nothing else: it goes into the record of a slate, where no address may stand, plain or escaped.
_FIT = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


def watched(app: ASGIApp, metrics: Metrics, ids: Ids) -> ASGIApp:
    """Wrap an ASGI app. `scope["state"]["request_id"]` has the id; one that no log may hold is replaced."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        begun, method = perf_counter(), str(scope.get("method"))
        request_id = _sent(scope["headers"]) or ids.new()
        scope["state"]["request_id"] = request_id

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (REQUEST_ID.lower().encode(), request_id.encode())]
                route = str(scope.get("path_template") or "(none)")
                named = method if method in _METHODS else "other"
                metrics.request(named, route, message["status"], perf_counter() - begun)
            await send(message)

        await app(scope, receive, answer)

    return call


def _sent(headers: Iterable[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name.lower() == REQUEST_ID.lower().encode():
            text = value.decode("latin-1")
            return text if _FIT.fullmatch(text) else ""
    return ""
