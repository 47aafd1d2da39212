"""What comes in: events as they were sent, and what the shop's own systems say of products and stock."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from attrs import field, frozen
from litestar import Request, Router, post, put
from litestar.params import FromQuery, HeaderParameter, RawBody

from adapters.http import stocking
from adapters.http.errors import Problem, documented
from adapters.http.keys import needs, require
from adapters.http.metrics import Metrics
from adapters.http.openapi import taking
from adapters.http.reading import events_of, invalid, text
from adapters.http.service import Service
from application.intake.deposit import CONFLICT
from application.intake.door import Answer
from domain.taxonomy.scrub import is_email

_LONGEST_KEY = 255
IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False)]
_ERRORS = documented(400, 401, 403, 413, 422, 503, 507)


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

    def store(source: str, bodies: Sequence[bytes], key: str | None) -> Sequence[Answer]:
        batch_id = service.ids.new() if key is None else _idempotency(key)
        answers = service.door.receive(source, bodies, batch_id=batch_id)
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
        responses=documented(400, 401, 403, 409, 413, 422, 503, 507),
        operation_class=taking(Event, Events),
        sync_to_thread=True,
    )
    def post_events(
        request: Request[Any, Any, Any], body: RawBody, source: FromQuery[str | None] = None, key: IdempotencyKey = None
    ) -> Received:
        """Store one event, a list, or `{"events": [...]}`. Durable when answered; what is refused says why."""
        name = _source(service, request, source)
        bodies, single = events_of(body)
        answers = store(name, bodies, key)
        service.live.knock()
        if single and answers[0].reason == CONFLICT.reason.value:
            raise Problem(HTTPStatus.CONFLICT, answers[0].reason, answers[0].field, answers[0].detail)
        return received(answers)

    @post(
        "/catalog",
        status_code=HTTPStatus.ACCEPTED,
        guards=[needs(service, "catalog")],
        responses=_ERRORS,
        operation_class=taking(stocking.Catalog),
        sync_to_thread=True,
    )
    def post_catalog(body: RawBody, key: IdempotencyKey = None) -> Received:
        """List products, each with all its colourways and variants. They can be recommended once they are in stock."""
        return store_and_apply(stocking.listings(body), key)

    @put(
        "/inventory",
        status_code=HTTPStatus.ACCEPTED,
        guards=[needs(service, "catalog")],
        responses=_ERRORS,
        operation_class=taking(stocking.Inventory),
        sync_to_thread=True,
    )
    def put_inventory(body: RawBody, key: IdempotencyKey = None) -> Received:
        """Set how many pieces of variants there are. What is then at nought is in no slate asked for afterwards."""
        return store_and_apply(stocking.counts(body, service.shelf), key)

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


def _idempotency(key: str) -> str:
    """It names events that have no id, in clear and for ever. Errors: `Problem` 422."""
    if is_email(key):
        raise invalid("Idempotency-Key", "is an e-mail address; send an id of the request")
    return text(key, "Idempotency-Key", _LONGEST_KEY)
