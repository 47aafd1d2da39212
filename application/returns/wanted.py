"""What the returns and exchanges of one order say: a function of what is remembered of it, and of the policy."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from application.projections.rows import Rows
from application.returns.brackets import listed
from application.returns.remembering import BELIEFS, LISTED, Bought, watch
from domain.returns.bracket import compared
from domain.returns.exchange import ExchangeCreated
from domain.returns.maturity import LineLabel
from domain.returns.routes import Returned
from domain.returns.routing import ITEM, Routed, RoutingPolicy, route, route_exchange
from domain.returns.signal import Direction
from domain.values import LineItem

_WAYS: dict[int | None, Direction] = {-1: "too_small", 1: "too_large"}


@frozen
class Said:
    """What a line says, and of which order line it does: several returns may take from one."""

    back: Returned
    line: LineItem
    parts: tuple[Routed, ...]


@frozen
class _Swap:
    """An exchange for another size of the same style."""

    exchange: ExchangeCreated
    line: LineItem
    direction: Direction


def said_of(order_id: str, bought: Bought, policy: RoutingPolicy, rows: Rows) -> Sequence[Said]:
    """Return what every line that took something from the order says, and every exchange that no return tells of."""
    swaps = sorted(_swaps(order_id, bought, rows), key=lambda one: (one.exchange.created_at, one.exchange.exchange_id))
    found = []
    for allocation, line in bought.taken:
        claim = allocation.claim
        belief = rows.get(BELIEFS, claim.key)
        signals = belief.signals if belief else ()
        swap = next((one for one in swaps if _of(one, line, claim.return_id)), None)
        parts = route(signals, policy)
        if swap is not None:
            swaps.remove(swap)
            parts = route_exchange(signals, swap.direction, swap.exchange.to_variant_id, policy)
        found.append(Said(_returned(claim.return_id, claim.line, line, bought), line, parts))
    for swap in swaps:
        one, line = swap.exchange, swap.line
        back = _returned(one.return_id or one.exchange_id, one.from_variant_id, line, bought)
        found.append(Said(back, line, route_exchange((), swap.direction, one.to_variant_id, policy)))
    return found


def labels_of(bought: Bought, said: Iterable[Said]) -> tuple[LineLabel, ...]:
    """Return what each line that was not cancelled came to: the least of what its returns say, 1 if nothing came back.

    Among what says nothing of taste and what speaks against the item, the latter is the least.
    """
    free = bought.state.free()
    worst: dict[str, float] = {}
    for one in said:
        label = next(part.weight for part in one.parts if (part.destination, part.what) == ("taste", ITEM))
        worst[one.line.line_id] = min(label, worst.get(one.line.line_id, label))
    return tuple(
        LineLabel(line.line_id, line.product_id, line.variant_id, worst.get(line.line_id, 1.0))
        for line in bought.lines.values()
        if free.get(line.line_id, 0) > 0
    )


def _swaps(order_id: str, bought: Bought, rows: Rows) -> Iterator[_Swap]:
    """Yield the exchanges that are of one style in two sizes, as far as listing and order tell."""
    for one in bought.exchanges.values():
        line = next((line for line in bought.lines.values() if line.variant_id == one.from_variant_id), None)
        if line is None:
            continue
        watch(line.product_id, order_id, rows)
        came = listed(line, rows)
        other = (rows.get(LISTED, line.product_id) or {}).get(one.to_variant_id)
        if other is not None and other.colourway == came.colourway and other.size and other.size != came.size:
            yield _Swap(one, line, _WAYS.get(compared(came.size, other.size), "unspecified"))


def _of(swap: _Swap, line: LineItem, return_id: str) -> bool:
    return swap.line.variant_id == line.variant_id and swap.exchange.return_id in {None, return_id}


def _returned(return_id: str, line: str, item: LineItem, bought: Bought) -> Returned:
    return Returned(return_id, line, item.product_id, item.variant_id, bought.customer or None)
