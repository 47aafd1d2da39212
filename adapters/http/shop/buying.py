"""The bag and the order: prices come from the shelf, never from the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from adapters.http.service import Service
from adapters.http.shop.cards import alt, image
from adapters.http.shop.products import piece
from adapters.http.shop.refusals import PageRefused
from adapters.http.shop.tracking import Tracking, described, exact, priced
from adapters.http.shop.visit import Piece, Visit
from adapters.http.shop.wording import address, brand, price
from domain.values import Money

_LONGEST_EMAIL = 254


@frozen
class BagLine:
    """`gone`: it was sold while it lay in the bag."""

    number: int
    address: str
    title: str
    brand: str
    image: str
    alt: str
    colour: str
    size: str
    price: str
    gone: bool = False


def bag_lines(service: Service, visit: Visit) -> Sequence[BagLine]:
    lines = []
    for number, one in enumerate(visit.bag):
        try:
            listing, colourway, variant = piece(service.shelf, one.variant_id)
        except PageRefused:
            lines.append(BagLine(number, "/", "A piece that is gone", "", image(None), "", "", "", "", gone=True))
            continue
        lines.append(
            BagLine(
                number,
                f"/product/{address(listing.product_id)}",
                listing.title,
                brand(listing.brand_id),
                image(colourway),
                alt(listing, colourway),
                colourway.colour or "",
                variant.size_label or "",
                price(listing.unit_price),
            )
        )
    return lines


def added(service: Service, one: Piece) -> dict[str, Any]:
    """Return what `product_added_to_cart`, or `product_removed_from_cart`, says of a piece."""
    listing, colourway, variant = piece(service.shelf, one.variant_id)
    place = {"slate_id": one.slate_id, "position": one.position}
    chosen = {"variant_id": variant.variant_id, "size_label": variant.size_label, "quantity": 1, "origin": "pdp"}
    return described(listing, colourway) | chosen | place


def total(service: Service, pieces: Sequence[Piece]) -> Money:
    """Errors: `PageRefused` for nothing to buy, a piece without a price, or two currencies."""
    prices = [piece(service.shelf, one.variant_id)[0].unit_price for one in pieces]
    known = [one for one in prices if one is not None]
    if not known or len(known) < len(prices) or len({one.currency for one in known}) > 1:
        raise PageRefused(422, "This cannot be bought together", "Buy pieces that have a price, in one currency.")
    return sum(known[1:], known[0])


def buy(tracking: Tracking, visit: Visit, pieces: Sequence[Piece], email: str = "") -> str:
    """Place an order for an account, or for a guest by e-mail; return its id. Errors: `PageRefused`."""
    service = tracking.service
    if not pieces:
        raise PageRefused(422, "Choose a size first", "There is nothing to buy yet.")
    sum_ = total(service, pieces)
    order_id = service.ids.new()
    properties = {
        "order_id": order_id,
        "items": [_line(service, one, quantity) for one, quantity in _counted(pieces)],
        "total": exact(sum_),
        "currency": sum_.currency,
    }
    tracking.ordered(visit, "order_created", _buyer(visit, email), properties)
    if visit.persona is None:
        visit.orders.append(order_id)
    return order_id


def _buyer(visit: Visit, email: str) -> dict[str, str]:
    """A guest's address stands alone: typed by anybody, it must not link this browser to whoever owns it."""
    if visit.persona:
        return {"user_id": visit.persona.account}
    name, _, host = email.strip().partition("@")
    if not name or "." not in host or len(email) > _LONGEST_EMAIL or any(one.isspace() for one in email.strip()):
        raise PageRefused(422, "We need an e-mail address", "A guest orders by e-mail: nothing is sent in this demo.")
    return {"email": email.strip()}


def _counted(pieces: Sequence[Piece]) -> Sequence[tuple[Piece, int]]:
    """The same variant twice is one line of two pieces, which counts for the first place that led to it."""
    first: dict[str, Piece] = {}
    count: dict[str, int] = {}
    for one in pieces:
        first.setdefault(one.variant_id, one)
        count[one.variant_id] = count.get(one.variant_id, 0) + 1
    return [(first[variant], quantity) for variant, quantity in count.items()]


def _line(service: Service, one: Piece, quantity: int) -> Mapping[str, Any]:
    listing, colourway, variant = piece(service.shelf, one.variant_id)
    line = {
        "variant_id": variant.variant_id,
        "product_id": listing.product_id,
        "quantity": quantity,
        "size_label": variant.size_label,
        "colour": colourway.colour,
        "category_id": listing.category_id,
        "brand_id": listing.brand_id,
        "slate_id": one.slate_id,
        "position": one.position,
    } | priced(listing)
    return {name: value for name, value in line.items() if value is not None}
