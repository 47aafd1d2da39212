"""What comes in: events as they were sent, and what the shop's own systems say of products and stock."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from attrs import field, frozen
from litestar import Request, Response, Router, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, HeaderParameter, RawBody

from adapters.http import stocking
from adapters.http.errors import Problem, documented
from adapters.http.keys import needs, require
from adapters.http.metrics import Metrics
from adapters.http.once import Once
from adapters.http.openapi import taking
from adapters.http.reading import events_of, invalid, text
from adapters.http.service import Service
from application.intake.deposit import CONFLICT
from application.intake.door import Answer
from domain.taxonomy.scrub import is_email

_LONGEST_KEY = 255
IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False)]


@frozen
class EventAnswered:
    """`outcome`: accepted, duplicate or quarantined; then `reason`, `field` and `detail` say why."""

    event_id: str
    outcome: str
    reason: str = ""
    field: str = ""
    detail: str = ""


@frozen
class Received:
    """accepted + duplicate + quarantined = sent. `position`: the highest intake position; wait for it with `after`."""

    accepted: int
    duplicate: int
    quarantined: int
    position: int
    events: tuple[EventAnswered, ...]


def accepted(*errors: int) -> dict[int, ResponseSpec]:
    """Return what the OpenAPI document says of a route that answers `Received`."""
    received = ResponseSpec(Received, generate_examples=False, description="Durable; an outcome for each event")
    return {HTTPStatus.ACCEPTED: received, **documented(*errors)}


_ERRORS = accepted(400, 401, 403, 413, 422, 503, 507)


@frozen(kw_only=True)
class Event:
    """One event of the taxonomy in its wire form; unknown fields are kept."""

    event: str
    event_id: str | None = None
    timestamp: str | None = None
    anonymous_id: str | None = None
    user_id: str | None = None
    properties: dict[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Events:
    """At most 1000 events."""

    events: list[Event]


def receiving_router(service: Service, metrics: Metrics) -> Router:
    """Return `POST /events`, `POST /catalog` and `PUT /inventory`."""
    once = Once(service)

    def store(source: str, bodies: Sequence[bytes], key: str | None) -> Sequence[Answer]:
        answers = service.door.receive(source, bodies, batch_id=key or service.ids.new())
        metrics.intake(answers)
        return answers

    def store_and_apply(bodies: Sequence[bytes], key: str | None) -> Received:
        """Nothing is answered before serving knows it: what was said to be sold out is not served afterwards."""
        answers = store(service.sources.catalogue, bodies, key)
        service.live.round()
        return received(answers)

    @post(
        "/events",
        status_code=HTTPStatus.ACCEPTED,
        guards=[needs(service, "events")],
        responses=accepted(400, 401, 403, 409, 413, 422, 503, 507),
        operation_class=taking(Event, Events),
        sync_to_thread=True,
    )
    def post_events(
        request: Request[Any, Any, Any], body: RawBody, source: FromQuery[str | None] = None, key: IdempotencyKey = None
    ) -> Response[bytes]:
        """Store one event, a list, or `{"events": [...]}`. Durable when answered; what is refused says why."""
        name = _source(service, request, source)
        bodies, single = events_of(body)

        def do() -> Received:
            answers = store(name, bodies, key)
            service.live.knock()
            if single and answers[0].reason == CONFLICT.reason.value:
                raise Problem(HTTPStatus.CONFLICT, answers[0].reason, answers[0].field, answers[0].detail)
            return received(answers)

        return once.answer(request, body, _idempotency(key), do)

    @post(
        "/catalog",
        status_code=HTTPStatus.ACCEPTED,
        guards=[needs(service, "catalog")],
        responses=_ERRORS,
        operation_class=taking(stocking.Catalog),
        sync_to_thread=True,
    )
    def post_catalog(request: Request[Any, Any, Any], body: RawBody, key: IdempotencyKey = None) -> Response[bytes]:
        """List products, each with all its colourways and variants. They can be recommended once they are in stock."""
        bodies = stocking.listings(body)
        return once.answer(request, body, _idempotency(key), lambda: store_and_apply(bodies, key))

    @put(
        "/inventory",
        status_code=HTTPStatus.ACCEPTED,
        guards=[needs(service, "catalog")],
        responses=_ERRORS,
        operation_class=taking(stocking.Inventory),
        sync_to_thread=True,
    )
    def put_inventory(request: Request[Any, Any, Any], body: RawBody, key: IdempotencyKey = None) -> Response[bytes]:
        """Set how many pieces of variants there are. What is then at nought is in no slate asked for afterwards."""
        bodies = stocking.counts(body, service.shelf)
        return once.answer(request, body, _idempotency(key), lambda: store_and_apply(bodies, key))

    return Router("/", route_handlers=[post_events, post_catalog, put_inventory], tags=["intake"])


def received(answers: Sequence[Answer]) -> Received:
    outcomes = [one.outcome for one in answers]
    return Received(
        accepted=outcomes.count("accepted"),
        duplicate=outcomes.count("duplicate"),
        quarantined=outcomes.count("quarantined"),
        position=max((one.position for one in answers), default=0),
        events=tuple(
            EventAnswered(one.source_event_id, one.outcome, one.reason, one.field, one.detail) for one in answers
        ),
    )


def _source(service: Service, request: Request[Any, Any, Any], asked: str | None) -> str:
    """Return under which source events come in. What a server says is a fact, so it takes the scope for facts."""
    if asked is None:
        return service.sources.events
    declared = service.door.sources.get(asked)
    if declared is None:
        raise invalid("source", "no source is registered under this name; declare it in the settings")
    if declared.authority == "server":
        require(service, request, "catalog")
    return asked


def _idempotency(key: str | None) -> str | None:
    """It names events that have no id, in clear and for ever. Errors: `Problem` 422."""
    if key is None:
        return None
    if is_email(key):
        raise invalid("Idempotency-Key", "is an e-mail address; send an id of the request")
    return text(key, "Idempotency-Key", _LONGEST_KEY)
