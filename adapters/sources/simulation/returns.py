"""What goes back, why, and what is said about it. Everything is decided when the order is placed."""

from collections.abc import Sequence
from math import exp
from typing import Any

from attrs import define, evolve

from adapters.sources.simulation.diary import ORDERS, Diary, money
from adapters.sources.simulation.dice import Dice
from adapters.sources.simulation.garments import AXES
from adapters.sources.simulation.minds import Minds
from adapters.sources.simulation.season import DAY_MS
from adapters.sources.simulation.till import Order, Piece, Till
from adapters.sources.simulation.words import COMMENTS

#: Steps by which a label may be wrong before the piece goes back.
_TOLERANCE = 0.85
_TASTES = ("style", "style", "color", "shape", "pattern", "fabric")
_COMMENTED, _EXCHANGED, _NEVER_ARRIVES = 0.6, 0.35, 0.08
_FIT = frozenset(["too-small", "too-big", "waist-too-tight", "waist-too-loose"])


@define(eq=False)
class Returns:
    minds: Minds
    till: Till
    diary: Diary
    dice: Dice
    _returns: int = 0

    def consider(self, order: Order) -> None:
        """Let her try on what she ordered, and write what follows from it."""
        reasons = [self._reason(order, piece) for piece in order.pieces]
        self._send_one_of_two_back(order, reasons)
        back = [(piece, reason) for piece, reason in zip(order.pieces, reasons, strict=True) if reason]
        if back:
            self._send_back(order, back)

    def _reason(self, order: Order, piece: Piece) -> str | None:
        liking, dice = self.minds.liking, self.dice
        axis = AXES[liking.axis[piece.product]]
        misfit = 0.0 if axis == "one" else self._misfit(order.shopper, piece) + 0.3 * dice.bell()
        if abs(misfit) > _TOLERANCE:
            at_waist = axis == "waist" and dice.chance(0.5)
            if misfit < 0:
                return "waist-too-tight" if at_waist else "too-small"
            return "waist-too-loose" if at_waist else "too-big"
        if dice.chance(0.55 * float(liking.shoppers.picky[order.shopper]) / (1 + exp(piece.appeal - 1.0))):
            return dice.pick(_TASTES)
        if dice.chance(float(liking.brands.faults[liking.codes[piece.product, 5]])):
            return "quality" if dice.chance(0.7) else "not-as-described"
        return "changed-my-mind" if dice.chance(0.025) else None

    def _misfit(self, shopper: int, piece: Piece) -> float:
        return self.minds.liking.misfit(shopper, piece.product, piece.size)

    def _send_one_of_two_back(self, order: Order, reasons: list[str | None]) -> None:
        """Of two sizes of one style the worse goes back at least."""
        for place, piece in enumerate(order.pieces[1:], start=1):
            if piece.product == order.pieces[place - 1].product:
                one, other = (abs(self._misfit(order.shopper, each)) for each in (order.pieces[place - 1], piece))
                reasons[place - 1 if one > other else place] = "ordered-multiple"

    def _send_back(self, order: Order, back: Sequence[tuple[Piece, str]]) -> None:
        dice, liking = self.dice, self.minds.liking
        self._returns += 1
        ids = {"return_id": f"return-{self._returns:05d}", "order_id": order.order_id}
        at = order.at + int(DAY_MS * (dice.within(1.2, 3.2) + dice.around(2.2, 0.6)))
        items: list[dict[str, Any]] = []
        for piece, reason in back:
            item = {"line_id": piece.line_id, "variant_id": piece.variant(liking), "quantity": 1, "reason": reason}
            if dice.chance(_COMMENTED):
                item["comment"] = dice.pick(COMMENTS[reason])
            items.append(item)
            if reason in _FIT:
                self.minds.learned(order.shopper, piece.product)
            elif reason in _TASTES:
                self.minds.regretted(order.shopper, piece.product, at / DAY_MS)
        self.diary.write(at, ORDERS, "return_requested", {**order.buyer, "properties": {**ids, "items": items}})
        if len(back) == 1:
            self._exchange(order, *back[0], at)
        if dice.chance(_NEVER_ARRIVES):
            return
        received = at + int(DAY_MS * dice.around(3, 0.3))
        self.diary.write(received, ORDERS, "return_received", {**order.buyer, "properties": ids})
        amount = money(sum(piece.price for piece, _ in back))
        refund = {**ids, "refund_id": f"refund-{self._returns:05d}", "amount": amount, "currency": "EUR"}
        refunded = received + int(DAY_MS * dice.within(0.1, 1.5))
        self.diary.write(refunded, ORDERS, "refund_issued", {**order.buyer, "properties": refund})

    def _exchange(self, order: Order, piece: Piece, reason: str, at: int) -> None:
        """Order the next size instead; she keeps what then arrives."""
        if reason not in _FIT or not self.dice.chance(_EXCHANGED):
            return
        size = piece.size + (1 if self._misfit(order.shopper, piece) < 0 else -1)
        if at < self.diary.season.days * DAY_MS and self.till.shelf.stocked(piece.product, piece.colourway, size):
            swapped = evolve(piece, line_id="1", size=size)
            later, channel = at + 3_600_000, order.channel
            self.till.sell(order.shopper, later, order.buyer, [swapped], payment="exchange", channel=channel)
