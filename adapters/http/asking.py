"""A question to a slate: checked here, answered by the use case, given names and pictures from the listings."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from attrs import Factory, asdict, define, field, frozen
from litestar import Request, Router, post
from litestar.concurrency import sync_to_thread
from litestar.params import RawBody

from adapters.http.errors import Problem, documented
from adapters.http.keys import needs
from adapters.http.metrics import Metrics
from adapters.http.openapi import taking
from adapters.http.reading import decoded, invalid, text
from adapters.http.service import Service
from application.serving.asked import Asked
from application.serving.shelf import Shelf
from domain.slate.slate import SlateServed, Slot, Versions
from domain.taxonomy.interpret import identifiers_of
from domain.taxonomy.refusal import Refused
from domain.values import Money
from ports.vault import Identifier

MOST_EXCLUDED = 1_000
_FAR = 2**63 - 1


@frozen(kw_only=True)
class Customer:
    """Whatever is known of who asks; the strongest that we have met counts. Asking makes nobody known."""

    user_id: str | int | None = None
    loyalty_id: str | int | None = None
    email: str | None = None
    phone: str | int | None = None
    device_id: str | int | None = None
    anonymous_id: str | int | None = None


@frozen(kw_only=True)
class AskedContext:
    """`session_id`: a session of the event log, for somebody of whom nothing else is known."""

    session_id: str | None = None


@frozen(kw_only=True)
class Recommend:
    """`surface`: home or similar. `subject` (or `product_id`): what it is similar to. `columns`: places in a row.

    `after`: an intake position that is to be known before the answer.
    """

    surface: str
    subject: str | None = None
    product_id: str | None = None
    context: AskedContext | None = None
    customer: Customer | None = None
    k: int = 12
    exclude: list[str] = field(factory=list)
    after: int = 0
    columns: int = 4


@frozen
class Price:
    """`amount` in major units as text: digits are not rounded on the way."""

    amount: str
    currency: str

    @classmethod
    def of(cls, money: Money | None) -> "Price | None":
        return None if money is None else cls(format(money.major, "f"), money.currency)


@frozen
class Item:
    position: int
    row: int
    col: int
    product_id: str
    variant_id: str | None
    title: str
    brand: str | None
    category: str | None
    image_url: str | None
    price: Price | None
    list_price: Price | None
    sizes_in_stock: tuple[str, ...]
    size_available: bool | None
    reason: str
    exploration: str | None
    propensity: float


@frozen
class SlateAnswered:
    """Recorded before it was answered. `degraded`: what it had to do without, empty for a full answer."""

    slate_id: str
    request_id: str
    surface: str
    served_at: str
    degraded: tuple[str, ...]
    versions: Versions
    items: tuple[Item, ...]


@define
class _Gate:
    """How many are inside; counted in the event loop, before a thread is taken."""

    most: int
    inside: int = Factory(int)

    def __enter__(self) -> None:
        if self.inside >= self.most:
            hint = f"{self.most} requests are being answered already"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", "", hint, again=True)
        self.inside += 1

    def __exit__(self, *_: object) -> None:
        self.inside -= 1


def asking_router(service: Service, metrics: Metrics) -> Router:
    """Return `POST /recommendations`."""
    gate = _Gate(service.most_in_flight)

    def answer(body: bytes, request_id: str) -> SlateAnswered:
        served = service.recommending.answer(asked_of(decoded(body, Recommend), request_id))
        metrics.slate(served)
        return answered(served, service.shelf)

    @post(
        "/recommendations",
        status_code=HTTPStatus.OK,
        guards=[needs(service, "recommend")],
        responses=documented(400, 401, 403, 413, 422, 503, 507),
        operation_class=taking(Recommend),
    )
    async def post_recommendations(request: Request[Any, Any, Any], body: RawBody) -> SlateAnswered:
        """Return a slate of what is in stock. What fails inside is done without, and `degraded` says so."""
        with gate:
            return await sync_to_thread(answer, body, request.scope["state"]["request_id"])

    return Router("/", route_handlers=[post_recommendations], tags=["recommendations"])


def asked_of(sent: Recommend, request_id: str) -> Asked:
    """Return the question. Errors: `Problem` 422, `AskedInvalid`."""
    subject = _subject(sent)
    if len(sent.exclude) > MOST_EXCLUDED:
        raise invalid("exclude", f"expected at most {MOST_EXCLUDED} products")
    if not 0 <= sent.after <= _FAR:
        raise invalid("after", "expected a position as an answer to events has given it")
    session_id = sent.context.session_id if sent.context else None
    return Asked(
        surface=sent.surface,  # type: ignore[arg-type]  # it looks at what it was given
        request_id=request_id,
        who=_who(asdict(sent.customer)) if sent.customer else (),
        k=sent.k,
        product_id=subject,
        exclude=frozenset(text(one, f"exclude[{place}]") for place, one in enumerate(sent.exclude)),
        session_id=None if session_id is None else text(session_id, "context.session_id", 256),
        columns=sent.columns,
        after=sent.after,
    )


def _subject(sent: Recommend) -> str | None:
    if sent.subject is not None and sent.product_id is not None and sent.subject != sent.product_id:
        raise invalid("product_id", "it says the same as `subject`; send one of them")
    name, value = ("product_id", sent.product_id) if sent.subject is None else ("subject", sent.subject)
    return None if value is None else text(value, name)


def _who(sent: Mapping[str, Any]) -> tuple[Identifier, ...]:
    try:
        return tuple(Identifier(kind, value) for kind, value in identifiers_of(sent, []))
    except Refused as no:
        raise invalid(f"customer.{no.field}", no.detail) from None


def answered(served: SlateServed, shelf: Shelf) -> SlateAnswered:
    """Return a slate as clients read it."""
    return SlateAnswered(
        slate_id=served.slate_id,
        request_id=served.request_id,
        surface=served.surface,
        served_at=served.served_at.isoformat(),
        degraded=served.degraded,
        versions=served.versions,
        items=tuple(_item(slot, shelf) for slot in served.slots),
    )


def _item(slot: Slot, shelf: Shelf) -> Item:
    listing = shelf.listing(slot.product_id)
    ways = listing.colourways if listing else ()
    shown = next((way for way in ways if any(one.variant_id == slot.variant_id for one in way.variants)), None)
    return Item(
        position=slot.position,
        row=slot.row,
        col=slot.col,
        product_id=slot.product_id,
        variant_id=slot.variant_id,
        title=listing.title if listing else "",
        brand=listing.brand_id if listing else None,
        category=listing.category_id if listing else None,
        image_url=shown.image_url if shown else None,
        price=Price.of(slot.price),
        list_price=Price.of(slot.list_price),
        sizes_in_stock=slot.sizes_in_stock,
        size_available=slot.size_available,
        reason=slot.reason,
        exploration=slot.exploration,
        propensity=slot.propensity,
    )
