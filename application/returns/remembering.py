"""What returns are judged by, as rows: each order with its claims and exchanges, listings, and what each line tells."""

from datetime import datetime
from typing import Any

import msgspec

from application.projections.rows import Collection, Rows
from domain import order
from domain.catalogue.product import ProductListed
from domain.identity.person import PersonForgotten
from domain.order import Allocation, Order
from domain.returns.belief import Belief
from domain.returns.exchange import ExchangeCreated, latest
from domain.returns.returns import ReturnSignalled
from domain.values import LineItem


class Bought(msgspec.Struct, omit_defaults=True):
    """An order. `customer`: the strongest surrogate it names, empty for a guest. `at`: of the placement, else the bill.

    `routed`, `matured`: its streams exist. `waits`: the day (ISO) after which its labels are final.
    """

    state: Order = msgspec.field(default_factory=Order)
    customer: str = ""
    placed_at: datetime | None = None
    exchanges: dict[str, ExchangeCreated] = msgspec.field(default_factory=dict)
    routed: bool = False
    matured: bool = False
    waits: str = ""

    @property
    def at(self) -> datetime | None:
        return self.placed_at or self.state.billed_at

    @property
    def lines(self) -> dict[str, LineItem]:
        return {one.line_id: one for one in (self.state.bill.items if self.state.bill else ())}

    @property
    def taken(self) -> list[tuple[Allocation, LineItem]]:
        """Return what came back, earliest first: the claims that took something, each with its line."""
        lines, found = self.lines, list[tuple[Allocation, LineItem]]()
        for one in self.state.allocations.values():
            if one.quantity and one.line_id in lines:
                found.append((one, lines[one.line_id]))
        return sorted(found, key=lambda pair: (pair[0].claim.claimed_at, pair[0].claim.key))


class Listed(msgspec.Struct, array_like=True):
    """A variant as it is listed."""

    colourway: str
    size: str


#: by order id
BOUGHT: Collection[Bought] = Collection("bought", Bought)
#: customer -> (Unix seconds, order id) of their orders
CUSTOMERS: Collection[list[tuple[float, str]]] = Collection("customers", list[tuple[float, str]])
#: return/line
BELIEFS: Collection[Belief] = Collection("beliefs", Belief)
#: return/line -> order that it claims from
ORDER_OF: Collection[str] = Collection("order_of", str)
#: product -> variant
LISTED: Collection[dict[str, Listed]] = Collection("listed", dict[str, Listed])
#: product -> orders whose returns are judged by its listing
WATCHED: Collection[list[str]] = Collection("watched", list[str])

OF_ORDERS = (
    *(order.OrderPlaced, order.OrderAmended, order.OrderCancelled, order.ReturnAllocated, order.ReturnUnallocated),
    ExchangeCreated,
)
REMEMBERED = (*OF_ORDERS, ReturnSignalled, ProductListed)


def prefetch(events: list[Any], rows: Rows) -> None:
    """Read in a few queries what a batch will ask for row by row."""
    rows.prefetch(BOUGHT, (one.order_id for one in events if isinstance(one, OF_ORDERS)))
    rows.prefetch(CUSTOMERS, (who for one in events if isinstance(one, order.OrderPlaced) and (who := _customer(one))))
    told = [f"{one.return_id}/{one.line}" for one in events if isinstance(one, ReturnSignalled)]
    rows.prefetch(BELIEFS, told)
    rows.prefetch(ORDER_OF, told)
    rows.prefetch(LISTED, (one.product_id for one in events if isinstance(one, ProductListed)))
    placed = [one for one in events if isinstance(one, order.OrderPlaced)]
    rows.prefetch(LISTED, (line.product_id for one in placed for line in one.bill.items))


def remember(event: Any, rows: Rows) -> str | None:
    """Take in one event; return the order that it is about, None where that is not known, or not one."""
    match event:
        case ReturnSignalled(return_id, line, signals, source):
            key = f"{return_id}/{line}"
            rows.put(BELIEFS, key, Belief(signals, source, event.reason_conflict))
            return rows.get(ORDER_OF, key)
        case ProductListed(product_id):
            variants = {
                one.variant_id: Listed(colourway.colourway_id, one.size_label or "")
                for colourway in event.colourways
                for one in colourway.variants
            }
            rows.put(LISTED, product_id, variants)
            return None
        case ExchangeCreated(exchange_id, order_id):
            bought = rows.get(BOUGHT, order_id) or Bought()
            bought.exchanges[exchange_id] = latest(event, bought.exchanges.get(exchange_id))
        case _:
            order_id = event.order_id
            bought = rows.get(BOUGHT, order_id) or Bought()
            bought.state = order.DECIDER.evolve(bought.state, event)
            if isinstance(event, order.OrderPlaced):
                _place(event, bought, rows)
            elif isinstance(event, order.ReturnAllocated | order.ReturnUnallocated):
                rows.put(ORDER_OF, event.claim.key, order_id)
    rows.put(BOUGHT, order_id, bought)
    return str(order_id)


def forget(event: PersonForgotten, rows: Rows) -> None:
    """Drop what is remembered of a person."""
    rows.drop(BOUGHT, event.orders)
    rows.drop(CUSTOMERS, event.identifiers)
    rows.drop(BELIEFS, event.claims)
    rows.drop(ORDER_OF, event.claims)


def watch(product_id: str, order_id: str, rows: Rows) -> None:
    """Have an order judged again whenever the product is listed anew."""
    watching = rows.get(WATCHED, product_id) or []
    if order_id not in watching:
        rows.put(WATCHED, product_id, [*watching, order_id])


def _place(event: order.OrderPlaced, bought: Bought, rows: Rows) -> None:
    bought.customer, bought.placed_at = _customer(event), event.placed_at
    if bought.customer:
        known = rows.get(CUSTOMERS, bought.customer) or []
        rows.put(CUSTOMERS, bought.customer, [*known, (event.placed_at.timestamp(), event.order_id)])


def _customer(event: order.OrderPlaced) -> str:
    return event.account or event.loyalty or event.email or ""
