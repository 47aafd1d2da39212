"""What became of a cart, and who buys like nobody buys for herself."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from domain.traffic.policy import BulkRules, CartRules

Abandoned = Literal["", "soft", "hard"]
Bulk = Literal["", "quantity", "value"]


def abandoned(
    *, filled_at: float, ended_at: float | None, ordered_at: Sequence[float], now: float, rules: CartRules
) -> Abandoned:
    """Say how surely a cart was left behind. Times: Unix seconds. `ordered_at`: rising.

    An order since it was filled, up to an hour after the session's end (soft) or up to a day (hard), is its order.
    """
    if ended_at is None:
        return ""
    place = bisect_left(ordered_at, filled_at)
    bought_after = ordered_at[place] - ended_at if place < len(ordered_at) else float("inf")
    waited = now - ended_at
    if waited >= rules.hard_s and bought_after > rules.hard_s:
        return "hard"
    return "soft" if waited >= rules.soft_s and bought_after > rules.soft_s else ""


def bulk(quantities: Sequence[int], total: int, usual: int | None, rules: BulkRules) -> Bulk:
    """`quantities`: pieces of each variant. `usual`: the total that all but one of a thousand stay below, if known."""
    if max(quantities, default=0) >= rules.quantity:
        return "quantity"
    return "value" if usual is not None and total > usual else ""
