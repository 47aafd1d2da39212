"""Pages to look around: the grid, a product, why it is shown; and what looking tells the shop."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect

from adapters.http.shop.cards import colourway_of, grid
from adapters.http.shop.desk import AnyRequest, Desk, Form, Given
from adapters.http.shop.products import chosen_colourway, listed, product_view
from adapters.http.shop.refusals import PageRefused
from adapters.http.shop.rendering import onwards, page
from adapters.http.shop.trace import trace
from adapters.http.shop.tracking import described, through
from adapters.http.shop.visit import Visit
from domain.slate.slate import SlateServed, Slot

_DAY_MS = 86_400_000


class Click(msgspec.Struct):
    slate: str
    position: int


class Seen(msgspec.Struct):
    """`ms`: how long half of it was on screen."""

    slate: str
    position: int
    ms: Annotated[int, msgspec.Meta(ge=0, le=_DAY_MS)]


class Impressions(msgspec.Struct):
    views: Annotated[list[Seen], msgspec.Meta(max_length=100)]


@get("/", sync_to_thread=True)
def home(request: AnyRequest, desk: Given) -> Response[str]:
    """Show who may be shopping, and the grid for whoever is."""
    visit = desk.visit(request)
    served = desk.slates.ask(visit, "home")
    return page(
        "home.html",
        visit,
        personas=desk.personas.all(),
        grid=grid(served, desk.service.shelf),
        shelves_empty=not desk.service.shelf.listings(),
    )


@post("/persona", sync_to_thread=True)
def persona(request: AnyRequest, desk: Given, data: Form) -> Redirect:
    """Become one of the personas, or somebody new when no name is given."""
    visit, name = desk.visit(request), data.get("name", "")
    if not name:
        visit.becomes(desk.service.ids.new(), None)
        return onwards("/", visit)
    chosen = desk.personas.named(name)
    visit.becomes(chosen.cookie, chosen)
    desk.tracking.behaved(visit, ("identity_asserted", {"method": "persona"}))
    return onwards("/", visit)


@get("/product/{product_id:path}", sync_to_thread=True)
def product(
    request: AnyRequest,
    desk: Given,
    product_id: FromPath[str],
    *,
    slate: FromQuery[str | None] = None,
    position: FromQuery[int | None] = None,
    colour: FromQuery[str | None] = None,
) -> Response[str]:
    """Show a product, with similar ones. That it was looked at is recorded, with the place that led here."""
    visit, shelf = desk.visit(request), desk.service.shelf
    listing = listed(shelf, product_id.removeprefix("/"))
    place = desk.origin(visit, slate, position, listing.product_id)
    slate_id, slot = place or (None, None)
    shown = chosen_colourway(shelf, listing, colour, slot.variant_id if slot else None)
    if not request.headers.get("sec-purpose", "").startswith("prefetch"):
        desk.tracking.behaved(visit, ("product_viewed", described(listing, shown) | through(slate_id, slot)))
    similar = desk.slates.ask(visit, "similar", listing.product_id)
    return page(
        "product.html", visit, product=product_view(shelf, listing, shown), place=place, grid=grid(similar, shelf)
    )


@post("/more-like/{slate:str}/{position:int}", status_code=200, sync_to_thread=True)
def more_like(
    request: AnyRequest, desk: Given, slate: FromPath[str], position: FromPath[int]
) -> Response[str] | Redirect:
    """Record the click, and answer with the row as it is then: in place, or as a page where there is no script."""
    visit = desk.visit(request)
    before, slot = desk.slates.place(visit, slate, position)
    desk.tracking.behaved(visit, _click(desk, before, slot))
    if not request.headers.get("hx-request"):
        return onwards("/", visit)
    if before.surface == "similar":
        served = desk.slates.ask(visit, "similar", slot.product_id)
    else:
        served = desk.slates.ask(visit, "home")
    return page("_grid.html", visit, grid=grid(served, desk.service.shelf, before))


@post("/clicks", status_code=204, sync_to_thread=True)
def clicks(request: AnyRequest, desk: Given, data: JSONBody[Click]) -> Response[None]:
    """Record that a card was opened; the page of the product is on its way meanwhile."""
    visit = desk.visit(request)
    before, slot = desk.slates.place(visit, data.slate, data.position)
    desk.tracking.behaved(visit, _click(desk, before, slot))
    return Response(None, status_code=204, cookies=list(visit.cookies()))


@post("/impressions", status_code=204, sync_to_thread=True)
def impressions(request: AnyRequest, desk: Given, data: JSONBody[Impressions]) -> Response[None]:
    """Record what was on screen, and of which slates: others than this visitor's are left out."""
    visit = desk.visit(request)
    by_slate: dict[str, list[Seen]] = {}
    for one in data.views:
        by_slate.setdefault(one.slate, []).append(one)
    events = [event for slate_id, seen in by_slate.items() for event in _seen(desk, visit, slate_id, seen)]
    desk.tracking.behaved(visit, *events)
    return Response(None, status_code=204)


@get("/slates/{slate_id:str}", sync_to_thread=True)
def why_this(request: AnyRequest, desk: Given, slate_id: FromPath[str]) -> Response[str]:
    """Show the record of a slate to whom it was made for."""
    visit = desk.visit(request)
    desk.service.live.wait_for(visit.after)
    return page("slate.html", visit, trace=trace(*desk.slates.find(visit, slate_id), desk.service.shelf))


def _click(desk: Desk, served: SlateServed, slot: Slot) -> tuple[str, Mapping[str, Any]]:
    place = through(served.slate_id, slot) | {"surface": served.surface}
    listing = desk.service.shelf.listing(slot.product_id)
    if listing is None:
        return "product_clicked", {"product_id": slot.product_id} | place
    shown = colourway_of(listing, slot.variant_id)
    return "product_clicked", described(listing, shown) | {"variant_id": slot.variant_id} | place


def _seen(desk: Desk, visit: Visit, slate_id: str, seen: Sequence[Seen]) -> Sequence[tuple[str, Mapping[str, Any]]]:
    try:
        _, served = desk.slates.find(visit, slate_id)
    except PageRefused:
        return ()
    products = {slot.position: slot for slot in served.slots}
    known = [one for one in seen if one.position in products]
    if not known:
        return ()
    items = [
        {"product_id": products[one.position].product_id, "position": one.position, "viewable_ms": one.ms}
        for one in known
    ]
    whole = {"slate_id": slate_id, "surface": served.surface, "policy_version": served.versions.policy, "items": items}
    each = [{"slate_id": slate_id, "position": one.position, "viewable_ms": one.ms} for one in known]
    return [("slate_viewed", whole), *(("item_impression_viewed", one) for one in each)]


HANDLERS = (home, persona, product, more_like, clicks, impressions, why_this)
