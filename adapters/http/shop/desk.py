"""What every page handler is given: the service and the parts of the shop that are made of it."""

from collections.abc import Sequence
from typing import Annotated, Any

from attrs import field, frozen
from litestar import Request
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, SkipValidation

from adapters.http.service import Service
from adapters.http.shop.orders import Orders
from adapters.http.shop.personas import Personas
from adapters.http.shop.products import piece
from adapters.http.shop.refusals import PageRefused
from adapters.http.shop.slates import Slates
from adapters.http.shop.tracking import Tracking
from adapters.http.shop.visit import Piece, Visit
from domain.slate.slate import SlateServed, Slot

AnyRequest = Request[Any, Any, Any]


@frozen(eq=False)
class Desk:
    service: Service
    personas: Personas = field(init=False)
    tracking: Tracking = field(init=False)
    slates: Slates = field(init=False)
    orders: Orders = field(init=False)

    @personas.default
    def _personas(self) -> Personas:
        return Personas(self.service.personas, self.service.failures.note)

    @tracking.default
    def _tracking(self) -> Tracking:
        return Tracking(self.service)

    @slates.default
    def _slates(self) -> Slates:
        return Slates(self.service)

    @orders.default
    def _orders(self) -> Orders:
        return Orders(self.tracking, self.slates)

    def visit(self, request: AnyRequest) -> Visit:
        return Visit.of(request, self.personas, self.service.ids)

    def origin(self, visit: Visit, slate: str | None, position: int | None, product_id: str) -> tuple[str, Slot] | None:
        """Return the place that a product was reached through; none if that is not a place of this visitor's.

        A link outlives its slate, and its visitor may have become another one: that is no fault.
        """
        found = self._place(visit, slate, position)
        return (found[0].slate_id, found[1]) if found and found[1].product_id == product_id else None

    def piece_of(self, visit: Visit, form: dict[str, str]) -> Piece:
        """Return the piece that a form names. Errors: `PageRefused` if there is none of it."""
        listing, _, variant = piece(self.service.shelf, form.get("variant", ""))
        position = form.get("position", "")
        number = int(position) if position.isascii() and position.isdigit() and len(position) < 6 else None
        return self.led_to(visit, Piece(variant.variant_id, form.get("slate"), number), listing.product_id)

    def led_to(self, visit: Visit, one: Piece, product_id: str) -> Piece:
        """Return a piece with the place that led to it, if that was this visitor's: what a browser keeps is a claim."""
        place = self.origin(visit, one.slate_id, one.position, product_id)
        return Piece(one.variant_id, *((place[0], place[1].position) if place else ()))

    def bag(self, visit: Visit) -> Sequence[Piece]:
        """Return the bag as it may be bought. Errors: `PageRefused` if a piece of it is gone."""
        return [self.led_to(visit, one, piece(self.service.shelf, one.variant_id)[0].product_id) for one in visit.bag]

    def _place(self, visit: Visit, slate: str | None, position: int | None) -> tuple[SlateServed, Slot] | None:
        if not slate or position is None:
            return None
        try:
            return self.slates.place(visit, slate, position)
        except PageRefused:
            return None


Given = NamedDependency[SkipValidation[Desk]]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
