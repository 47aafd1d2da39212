"""What can be looked at: the record of a slate, the health of the process, its figures."""

from collections.abc import Iterator
from http import HTTPStatus

from attrs import frozen
from litestar import MediaType, Response, Router, get
from litestar.params import FromPath
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from adapters.http.errors import Problem, documented
from adapters.http.keys import needs
from adapters.http.metrics import Metrics
from adapters.http.service import Service
from application.streams import load
from domain.slate import slate
from domain.slate.slate import Example, SlateServed
from ports.event_log import stream_name

_LONGEST = 128


@frozen
class Trace:
    """`served`: everything that was recorded with the slate; none for a slate of another system, which has labels only.

    `labels`: what became of its places so far, by position.
    """

    slate_id: str
    served: SlateServed | None
    labels: tuple[Example, ...]


@frozen
class Ready:
    """`release`: what is served, empty without one. `lag`: arrivals that wait to be canonicalised."""

    ready: bool
    release: str
    lag: int


def slates_router(service: Service) -> Router:
    """Return `GET /slates/{slate_id}`."""

    @get(
        "/slates/{slate_id:str}",
        guards=[needs(service, "read")],
        responses=documented(401, 403, 404, 503),
        sync_to_thread=True,
    )
    def get_slate(slate_id: FromPath[str]) -> Trace:
        """Return how a slate came about: propensities, scores, feature values, versions, rules, times, and labels."""
        name = stream_name(service.tenant, slate.DECIDER.category, slate_id)
        known = len(slate_id) <= _LONGEST and slate_id.isprintable()
        version, state = load(service.log, slate.DECIDER, name) if known else (0, slate.Slate())
        if not version:
            raise Problem(HTTPStatus.NOT_FOUND, "not_found", "slate_id", "no slate was served under this id")
        return Trace(slate_id, state.served, tuple(state.labelled[place] for place in sorted(state.labelled)))

    return Router("/", route_handlers=[get_slate], tags=["recommendations"])


def health_router(service: Service, metrics: Metrics) -> Router:
    """Return `/health/live`, `/health/ready` and `/metrics`."""

    @get("/health/live", sync_to_thread=False)
    def get_live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "live"}

    @get("/health/ready", responses=documented(503), sync_to_thread=True)
    def get_ready() -> Ready:
        """Say whether requests can be answered in full, or what is missing."""
        missing = list(_missing(service))
        if missing:
            fields = ", ".join(name for name, _ in missing)
            hint = "; ".join(says for _, says in missing)
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", fields, hint, again=True)
        release = "" if service.collects_only else service.live.serving().release_id
        return Ready(ready=True, release=release, lag=service.live.work.waiting())

    @get("/metrics", guards=[needs(service, "read")], media_type=MediaType.TEXT, sync_to_thread=True)
    def get_metrics() -> Response[bytes]:
        """Return figures in the text format of Prometheus."""
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return Router("/", route_handlers=[get_live, get_ready, get_metrics], tags=["operation"])


def _missing(service: Service) -> Iterator[tuple[str, str]]:
    if not service.collects_only:
        yield from _missing_to_serve(service)
    try:
        service.log.head()
    except (SQLAlchemyError, TimeoutError):
        yield "database", "the database does not answer"


def _missing_to_serve(service: Service) -> Iterator[tuple[str, str]]:
    if not service.live.running:
        yield "pipeline", "the thread that follows the log does not run"
    if service.live.stack is None:
        yield "release", "nothing is in place to be served"
    if not service.shelf.verified(service.clock.now()):
        yield "stock", "stock was not read for too long"
