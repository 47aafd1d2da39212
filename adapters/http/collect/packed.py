"""Bodies that clients have packed."""

import zlib
from http import HTTPStatus

from adapters.http.errors import Problem
from adapters.http.reading import WHOLE

#: Unpacked; clients pack batches of at most 500 KB.
MOST_BYTES = 5_000_000


def unpacked(body: bytes) -> bytes:
    """Unpack gzip, up to a limit. Errors: `Problem` 400 or 413."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        whole = unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise Problem(HTTPStatus.BAD_REQUEST, "not_gzip", WHOLE, "it says gzip and is something else") from None
    if len(whole) > MOST_BYTES:
        hint = f"more than {MOST_BYTES:,} bytes when unpacked; send it in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", WHOLE, hint)
    if not unpacker.eof:
        raise Problem(HTTPStatus.BAD_REQUEST, "not_gzip", WHOLE, "the packed body is cut off")
    return whole
