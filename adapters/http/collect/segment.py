"""Doors for the clients of Segment and RudderStack: batches or single calls, answered as those services answer.

What waits in the quarantine is answered like the rest: these clients send again what is refused, and it would never be
taken. The write key is an API key of ours; clients send it as the user of HTTP Basic or in the body.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, post
from litestar.params import FromPath, RawBody

from adapters.http.collect.collecting import Collecting
from adapters.http.errors import Problem, documented
from adapters.http.reading import MOST_EVENTS, decoded, invalid

CALLS = frozenset(["track", "page", "screen", "identify", "alias", "group"])
_BATCHES = frozenset(["batch", "import"])
#: Unpacked; clients pack batches of at most 500 KB.
MOST_BYTES = 5_000_000
#: Fields of a batch that hold for each of its messages.
_SHARED = ("sentAt", "context")
_ERRORS = documented(400, 401, 403, 404, 413, 422, 503, 507)


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
        sent = unpacked(body) if request.headers.get("content-encoding", "") == "gzip" else body
        fields = decoded(sent, dict[str, msgspec.Raw])
        collecting.admit(_write_key(request.headers.get("authorization", ""), fields))
        messages = _batch(fields) if call in _BATCHES else [_message(fields, call, {})]
        collecting.store(source, messages)
        return answer

    return Router(f"/collect/{name}", route_handlers=[post_call], tags=["collect"])


def unpacked(body: bytes) -> bytes:
    """Unpack gzip, up to a limit. Errors: `Problem` 400 or 413."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        whole = unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise Problem(HTTPStatus.BAD_REQUEST, "not_gzip", "(body)", "it says gzip and is something else") from None
    if len(whole) > MOST_BYTES:
        hint = f"more than {MOST_BYTES:,} bytes when unpacked; send it in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", "(body)", hint)
    if not unpacker.eof:
        raise Problem(HTTPStatus.BAD_REQUEST, "not_gzip", "(body)", "the packed body is cut off")
    return whole


def _write_key(authorization: str, fields: Mapping[str, msgspec.Raw]) -> str:
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return decoded(bytes(fields["writeKey"]), str, "writeKey") if "writeKey" in fields else ""


def _batch(fields: Mapping[str, msgspec.Raw]) -> Sequence[bytes]:
    """Cut a batch into its messages, byte for byte, each with what the batch says for all of them."""
    if "batch" not in fields:
        raise invalid("batch", "a list of calls is required")
    parts = decoded(bytes(fields["batch"]), list[dict[str, msgspec.Raw]], "batch")
    if not 1 <= len(parts) <= MOST_EVENTS:
        raise invalid("batch", f"expected 1 to {MOST_EVENTS} calls, not {len(parts)}")
    shared = {name: fields[name] for name in _SHARED if name in fields}
    return [_message(part, "", shared) for part in parts]


def _message(fields: Mapping[str, msgspec.Raw], call: str, shared: Mapping[str, msgspec.Raw]) -> bytes:
    """Return a message as it is stored: without the write key, with its type and what its batch says."""
    whole = {**shared, **{name: value for name, value in fields.items() if name != "writeKey"}}
    if call:
        whole.setdefault("type", msgspec.Raw(msgspec.json.encode(call)))
    return msgspec.json.encode(whole)
