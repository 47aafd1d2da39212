"""The quarantine over HTTP: what waits and why, without the bodies, and the order to let events out."""

from datetime import datetime
from http import HTTPStatus
from itertools import islice

from attrs import field, frozen
from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, RawBody

from adapters.http.errors import Problem, documented
from adapters.http.keys import needs
from adapters.http.openapi import taking
from adapters.http.reading import MOST_EVENTS, decoded, invalid
from adapters.http.service import Service
from application.projections.quarantine import Waiting, counts, found, waiting

_PAGE = 100


@frozen
class Quarantined:
    """`position`: of the intake log. `suggested_name`: what was probably meant. `became`: its facts, once released."""

    position: int
    source: str
    reason: str
    field: str
    detail: str
    suggested_name: str
    taxonomy_version: str
    since: datetime
    released_at: datetime | None
    became: tuple[str, ...]


@frozen
class Counted:
    source: str
    reason: str
    waiting: int


@frozen
class Quarantine:
    """At most 100 events in the order of the intake log; `next`: ask again with it as `after`, null at the end."""

    counts: tuple[Counted, ...]
    events: tuple[Quarantined, ...]
    next: int | None


@frozen(kw_only=True)
class Release:
    """Either positions, or everything that waits for a reason or from a source; at most 1000 at a time."""

    positions: list[int] = field(factory=list)
    reason: str = ""
    source: str = ""


@frozen
class Ordered:
    """`positions`: what was ordered out. `position`: of the last order; wait for it with `after`."""

    positions: tuple[int, ...]
    position: int


def quarantine_router(service: Service) -> Router:
    """Return `GET /quarantine`, `GET /quarantine/{position}` and `POST /quarantine/release`."""

    @get("/quarantine", guards=[needs(service, "read")], responses=documented(401, 403, 422, 503), sync_to_thread=True)
    def list_quarantine(
        reason: FromQuery[str] = "", source: FromQuery[str] = "", after: FromQuery[int] = 0
    ) -> Quarantine:
        """List what waits, oldest first, with counts by source and reason."""
        rows = list(islice(waiting(service.read_models, reason=reason, source=source, after=_within(after)), _PAGE + 1))
        more = rows[_PAGE - 1].position if len(rows) > _PAGE else None
        counted = tuple(Counted(*one) for one in counts(service.read_models))
        return Quarantine(counted, tuple(map(_shown, rows[:_PAGE])), more)

    @get(
        "/quarantine/{position:int}",
        guards=[needs(service, "read")],
        responses=documented(401, 403, 404, 503),
        sync_to_thread=True,
    )
    def get_quarantined(position: FromPath[int]) -> Quarantined:
        """Return one event that waits or waited."""
        row = found(service.read_models, position) if 0 < position < _HIGHEST else None
        if row is None:
            raise Problem(HTTPStatus.NOT_FOUND, "not_found", "position", "nothing waits or waited at this position")
        return _shown(row)

    @post(
        "/quarantine/release",
        status_code=HTTPStatus.ACCEPTED,
        guards=[needs(service, "catalog")],
        responses=documented(400, 401, 403, 413, 422, 503, 507),
        operation_class=taking(Release),
        sync_to_thread=True,
    )
    def post_release(body: RawBody) -> Ordered:
        """Try events again under the present aliases. Each becomes its facts, once, or waits on with its reason."""
        wanted = decoded(body, Release)
        if not (wanted.positions or wanted.reason or wanted.source):
            raise invalid("positions", "say which: positions, reason, or source")
        if len(wanted.positions) > MOST_EVENTS or not all(0 < one < _HIGHEST for one in wanted.positions):
            raise invalid("positions", f"expected at most {MOST_EVENTS} positions of the intake log")
        chosen = wanted.positions or [
            row.position
            for row in islice(waiting(service.read_models, reason=wanted.reason, source=wanted.source), MOST_EVENTS)
        ]
        orders = service.releasing.release(chosen)
        service.live.knock()
        return Ordered(tuple(orders), max(orders.values(), default=0))

    return Router("/", route_handlers=[list_quarantine, get_quarantined, post_release], tags=["quarantine"])


#: Positions are 64-bit numbers.
_HIGHEST = 1 << 63


def _within(after: int) -> int:
    if not 0 <= after < _HIGHEST:
        raise invalid("after", "expected a position of the intake log")
    return after


def _shown(row: Waiting) -> Quarantined:
    return Quarantined(
        row.position,
        row.source,
        row.reason,
        row.field,
        row.detail,
        row.suggested_name,
        row.taxonomy_version,
        row.since,
        row.released_at,
        row.became,
    )
