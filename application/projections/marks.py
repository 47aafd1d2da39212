"""All marks together, as learning and serving ask for them: what is left out, and what the rest weighs.

Models here learn from sequences, which have no weights: a touch of weight 0 is left out, any other is kept whole. So a
suspect's touches stay, and with them those of every short look. Nothing that is stored changes by a mark.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from attrs import Factory, frozen

from application.features.touch import Touch
from application.projections import purchases, sessions
from application.projections.bulk import BULK, BulkProjection
from application.projections.carts import LeftBehind, abandoned_carts
from application.projections.clicks import BOUNCES, SLIPS, ClicksProjection
from application.projections.periods import periods
from application.projections.purchases import PURCHASES, PurchasesProjection
from application.projections.rows import View
from application.projections.sessions import SESSIONS, Session, SessionsProjection
from application.projections.traffic import MARKED, SESSIONS_OF, VISITS, Judged, TrafficProjection
from domain.traffic.periods import Period
from domain.traffic.policy import NOISE, WEIGHTS, NoisePolicy, Weight
from ports.event_log import ReadModels

#: A purchase belongs to the session that led to it, if that was no longer ago than this (seconds).
LEADS_TO = 86_400.0
#: When, what, of which product: what tells one touch of a visitor from another.
Key = tuple[float, str, str]
_NONE: Counter[Key] = Counter()


@frozen
class Marks:
    """`visitors`: who is not taken for a person. `slips`: by visitor, touches that were none, with how often.

    `bounces`: sessions that say nothing. `orders`: those that nobody placed for herself. `carts`: by session, what was
    left behind. `periods`: out of the ordinary, or planned.
    """

    visitors: Mapping[str, Judged] = Factory(dict)
    slips: Mapping[str, Counter[Key]] = Factory(dict)
    bounces: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()
    carts: Mapping[str, LeftBehind] = Factory(dict)
    periods: Sequence[Period] = ()

    @classmethod
    def read(cls, read_models: ReadModels, policy: NoisePolicy = NOISE) -> Self:
        """Read every mark as of the position of the projections; all empty where none of them has run."""
        clicks, traffic = View(read_models, ClicksProjection.name), View(read_models, TrafficProjection.name)
        slips: dict[str, Counter[Key]] = {}
        found = dict(clicks.all(SLIPS))
        owners = traffic.get(VISITS, found)
        for session_id, looks in found.items():
            if session_id in owners:
                counts = slips.setdefault(owners[session_id].visitor, Counter())
                counts.update((look.at, look.action, look.product) for look in looks)
        return cls(
            visitors=dict(traffic.all(MARKED)),
            slips=slips,
            bounces=frozenset(key for key, _ in clicks.all(BOUNCES)),
            orders=frozenset(key for key, _ in View(read_models, BulkProjection.name).all(BULK))
            | bots_orders(read_models),
            carts={one.session_id: one for one in abandoned_carts(read_models, policy)},
            periods=tuple(periods(read_models, policy)),
        )

    def weight(self, visitor: str) -> Weight:
        """Return what a visitor's behaviour and orders count."""
        mark = self.visitors.get(visitor)
        return WEIGHTS["human"] if mark is None else mark.weight

    def kept(self, visitor: str, touches: Sequence[Touch]) -> list[Touch]:
        """Return the touches of a visitor's session that count, in their order."""
        if not self.weight(visitor).behaviour:
            return []
        slips = self.slips.get(visitor)
        if not slips:
            return list(touches)
        left, kept = Counter(slips), []
        for touch in reversed(touches):  # of equal ones the later is the slip
            key = (touch.at, touch.action, touch.product)
            if left[key] > 0:
                left[key] -= 1
            else:
                kept.append(touch)
        return kept[::-1]

    def mistaken(self, visitor: str, touches: Sequence[Touch]) -> frozenset[str]:
        """Return the products of a session of which every click and look was a slip."""
        if visitor not in self.slips:
            return frozenset()
        meant = {touch.product for touch in self.kept(visitor, touches)}
        return frozenset(touch.product for touch in touches if touch.product not in meant)

    def says_nothing(self, session_id: str, touches: Sequence[Touch]) -> bool:
        """Tell whether a session is a bounce: as it was recorded, and still after what was bridged to it."""
        return session_id in self.bounces and len(touches) <= 1


#: As if there were no marks: the raw history.
UNMARKED = Marks()


def bots_orders(read_models: ReadModels) -> frozenset[str]:
    """Return the orders that a robot led to: the account's last session before, within a day, was one's."""
    marked = View(read_models, TrafficProjection.name).all(MARKED)
    bots = {visitor for visitor, mark in marked if not mark.weight.orders}
    accounts = {session.account for session in _sessions_of(read_models, bots) if session.account}
    visited, bought = View(read_models, SessionsProjection.name), View(read_models, PurchasesProjection.name)
    found: set[str] = set()
    for account, orders in bought.get(purchases.BY_SUBJECT, sorted(accounts)).items():
        visits = visited.get(SESSIONS, _ids(visited.one(sessions.BY_SUBJECT, account))).values()
        looked = sorted((touch.at, one.visitor in bots) for one in visits for touch in one.touches)
        for order_id, purchase in bought.get(PURCHASES, orders).items():
            at = min((touch.at for touch in purchase.touches), default=float("-inf"))
            led = [by_bot for when, by_bot in looked if at - LEADS_TO <= when <= at]
            if led and led[-1]:
                found.add(order_id)
    return frozenset(found)


def _ids(found: list[str] | None) -> list[str]:
    return found or []


def _sessions_of(read_models: ReadModels, visitors: set[str]) -> Iterator[Session]:
    ids = View(read_models, TrafficProjection.name).get(SESSIONS_OF, sorted(visitors))
    view = View(read_models, SessionsProjection.name)
    for every in ids.values():
        yield from view.get(SESSIONS, every).values()
