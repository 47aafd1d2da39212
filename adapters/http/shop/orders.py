"""What was ordered here and what came back, with what the shop learned from each line."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from adapters.http.shop.cards import alt, colourway_of, image
from adapters.http.shop.refusals import PageRefused, not_found
from adapters.http.shop.slates import Slates
from adapters.http.shop.tracking import Tracking
from adapters.http.shop.visit import MOST_ORDERS, Visit
from adapters.http.shop.wording import OUTCOMES, address, price
from application.projections.purchases import BY_SUBJECT, PurchasesProjection
from application.projections.rows import View
from application.streams import load
from domain import order
from domain.order import Order
from domain.returns.reasons import signal_of
from domain.returns.routing import ROUTING
from domain.values import LineItem
from ports.event_log import stream_name
from ports.vault import Identifier

#: Codes that `domain.returns.reasons` knows, as a shopper says them.
RETURN_REASONS: Mapping[str, str] = {
    "too-small": "Too small",
    "too-big": "Too big",
    "style": "Not my style",
    "color": "Colour is different from what I like",
    "not-as-described": "Not as described",
    "changed-my-mind": "Changed my mind",
    "quality": "Poor quality",
}
MOST_WORDS = 500
#: What a signal of each kind teaches, completed by what stays of the label.
_LESSONS: Mapping[str, str] = {
    "fit": "is about size, not about taste: you will still see things like it",
    "taste": "is about taste: the shop learns to show fewer things like it",
    "catalog_quality": "is about our description, more than about you: somebody should mend it",
    "product_quality": "is about how it was made, more than about your taste",
    "changed_mind": "says little about the product: it was not for you this time",
}


@frozen
class LineView:
    """`back`: pieces sent back. `lesson`: what its place in a slate counts for so far."""

    line_id: str
    title: str
    address: str
    image: str
    alt: str
    size: str
    price: str
    quantity: int
    back: int
    can_return: bool
    lesson: str
    trace: str


@frozen
class OrderView:
    order_id: str
    number: str
    on: str
    total: str
    lines: Sequence[LineView]


@frozen(eq=False)
class Orders:
    tracking: Tracking
    slates: Slates

    def of(self, visit: Visit) -> Sequence[OrderView]:
        """Return the latest orders of an account, or those that a guest placed in this browser, newest first."""
        found = [(one, self._state(one)) for one in self._ids(visit)[-MOST_ORDERS:]]
        placed = [(order_id, state) for order_id, state in found if state.bill is not None]
        placed.sort(key=lambda one: one[1].billed_at.timestamp() if one[1].billed_at else 0.0, reverse=True)
        return [self._view(order_id, state) for order_id, state in placed]

    def send_back(self, visit: Visit, order_id: str, line_id: str, reason: str, comment: str) -> None:
        """Send one piece back. Errors: `PageRefused`: 404 not yours, 409 nothing left of it, 422 no such reason."""
        if order_id not in self._ids(visit):
            raise not_found("No such order of yours")
        state = self._state(order_id)
        line = next((one for one in (state.bill.items if state.bill else ()) if one.line_id == line_id), None)
        if line is None:
            raise not_found("No such line in this order")
        if reason not in RETURN_REASONS:
            raise PageRefused(422, "Tell us why", "Choose one of the reasons: it is what the shop learns from.")
        if len(comment) > MOST_WORDS:
            raise PageRefused(422, "That is a long story", f"A comment has at most {MOST_WORDS} characters.")
        if _left(state, line_id) < 1:
            raise PageRefused(409, "This has come back already", "Every piece of this line was sent back or cancelled.")
        item = {"line_id": line_id, "variant_id": line.variant_id, "quantity": 1, "reason": reason}
        items: list[dict[str, Any]] = [item | ({"comment": comment} if comment.strip() else {})]
        who = {"user_id": visit.persona.account} if visit.persona else {}
        properties = {"return_id": self.tracking.service.ids.new(), "order_id": order_id, "items": items}
        self.tracking.ordered(visit, "return_requested", who, properties)

    def _ids(self, visit: Visit) -> Sequence[str]:
        """An id in a guest's cookie is unguessable, and so is proof enough that the order was placed there."""
        service = self.tracking.service
        if visit.persona is None:
            return visit.orders
        account = service.vault.find(Identifier("account", visit.persona.account))
        view = View(service.read_models, PurchasesProjection.name)
        return (view.one(BY_SUBJECT, account) if account else None) or ()

    def _state(self, order_id: str) -> Order:
        service = self.tracking.service
        return load(service.log, order.DECIDER, stream_name(service.tenant, order.DECIDER.category, order_id))[1]

    def _view(self, order_id: str, state: Order) -> OrderView:
        assert state.bill is not None, "only what was placed is shown"
        return OrderView(
            order_id=order_id,
            number=order_id[-6:].strip("-").upper(),
            on=f"{state.billed_at:%-d %B %Y}" if state.billed_at else "",
            total=price(state.bill.total),
            lines=[self._line(state, line) for line in state.bill.items],
        )

    def _line(self, state: Order, line: LineItem) -> LineView:
        listing = self.tracking.service.shelf.listing(line.product_id)
        colourway = colourway_of(listing, line.variant_id) if listing else None
        example = self.slates.label(line.slate_id, line.position) if line.slate_id and line.position else None
        return LineView(
            line_id=line.line_id,
            title=listing.title if listing else line.product_id,
            address=f"/product/{address(line.product_id)}" if listing else "",
            image=image(colourway),
            alt=alt(listing, colourway) if listing else "",
            size=line.size_label or "",
            price=price(line.unit_price),
            quantity=line.quantity,
            back=_back(state, line.line_id),
            can_return=_left(state, line.line_id) > 0,
            lesson=f"{OUTCOMES[example.outcome]}, counts {max(example.label, 0.0):.1f} of 1" if example else "",
            trace=f"/slates/{line.slate_id}#place-{line.position}" if example else "",
        )


def lesson(reason: str) -> str:
    """Say what a reason teaches, and what it leaves of the label; nothing for a reason that is none of ours."""
    if reason not in RETURN_REASONS:
        return ""
    signals = signal_of(reason)
    label = ROUTING.label(signals)
    left = f"counts as {max(label, 0.0):.1f} of 1" if label else "is no example of anybody's taste"
    return f"“{RETURN_REASONS[reason]}” {_LESSONS[signals[0].kind]}. Where it was shown, it {left}."


def _back(state: Order, line_id: str) -> int:
    return sum(one.quantity for one in state.allocations.values() if one.line_id == line_id)


def _left(state: Order, line_id: str) -> int:
    return state.free().get(line_id, 0) - _back(state, line_id)
