"""What goes wrong, as every client reads it: `{error, field, hint}`, whatever the route.

What somebody sent is answered with 4xx, what we lack with 503 or 507 and when to come back. 500 is a fault of ours.
"""

import errno
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from attrs import frozen
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from adapters.http.service import Service
from application.intake.group_commit import Closed
from application.serving.asked import AskedInvalid
from ports.vault import PepperRefused

RETRY_AFTER_S = 1
_log = logging.getLogger("haberdasher.http")
_FULL = ("disk is full", "no space left", "disk full")
_HINTS: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "nothing lives at this path; see /schema",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path takes other methods; see /schema",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is too large; send it in parts",
}


@frozen
class ErrorBody:
    """`error`: a code for programs. `field`: what is at fault, empty if it is no field. `hint`: the remedy."""

    error: str
    field: str
    hint: str


@frozen
class Problem(Exception):
    """An answer other than 2xx. `again`: it may be sent again as it is, a little later."""

    status: int
    error: str
    field: str
    hint: str
    again: bool = False


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """Return what the OpenAPI document says of the answers that are errors."""
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=HTTPStatus(status).phrase)
        for status in statuses
    }


def answering(service: Service) -> Callable[[Request[Any, Any, Any], Exception], Response[ErrorBody]]:
    """Return the one handler for whatever a route raises."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
        problem = _of(error)
        if problem is None:
            problem = _unexpected(service, request, error)
        headers = {"Retry-After": str(RETRY_AFTER_S)} if problem.again else {}
        if problem.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        if isinstance(error, HTTPException) and error.headers:
            headers |= {name: value for name, value in error.headers.items() if name.lower() == "allow"}
        body = ErrorBody(problem.error, problem.field, problem.hint)
        return Response(body, status_code=problem.status, headers=headers, media_type="application/json")

    return answer


def _of(error: Exception) -> Problem | None:
    """Return the problem that an error is, or None if it is none that anybody foresaw."""
    problem = None
    match error:
        case Problem():
            problem = error
        case AskedInvalid():
            problem = Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", error.field, error.hint)
        case HTTPException() if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            problem = _refused(error)
        case PepperRefused():
            hint = "the vault's secret was rotated; this server has to be restarted with the new one"
            problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "secret_rotated", "", hint, again=True)
        case Closed():
            problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "closing", "", "the server is going down", again=True)
        case _ if _is_full(error):
            hint = "the disk is full; nothing was stored"
            problem = Problem(HTTPStatus.INSUFFICIENT_STORAGE, "storage_full", "", hint)
        case OperationalError() | InterfaceError() | NoConnection() | TimeoutError():
            hint = "the database does not answer; nothing was answered that is not stored"
            problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", "", hint, again=True)
        case _:
            pass
    return problem


def _refused(error: HTTPException) -> Problem:
    """Translate what the framework refuses; the first field that it names is the field."""
    status = HTTPStatus(error.status_code)
    found = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    named = found if isinstance(found, dict) else {}
    hint = str(named.get("message") or _HINTS.get(status) or error.detail)
    return Problem(status, status.name.lower(), str(named.get("key", "")), hint)


def _is_full(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return any(words in str(error.orig).lower() for words in _FULL)
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def _unexpected(service: Service, request: Request[Any, Any, Any], error: Exception) -> Problem:
    number = service.ids.new()
    service.failures.note(f"http {request.scope.get('path_template', '')}", error)
    _log.error("request failed, id %s", number, exc_info=error)
    hint = f"a fault of the server, written to its log under {number}"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "", hint)
