"""Orders as the order system sends them: bills that add up, paid by an account, a card in the store, or a guest."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, frozen

from adapters.sources.simulation.diary import ORDERS, Diary, money
from adapters.sources.simulation.liking import Liking
from adapters.sources.simulation.shelf import Shelf

_SHIPPING, _FREE_FROM = 395, 5000


@frozen
class Piece:
    """One line of an order. `colourway` and `size` are numbers; `appeal`: how she liked it, in deviations."""

    line_id: str
    product: int
    colourway: int
    size: int
    price: int
    appeal: float

    def variant(self, liking: Liking) -> str:
        return liking.styles[self.product].colourways[self.colourway].variants[self.size].variant_id


@frozen
class Order:
    order_id: str
    shopper: int
    at: int
    buyer: Mapping[str, str]
    pieces: Sequence[Piece]
    channel: str | None = None


@define(eq=False)
class Till:
    liking: Liking
    shelf: Shelf
    diary: Diary
    _orders: int = 0

    def sell(
        self,
        shopper: int,
        at: int,
        buyer: Mapping[str, str],
        pieces: Sequence[Piece],
        *,
        payment: str = "card",
        channel: str | None = None,
        voucher: int = 0,
    ) -> Order:
        """Write the order. Shipping is paid below 50 euros, online, and not again for an exchange."""
        self._orders += 1
        order = Order(f"order-{self._orders:05d}", shopper, at, buyer, pieces, channel)
        goods = sum(piece.price for piece in pieces)
        voucher = min(voucher, goods)
        free = channel == "in_store" or payment == "exchange" or goods >= _FREE_FROM
        shipping = 0 if free else _SHIPPING
        properties: dict[str, Any] = {
            "order_id": order.order_id,
            "items": [self._line(piece) for piece in pieces],
            "total": money(goods - voucher + shipping),
            "currency": "EUR",
            "payment_kind": payment,
        }
        if voucher:
            properties["order_discount"] = money(voucher)
        if shipping:
            properties["shipping"] = money(shipping)
        place = {"channel": channel} if channel else {}
        self.diary.write(at, ORDERS, "order_created", {**buyer, **place, "properties": properties})
        for piece in pieces:
            self.shelf.take(piece.product, piece.colourway, piece.size)
        return order

    def _line(self, piece: Piece) -> Mapping[str, Any]:
        style = self.liking.styles[piece.product]
        colourway = style.colourways[piece.colourway]
        return {
            "line_id": piece.line_id,
            "product_id": style.product_id,
            "variant_id": colourway.variants[piece.size].variant_id,
            "category_id": style.category_id,
            "brand_id": style.brand_id,
            "colour": colourway.colour,
            "size": style.sizes[piece.size],
            "quantity": 1,
            "unit_price": money(piece.price),
            "list_price": money(style.list_price),
        }
