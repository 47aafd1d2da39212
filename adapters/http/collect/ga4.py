"""The door for Google Analytics 4: the Measurement Protocol, and its validation server that stores nothing.

Google answers 204 whatever it thinks of the events, so what waits in the quarantine is answered like the rest; the
other route says what is wrong with it. Google keeps 25 events of a request; here all are kept, up to 1000.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from attrs import frozen
from litestar import Request, Router, post
from litestar.params import FromQuery, RawBody

from adapters.http.collect.collecting import Collecting
from adapters.http.collect.packed import unpacked
from adapters.http.errors import Problem, documented
from adapters.http.reading import MOST_EVENTS, decoded, invalid
from application.intake import wire
from domain.taxonomy.refusal import Reason, Refused

Fields = Mapping[str, msgspec.Raw]
#: What a request says for none of its events: the events themselves, and the key, which is nobody's business.
_NOT_SHARED = frozenset(["events", "api_secret"])
_ERRORS = documented(400, 401, 403, 413, 422, 503, 507)
_CODES: Mapping[Reason, str] = {
    Reason.MISSING_REQUIRED: "VALUE_REQUIRED",
    Reason.UNKNOWN_EVENT_NAME: "NAME_INVALID",
    Reason.AMBIGUOUS_NAME: "NAME_INVALID",
    Reason.DERIVED_NOT_FACT: "NAME_INVALID",
    Reason.VALUE_OUT_OF_RANGE: "VALUE_OUT_OF_BOUNDS",
    Reason.TIMESTAMP_FUTURE: "VALUE_OUT_OF_BOUNDS",
    Reason.TIMESTAMP_TOO_OLD: "VALUE_OUT_OF_BOUNDS",
    Reason.OVERSIZE: "VALUE_OUT_OF_BOUNDS",
}


@frozen
class ValidationMessage:
    """Google's form: `validationCode` is a code of theirs, `description` begins with the reason of the quarantine."""

    fieldPath: str  # noqa: N815 - Google's spelling
    description: str
    validationCode: str  # noqa: N815 - Google's spelling


@frozen
class Validated:
    validationMessages: tuple[ValidationMessage, ...]  # noqa: N815 - Google's spelling


def ga4_router(collecting: Collecting) -> Router:
    """Return `/collect/ga4/mp/collect` and `/collect/ga4/debug/mp/collect`."""

    @post("/mp/collect", status_code=HTTPStatus.NO_CONTENT, responses=_ERRORS, sync_to_thread=True)
    def post_collect(
        request: Request[Any, Any, Any],
        body: RawBody,
        api_secret: FromQuery[str] = "",
        measurement_id: FromQuery[str] = "",
        firebase_app_id: FromQuery[str] = "",
    ) -> None:
        """Store the events of a request. Durable when answered, and answered alike whether they can be read or not."""
        collecting.admit(api_secret)
        stream = {"measurement_id": measurement_id, "firebase_app_id": firebase_app_id}
        collecting.store(collecting.service.sources.ga4, messages(_sent(request, body), stream))

    @post("/debug/mp/collect", status_code=HTTPStatus.OK, responses=_ERRORS, sync_to_thread=True)
    def post_debug(
        request: Request[Any, Any, Any],
        body: RawBody,
        api_secret: FromQuery[str] = "",
        measurement_id: FromQuery[str] = "",
        firebase_app_id: FromQuery[str] = "",
    ) -> Validated:
        """Say what would become of the events of a request, and store nothing."""
        collecting.admit(api_secret)
        stream = {"measurement_id": measurement_id, "firebase_app_id": firebase_app_id}
        try:
            bodies = messages(_sent(request, body), stream)
        except Problem as problem:
            return Validated((ValidationMessage(problem.field, problem.hint, "VALUE_INVALID"),))
        return Validated(tuple(_examined(collecting, bodies)))

    return Router("/collect/ga4", route_handlers=[post_collect, post_debug], tags=["collect"])


def messages(body: bytes, stream: Mapping[str, str]) -> Sequence[bytes]:
    """Cut a request into its events, each beside what the request says for all of them. Errors: `Problem` 400 or 422.

    `stream`: where the events go, from the query; empty values are left out.
    """
    fields = decoded(body, dict[str, msgspec.Raw])
    if "events" not in fields:
        raise invalid("events", "a list of events is required")
    events = decoded(bytes(fields["events"]), list[msgspec.Raw], "events")
    if not 1 <= len(events) <= MOST_EVENTS:
        raise invalid("events", f"expected 1 to {MOST_EVENTS} events, not {len(events)}")
    named = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in stream.items() if value}
    shared = named | {name: value for name, value in fields.items() if name not in _NOT_SHARED}
    seen: Counter[bytes] = Counter()
    return [_message(bytes(event), shared, seen) for event in events]


def _message(event: bytes, shared: Fields, seen: Counter[bytes]) -> bytes:
    """Return what is stored; what is no object is stored as it is.

    Where only the request has a time, equal events of it are numbered: they are several, and not one sent twice.
    """
    try:
        own = msgspec.json.decode(event, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return event
    whole = {**shared, **own}
    if "timestamp_micros" not in own:
        seen[event] += 1
        if seen[event] > 1:
            whole["occurrence"] = msgspec.Raw(str(seen[event]).encode())
    return msgspec.json.encode(whole)


def _sent(request: Request[Any, Any, Any], body: bytes) -> bytes:
    return unpacked(body) if request.headers.get("content-encoding", "") == "gzip" else body


def _examined(collecting: Collecting, bodies: Sequence[bytes]) -> Sequence[ValidationMessage]:
    """Read each event as the door would. What only the store knows, such as a repeated id, is not said."""
    service = collecting.service
    source, now, found = service.door.sources.get(service.sources.ga4), service.clock.now(), []
    for place, body in enumerate(bodies):
        try:
            service.door.reader.understand(wire.decode(body), source, now, f"debug:{place}")
        except Refused as no:
            path = f"events[{place}].{'name' if no.field == 'event' else no.field}"
            text = f"{no.reason.value}: {no.detail}" + (
                f" (did you mean {no.suggested_name}?)" * bool(no.suggested_name)
            )
            found.append(ValidationMessage(path, text, _CODES.get(no.reason, "VALUE_INVALID")))
    return found
