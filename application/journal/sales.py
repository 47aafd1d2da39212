"""Orders, event by event: what was bought, what came back, and what was made of both later."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from application.features.touch import Observation, Touch
from application.journal.noise import Noise
from application.journal.origins import SALES
from application.journal.robots import Robots
from application.journal.room import Room
from application.journal.versions import Versions
from application.journal.whose import Whose
from application.projections.purchases import (
    BY_SUBJECT,
    PURCHASES,
    Part,
    PurchasesProjection,
    buyer_of,
    order_of,
)
from application.projections.rows import Rows
from domain import order
from domain.identity.person import PersonForgotten
from ports.event_log import Recorded

_ACCOUNT = "account:"
_NAMES: Mapping[Part, str] = {"line": "order", "claim": "return"}
#: What an order says of a touch; the rest is said of it.
_SAID = tuple(name for name in Touch.__struct_fields__ if name not in {"known", "counts"})


class Sales:
    """Made for one batch over its rows."""

    def __init__(self, rows: Rows, whose: Whose, noise: Noise, robots: Robots) -> None:
        self._rows, self._whose, self._noise, self._robots = rows, whose, noise, robots
        self._purchases, self._bought = PurchasesProjection(), Room(rows, "purchases")

    def load(self, batch: Sequence[Recorded]) -> list[str]:
        """Read what a batch needs; return whose the orders are that it places."""
        orders = [key for one in batch if (key := order_of(one.event)) is not None]
        buyers = [buyer for one in batch if isinstance(one.event, order.OrderPlaced) and (buyer := buyer_of(one.event))]
        self._rows.prefetch(SALES, orders)
        self._bought.load(PURCHASES, orders)
        self._bought.load(BY_SUBJECT, buyers)
        return buyers

    def apply(self, recorded: Recorded, order_id: str, versions: Versions) -> None:
        """Take in what changes an order."""
        self._purchases.apply((recorded,), self._bought)
        self._noise.order(recorded)
        self._settle(order_id, versions)

    def refresh_all(self, subjects: Iterable[str], versions: Versions, since: float = float("-inf")) -> None:
        """Ask again whose the orders of some subjects are, of all from `since` on (Unix seconds)."""
        for subject in subjects:
            self._bought.load(PURCHASES, ids := self._bought.get(BY_SUBJECT, subject) or ())
            self._rows.prefetch(SALES, ids)
            for order_id in ids:
                row = self._bought.get(PURCHASES, order_id)
                if row is not None and since <= _ordered_at(row.touches):
                    self._settle(order_id, versions)

    def forget(self, recorded: Recorded) -> Iterator[Observation]:
        """Drop the orders of a person who was forgotten; yield the observations."""
        event = recorded.event
        assert isinstance(event, PersonForgotten)
        self._rows.prefetch(SALES, event.orders)
        for order_id in event.orders:
            yield from self._rows.get(SALES, order_id) or ()
        self._rows.drop(SALES, event.orders)
        self._purchases.apply((recorded,), self._bought)

    def _settle(self, order_id: str, versions: Versions) -> None:
        """Have the observations of an order say what is now true of it."""
        row = self._bought.get(PURCHASES, order_id)
        if row is None:
            return
        parts = {_id(order_id, part): touch for part, touch in row.parts.items()}
        whose: dict[str, Any] = {
            "customer": self._whose.customer(row.subject),
            "visitor": row.subject,
            "account": row.subject if row.subject.startswith(_ACCOUNT) else "",
            "counts": self._counts(order_id, row.subject, parts.values()),
        }
        known = {one.id: one for one in self._rows.get(SALES, order_id) or ()}
        now: dict[str, Observation] = {}
        for key, one in known.items():
            if key in parts:
                touch = parts[key]
                said = {name: getattr(touch, name) for name in _SAID}
                now[key] = versions.changed(one, **said, **whose, revoked=False)
            else:
                now[key] = versions.changed(one, revoked=True)
        for key, touch in parts.items():
            if key not in known:
                said = {name: getattr(touch, name) for name in _SAID}
                first = Observation(known=versions.known, id=key, position=versions.position, **said, **whose)
                now[key] = versions.first(first)
        if list(now.values()) != list(known.values()):
            self._rows.put(SALES, order_id, list(now.values()))

    def _counts(self, order_id: str, subject: str, touches: Iterable[Touch]) -> float:
        """Return 1, or 0 where nobody's taste placed an order, or whoever did does not want to be known by it."""
        if self._noise.is_bulk(order_id) or self._whose.refuses(subject):
            return 0.0
        return 0.0 if self._robots.led_to(subject, _ordered_at(touches)) else 1.0


def _ordered_at(touches: Iterable[Touch]) -> float:
    return min((touch.at for touch in touches), default=float("-inf"))


def _id(order_id: str, part: tuple[Part, str]) -> str:
    """Return the id of a part of an order: no other order has it, whatever it is called."""
    return f"{_NAMES[part[0]]}/{quote(order_id, safe='')}/{part[1]}"
