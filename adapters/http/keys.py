"""Who may do what: API keys with scopes. Without any key everybody may, and then only this machine should listen."""

import hmac
from http import HTTPStatus
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from adapters.http.errors import Problem
from adapters.http.service import Service

Connection = ASGIConnection[Any, Any, Any, Any]


def needs(service: Service, scope: str) -> Guard:
    """Return the guard of a route: 401 without a known key, 403 with one that lacks the scope."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        require(service, connection, scope)

    return guard


def require(service: Service, connection: Connection, scope: str) -> None:
    """Let pass who has the scope. Errors: `Problem` 401 or 403."""
    admit(service, _sent(connection), scope)


def admit(service: Service, key: str, scope: str) -> None:
    """Let pass a key that has the scope, wherever it came from. Errors: `Problem` 401 or 403."""
    if not service.keys:
        return
    scopes = _scopes(service, key)
    if scopes is None:
        hint = "send a key that the server knows as `Authorization: Bearer KEY` or `X-Api-Key: KEY`"
        raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", "Authorization", hint)
    if scope not in scopes:
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", "Authorization", f"this key lacks the scope `{scope}`")


def _sent(connection: Connection) -> str:
    kind, _, value = connection.headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else connection.headers.get("x-api-key", "")


def _scopes(service: Service, sent: str) -> frozenset[str] | None:
    """Compare with every key, so that the time taken says nothing of any of them."""
    found = None
    for key, scopes in service.keys.items():
        if hmac.compare_digest(key.encode(), sent.encode()):
            found = scopes
    return found
