"""Doors for the clients of Segment and RudderStack: batches or single calls, answered as those services answer.

What waits in the quarantine is answered like the rest: these clients send again what is refused, and it would never be
taken. The write key is an API key of ours; clients send it as the user of HTTP Basic or in the body.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from attrs import frozen
from litestar import MediaType, Request, Response, Router, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, RawBody

from adapters.http.collect.collecting import Collecting
from adapters.http.collect.packed import unpacked
from adapters.http.errors import ErrorBody, Problem, answering, documented
from adapters.http.reading import MOST_EVENTS, not_json
from adapters.http.service import Service
from application.intake import wire

T = TypeVar("T")
CALLS = frozenset(["track", "page", "screen", "identify", "alias", "group"])
_BATCHES = frozenset(["batch", "import"])
_PACKED = frozenset(["gzip", "x-gzip"])
_NULL = b"null"
#: An escaped backslash or a pair of surrogates (kept), or one surrogate alone, which no reader of JSON takes.
_ESCAPES = re.compile(rb"(\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w)|\\u[dD][89a-fA-F]\w\w")
_ERRORS = documented(400, 401, 403, 404, 413, 503, 507)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
Fields = Mapping[str, msgspec.Raw]


@frozen
class Refusal(ErrorBody):
    """`code` and `message` are what these clients look for: without them one takes a no for a broken network."""

    code: str
    message: str


def segment_router(collecting: Collecting) -> Router:
    """Return `/collect/segment/v1/*`."""
    answer = Response(b'{"success":true}', media_type=MediaType.JSON, status_code=HTTPStatus.OK)
    return _router(collecting, "segment", collecting.service.sources.segment, answer)


def rudder_router(collecting: Collecting) -> Router:
    """Return `/collect/rudder/v1/*`."""
    answer = Response(b'"OK"', media_type=MediaType.JSON, status_code=HTTPStatus.OK)
    return _router(collecting, "rudder", collecting.service.sources.rudder, answer)


def _router(collecting: Collecting, name: str, source: str, answer: Response[bytes]) -> Router:
    @post("/v1/{call:str}", status_code=HTTPStatus.OK, responses=_ERRORS, sync_to_thread=True)
    def post_call(request: Request[Any, Any, Any], call: FromPath[str], body: RawBody) -> Response[bytes]:
        """Store a batch, or one call of the type that the path names. Durable when answered."""
        if call not in CALLS | _BATCHES:
            raise Problem(
                HTTPStatus.NOT_FOUND, "not_found", "call", f"expected one of {', '.join(sorted(CALLS))}, batch"
            )
        packed = request.headers.get("content-encoding", "").strip().lower() in _PACKED
        sent = unpacked(body) if packed else body
        fields = _fields(sent)
        collecting.admit(_write_key(request.headers.get("authorization", ""), fields))
        collecting.store(source, _batch(sent, fields) if call in _BATCHES else [_message(sent, call)])
        return answer

    refuse = _refusing(collecting.service)
    return Router(
        f"/collect/{name}",
        route_handlers=[post_call],
        exception_handlers={HTTPException: refuse, Exception: refuse},
        tags=["collect"],
    )


def _refusing(service: Service) -> Callable[[Request[Any, Any, Any], Exception], Response[ErrorBody]]:
    """Return the handler that says what every route says, once more in the words of these clients."""
    answer = answering(service)

    def refuse(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
        response = answer(request, error)
        said = response.content
        response.content = Refusal(said.error, said.field, said.hint, said.error, said.hint)
        return response

    return refuse


def _legible(sent: bytes) -> bytes:
    """Return as many bytes that can be cut, though a text of one message holds half a character."""
    return sent if _read(sent, msgspec.Raw) is not None else _ESCAPES.sub(lambda one: one[1] or rb"\u0020", sent)


def _fields(sent: bytes) -> Fields:
    """Return the fields of a body, none of what is no object. Errors: `Problem` 400."""
    legible = _legible(sent)
    if _read(legible, msgspec.Raw) is None:
        raise not_json()
    return _read(legible, dict[str, msgspec.Raw]) or {}


def _write_key(authorization: str, fields: Fields) -> str:
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except ValueError:
            return ""
    return (_read(fields["writeKey"], str) or "") if "writeKey" in fields else ""


def _batch(sent: bytes, fields: Fields) -> Sequence[bytes]:
    """Cut a batch into its messages, byte for byte, each with what the batch says for all of them."""
    parts = _read(fields.get("batch", b""), list[msgspec.Raw])
    if parts is None:
        raise _uncut("a list of calls is required")
    if not 1 <= len(parts) <= MOST_EVENTS:
        raise _uncut(f"expected 1 to {MOST_EVENTS} calls, not {len(parts)}")
    shared = {name: fields[name] for name in ("sentAt", "context") if name in fields}
    if sum(len(bytes(one)) for one in shared.values()) > wire.MAX_BYTES:
        raise _too_large("context", f"more than {wire.MAX_BYTES:,} bytes, and it is said for every call")
    around = _read(shared.pop("context", b""), dict[str, msgspec.Raw]) or {}
    return [_message(part, "", shared, around) for part in _as_sent(sent, bytes(fields["batch"]), parts)]


def _as_sent(sent: bytes, batch: bytes, parts: Sequence[msgspec.Raw]) -> Iterator[bytes]:
    """Yield the parts of a batch that was made legible as they were sent: they stand one after another."""
    legible = _legible(sent)
    at = legible.index(batch) + 1
    for part in map(bytes, parts):
        start = legible.index(part, at)
        at = start + len(part)
        yield sent[start:at]


def _message(sent: bytes, call: str, shared: Fields | None = None, around: Fields | None = None) -> bytes:
    """Return a message as it is stored: without the write key, with its type and what its batch says.

    What it says itself counts more, in its context name by name. What is no object, or no reader of JSON takes, is
    stored as it stands: the door knows the reason.
    """
    fields = _read(sent, dict[str, msgspec.Raw])
    if fields is None:
        return sent
    whole = {name: value for name, value in fields.items() if name != "writeKey"}
    if call:
        _supply(whole, "type", msgspec.Raw(msgspec.json.encode(call)))
    for name, value in (shared or {}).items():
        _supply(whole, name, value)
    if around:
        own = {} if _lacks(whole, "context") else _read(whole["context"], dict[str, msgspec.Raw])
        if own is not None:
            whole["context"] = msgspec.Raw(msgspec.json.encode({**around, **own}))
    return msgspec.json.encode(whole)


def _supply(fields: dict[str, msgspec.Raw], name: str, value: msgspec.Raw) -> None:
    if _lacks(fields, name):
        fields[name] = value


def _lacks(fields: Fields, name: str) -> bool:
    return name not in fields or bytes(fields[name]) == _NULL


def _read(raw: bytes | msgspec.Raw, kind: type[T]) -> T | None:
    """Decode JSON as `kind`, None if it is something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except _UNREADABLE:
        return None


def _uncut(hint: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid", "batch", hint)


def _too_large(field: str, hint: str) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", field, hint)
