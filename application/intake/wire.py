"""Bytes from outside to JSON values: every trap of the format is a reason, none is a crash."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import msgspec

from domain.taxonomy.refusal import Reason, Refused

MAX_BYTES = 64 * 1024
#: Objects and lists in each other. A decoder's own limit depends on who calls it; the answer must not.
MAX_DEPTH = 64


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refused(Reason.NUMBER_INVALID, "(body)", "too many digits") from None


_decoder = msgspec.json.Decoder(float_hook=_decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")
_canonical = msgspec.json.Encoder(order="sorted", decimal_format="number")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def decode(body: bytes) -> Any:
    """Decode one event strictly; numbers with a fraction come as `Decimal`. Raises `Refused`."""
    if len(body) > MAX_BYTES:
        raise Refused(Reason.OVERSIZE, "(body)", f"larger than {MAX_BYTES} bytes")
    try:
        value = _decoder.decode(body)
    except RecursionError:
        raise Refused(Reason.NOT_JSON, "(body)", "nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _explain(body, error)
    if b"\\u0000" in body or body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _walk(value)
    return value


def encode(value: Any) -> bytes:
    return _encoder.encode(value)


def canonical_bytes(value: Any) -> bytes:
    """Encode with sorted keys: equal values give equal bytes."""
    return _canonical.encode(value)


def _explain(body: bytes, error: Exception) -> NoReturn:
    """Find out why a strict decoder stopped; only bad input comes here, so time does not matter."""

    def not_finite(_: str) -> NoReturn:
        raise Refused(Reason.NUMBER_INVALID, "(body)", "NaN and infinity are not numbers of JSON") from None

    try:
        json.loads(body, parse_constant=not_finite)
    except (ValueError, RecursionError) as parsed:
        if "digits" in str(parsed):
            raise Refused(Reason.NUMBER_INVALID, "(body)", "too many digits") from None
        raise Refused(Reason.NOT_JSON, "(body)", "not one complete JSON value in UTF-8") from None
    if _SURROGATE.search(body):
        raise Refused(Reason.TEXT_INVALID, "(body)", "contains a lone surrogate") from None
    if "range" in str(error):
        raise Refused(Reason.NUMBER_INVALID, "(body)", "too many digits") from None
    raise Refused(Reason.NOT_JSON, "(body)", "not one complete JSON value in UTF-8") from None


def _walk(value: Any) -> None:
    """Look at everything in a value that may hold NUL or be nested too deeply."""
    level, depth = [value], 0
    while level:
        if any(isinstance(one, str) and "\x00" in one for one in level):
            raise Refused(Reason.TEXT_INVALID, "(body)", "contains NUL")
        if depth > MAX_DEPTH:
            raise Refused(Reason.NOT_JSON, "(body)", "nested too deeply")
        within = [one for one in level if isinstance(one, (dict, list))]
        level = [inner for one in within for inner in ((*one, *one.values()) if isinstance(one, dict) else one)]
        depth += 1
