"""Bodies to values, strictly: what is wrong is said with the name of the field, and nothing sent is a crash."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from adapters.http.errors import Problem
from application.intake import wire
from domain.taxonomy.refusal import Refused

T = TypeVar("T")
#: What one request may carry of events or products.
MOST_EVENTS = 1_000
WHOLE = "(body)"
_PATH = re.compile(r" - at `(?:key in )?\$?\.?(.*)`$")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decoded(body: bytes, kind: type[T], at: str = "") -> T:
    """Decode JSON as `kind`; `at` is where it stands in a larger body. Errors: `Problem` 400 or 422."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), at) from None
    except _UNREADABLE:
        raise not_json() from None


def plain(body: bytes, at: str) -> dict[str, Any]:
    """Decode one JSON object without loss, numbers with a fraction as `Decimal`. Errors: `Problem` 422."""
    try:
        value = wire.decode(body)
    except Refused as no:
        raise invalid(at, no.detail) from None
    if not isinstance(value, dict):
        raise invalid(at, "expected an object")
    return value


def events_of(body: bytes) -> tuple[Sequence[bytes], bool]:
    """Cut a body into its events, byte for byte as they were sent; tell whether it was one event by itself.

    Taken are one event, a list of events, and `{"events": [...]}`. Errors: `Problem` 400 or 422.
    """
    start = body.lstrip(b" \t\r\n")[:1]
    if start == b"[":
        return _many(body), False
    if start != b"{":
        raise not_json("expected an event, a list of events, or an object with `events`")
    fields = decoded(body, dict[str, msgspec.Raw])
    if "events" in fields and "event" not in fields:
        return _many(bytes(fields["events"])), False
    return (body,), True


def _many(body: bytes) -> Sequence[bytes]:
    events = decoded(body, list[msgspec.Raw], "events")
    if not 1 <= len(events) <= MOST_EVENTS:
        raise invalid("events", f"expected 1 to {MOST_EVENTS} events, not {len(events)}")
    return [bytes(one) for one in events]


def text(value: str, field: str, most: int = 128) -> str:
    """Return a text that any store and log line can hold. Errors: `Problem` 422."""
    if not 1 <= len(value) <= most or not value.isprintable():
        raise invalid(field, f"expected 1 to {most} printable characters")
    return value


def invalid(field: str, hint: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", field, hint)


def not_json(hint: str = "expected one complete JSON value in UTF-8") -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "not_json", WHOLE, hint)


def _misfit(message: str, at: str) -> Problem:
    """Read the decoder's message, such as: Expected `int`, got `str` - at `$.k`."""
    found = _PATH.search(message)
    within, hint = (found.group(1), message[: found.start()]) if found else ("", message)
    if missing := re.search(r"missing required field `(\w+)`", message):
        within = f"{within}.{missing.group(1)}" if within else missing.group(1)
    joint = "" if not at or not within or within.startswith("[") else "."
    return invalid(f"{at}{joint}{within}" or WHOLE, hint.replace("Object ", "").strip())
