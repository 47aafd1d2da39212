"""The collector of Snowplow trackers: `POST .../com.snowplowanalytics.snowplow/tp2` and the pixel `GET .../i`.

Browsers ask first whether they may (CORS), and send cookies although nothing here reads any: the origin is repeated.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import MediaType, Request, Response, Router, get, post, route
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from litestar.params import RawBody

from adapters.http.collect.collecting import Collecting
from adapters.http.errors import ErrorBody, Problem, answering, documented
from adapters.http.keys import require
from adapters.http.reading import MOST_EVENTS, not_json
from application.intake import wire
from domain.taxonomy.dialects.snowplow.decoding import unpacked
from domain.taxonomy.refusal import Refused

PREFIX = "/collect/snowplow"
_POST, _PIXEL = "/com.snowplowanalytics.snowplow/tp2", "/i"
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_MOST_FIELDS = 200
#: Trackers in a browser leave it to the collector to note which one it is; others speak for somebody else.
_IN_A_BROWSER = "js-"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_SAME_LENGTH = rb"\\ufffd"
_ERRORS = documented(400, 401, 403, 413, 503, 507)

AnyRequest = Request[Any, Any, Any]


class _Payload(msgspec.Struct):
    """`payload_data`; its schema is not asked for, its events are cut out as they stand."""

    data: list[msgspec.Raw]


class _Whole(msgspec.Struct):
    data: msgspec.Raw


def snowplow_router(collecting: Collecting) -> Router:
    """Return the collector's two paths and the preflight of both."""
    service = collecting.service

    def store(request: AnyRequest, bodies: Sequence[bytes]) -> None:
        agent = request.headers.get("user-agent", "")
        collecting.store(service.sources.snowplow, [_stored(body, agent) for body in bodies])

    @post(_POST, status_code=HTTPStatus.OK, media_type=MediaType.TEXT, responses=_ERRORS, sync_to_thread=True)
    def post_tp2(request: AnyRequest, body: RawBody) -> Response[str]:
        """Store every event of one `payload_data`. Durable when answered, whatever became of each."""
        _admit(collecting, request)
        if bodies := events_of(body):
            store(request, bodies)
        return Response("ok", media_type=MediaType.TEXT, headers=_allowed(request))

    @get(_PIXEL, status_code=HTTPStatus.OK, media_type="image/gif", responses=_ERRORS, sync_to_thread=True)
    def get_i(request: AnyRequest) -> Response[bytes]:
        """Store the one event that the query says, and answer with a pixel."""
        _admit(collecting, request)
        store(request, [wire.encode(event_of(request.scope["query_string"]))])
        return Response(_GIF, media_type="image/gif", headers={**_allowed(request), "Cache-Control": "no-store"})

    @route(
        [_POST, _PIXEL],
        http_method=[HttpMethod.OPTIONS],
        status_code=HTTPStatus.NO_CONTENT,
        include_in_schema=False,
        sync_to_thread=False,
    )
    def preflight(request: AnyRequest) -> Response[None]:
        asked = {
            "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
            "Access-Control-Allow-Headers": "Content-Type, SP-Anonymous",
            "Access-Control-Max-Age": "600",
        }
        return Response(None, headers={**_allowed(request), **asked})

    answer = answering(service)

    def refused(request: AnyRequest, error: Exception) -> Response[ErrorBody]:
        """A page that may not read an answer takes it for a broken network, and sends for ever."""
        response = answer(request, error)
        response.headers.update(_allowed(request))
        return response

    return Router(
        PREFIX,
        route_handlers=[preflight, post_tp2, get_i],  # in this order: the framework would answer OPTIONS by itself
        exception_handlers={HTTPException: refused, Exception: refused},
        tags=["collect"],
    )


def events_of(body: bytes) -> Sequence[bytes]:
    """Cut a request into its events, byte for byte as sent; an object that is no `payload_data` is one message.

    Errors: `Problem` 400 for what is no JSON object, 413 for more than 1000 events.
    """
    try:
        events = _cut(body)
    except msgspec.ValidationError:
        return [body] if body.lstrip(b" \t\r\n")[:1] == b"{" else _no_payload()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_json() from None
    if len(events) > MOST_EVENTS:
        hint = f"more than {MOST_EVENTS} events; send them in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many", "data", hint)
    return events


def _no_payload() -> Sequence[bytes]:
    raise not_json("expected `payload_data`: an object with `data`, a list of events")


def _cut(body: bytes) -> Sequence[bytes]:
    """A lone surrogate (half an emoji in a page title) spoils the event that has it, and not its neighbours."""
    if not _SURROGATE.search(body):
        return [bytes(one) for one in msgspec.json.decode(body, type=_Payload).data]
    readable = _SURROGATE.sub(_SAME_LENGTH, body)
    listed = bytes(msgspec.json.decode(readable, type=_Whole).data)
    events, end = [], readable.index(listed)
    for one in msgspec.json.decode(listed, type=list[msgspec.Raw]):
        start = readable.index(bytes(one), end)
        end = start + len(bytes(one))
        events.append(body[start:end])
    return events


def event_of(query: bytes) -> Mapping[str, str]:
    """Return the fields of a query. Errors: `Problem` 400 for none at all and for far too many."""
    try:
        fields = dict(parse_qsl(query.decode("latin-1"), max_num_fields=_MOST_FIELDS))
    except ValueError:
        fields = {}
    if not fields:
        raise Problem(HTTPStatus.BAD_REQUEST, "no_event", "(query)", f"expected an event of 1 to {_MOST_FIELDS} fields")
    return fields


def _stored(body: bytes, agent: str) -> bytes:
    """Unpack an event and note the browser it came from; what cannot be read is stored as it was sent."""
    try:
        sent = wire.decode(body)
    except Refused:
        return body
    if not isinstance(sent, dict):
        return body
    found = unpacked(sent, wire.decode)
    if agent and not sent.get("ua") and str(sent.get("tv")).startswith(_IN_A_BROWSER):
        found = {**found, "ua": agent, "added": ["ua"]}
    return body if found is sent else wire.encode(found)


def _admit(collecting: Collecting, request: AnyRequest) -> None:
    """Let everybody in where there are no keys or the door is open, else who brings a key (through a proxy)."""
    if collecting.service.open_collectors:
        return
    try:
        require(collecting.service, request, "events")
    except Problem as no:
        hint = "trackers send no key: set `open_collectors`, or let a proxy add `Authorization: Bearer KEY`"
        raise Problem(no.status, no.error, no.field, hint) from None


def _allowed(request: AnyRequest) -> dict[str, str]:
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}
