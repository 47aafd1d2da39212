"""Finds the brackets that returned lines were part of, over all orders of a shopper that lie close together."""

from collections.abc import Iterator, Sequence

from application.projections.rows import Rows
from application.returns.remembering import BOUGHT, CUSTOMERS, LISTED, Bought, Listed, watch
from domain.order import Claim
from domain.returns.bracket import WITHIN, Piece, bracket_of
from domain.returns.signal import Signal
from domain.values import LineItem


def near(order_id: str, rows: Rows) -> Sequence[str]:
    """Return the order and those of the same shopper close to it whose returns may be judged by it."""
    bought = rows.get(BOUGHT, order_id)
    if bought is None or bought.at is None or not bought.customer:
        return (order_id,)
    at, most = bought.at.timestamp(), WITHIN.total_seconds()
    others = {one for when, one in rows.get(CUSTOMERS, bought.customer) or () if abs(when - at) <= most}
    return (order_id, *sorted(others - {order_id}))


def brackets(order_id: str, rows: Rows) -> Iterator[tuple[Claim, Signal | None]]:
    """Yield every claim on an order with the bracket that it was part of, if any."""
    bought = rows.get(BOUGHT, order_id)
    if bought is None or not bought.state.allocations:
        return
    taken = {one.claim.key: line for one, line in bought.taken}
    pieces = [piece for one in near(order_id, rows) for piece in _pieces(one, rows)] if taken else []
    for key, allocation in sorted(bought.state.allocations.items()):
        line = taken.get(key)
        if line is None:
            yield allocation.claim, None
            continue
        if any(one.product_id == line.product_id and one.variant_id != line.variant_id for one in pieces):
            watch(line.product_id, order_id, rows)
        yield allocation.claim, bracket_of(_piece(order_id, bought, line, 0, rows), pieces)


def listed(line: LineItem, rows: Rows) -> Listed:
    """Return colourway and size of what was bought, as listed, else as the order says; empty for what nobody says."""
    known = (rows.get(LISTED, line.product_id) or {}).get(line.variant_id)
    said = Listed(line.colourway_id or "", line.size_label or "")
    return said if known is None else Listed(known.colourway or said.colourway, known.size or said.size)


def _pieces(order_id: str, rows: Rows) -> Iterator[Piece]:
    bought = rows.get(BOUGHT, order_id)
    if bought is None:
        return
    back: dict[str, int] = {}
    for one, line in bought.taken:
        back[line.line_id] = back.get(line.line_id, 0) + one.quantity
    free = bought.state.free()
    for line in bought.lines.values():
        yield _piece(order_id, bought, line, free.get(line.line_id, 0) - back.get(line.line_id, 0), rows)


def _piece(order_id: str, bought: Bought, line: LineItem, kept: int, rows: Rows) -> Piece:
    assert bought.at is not None, "an order with lines has a time"
    as_listed = listed(line, rows)
    return Piece(order_id, line.product_id, line.variant_id, bought.at, kept, as_listed.size, as_listed.colourway)
