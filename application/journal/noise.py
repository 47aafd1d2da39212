"""What counts, event by event: the verdicts on visitors, slips of the finger, and orders that nobody's taste placed.

As learning counts it (`application.projections.marks`): what a visitor does weighs what their verdict says, a slip and
a bulk order nothing. How long was looked at, and bounces, take nothing from a history there, so not here either.
"""

from collections.abc import Iterable, Sequence

from application.journal.room import Room
from application.projections.bulk import BULK, BulkProjection
from application.projections.clicks import LOOKED, ClicksProjection
from application.projections.rows import Rows
from application.projections.traffic import MARKED, SESSIONS_OF, VISITORS, TrafficProjection
from application.projections.traffic import VISITS as TRAFFIC_VISITS
from domain import order
from domain.identity.person import PersonForgotten
from domain.traffic.policy import NoisePolicy
from ports.bots import BotList
from ports.event_log import Recorded

_OF_ORDERS = (order.OrderPlaced, order.OrderAmended)


class Noise:
    """`session`, `order` and `forget` take in an event; what the rest says is then so. Made for one batch."""

    def __init__(self, bots: BotList, policy: NoisePolicy, rows: Rows) -> None:
        self._traffic, self._visitors = TrafficProjection(bots, policy), Room(rows, "traffic")
        self._clicks, self._looked = ClicksProjection(policy), Room(rows, "clicks")
        self._bulk, self._orders = BulkProjection(policy), Room(rows, "bulk")

    def load(self, sessions: Iterable[str], visitors: Sequence[str]) -> None:
        """Read what a batch needs: of the sessions that its facts are of, and of their visitors."""
        ids = list(sessions)
        self._visitors.load(TRAFFIC_VISITS, ids)
        self._looked.load(LOOKED, ids)
        self._visitors.load(VISITORS, visitors)
        self._visitors.load(SESSIONS_OF, visitors)

    def session(self, recorded: Recorded, session_id: str) -> tuple[str | None, bool]:
        """Take in an event of a session; return the visitor whose verdict is another now, and whether slips are."""
        self._visitors.changed.clear()
        self._traffic.apply_one(recorded, session_id, self._visitors)
        judged = next((key for name, key in self._visitors.changed if name == MARKED.name), None)
        return judged, self._clicks.apply_one(recorded, session_id, self._looked)

    def order(self, recorded: Recorded) -> None:
        if isinstance(recorded.event, _OF_ORDERS):
            self._bulk.apply((recorded,), self._orders)

    def forget(self, recorded: Recorded) -> None:
        assert isinstance(recorded.event, PersonForgotten)
        for projection, room in (
            (self._traffic, self._visitors),
            (self._clicks, self._looked),
            (self._bulk, self._orders),
        ):
            projection.apply((recorded,), room)

    def weight(self, visitor: str) -> float:
        """Return what the behaviour of a visitor weighs."""
        row = self._visitors.get(VISITORS, visitor)
        return 1.0 if row is None else row.weight.behaviour

    def is_robot(self, visitor: str) -> bool:
        """Tell whether what a visitor orders counts for nothing."""
        row = self._visitors.get(VISITORS, visitor)
        return row is not None and not row.weight.orders

    def sessions_of(self, visitor: str) -> Sequence[str]:
        return self._visitors.get(SESSIONS_OF, visitor) or ()

    def slips(self, session_id: str) -> Sequence[bool]:
        """Tell of the touches recorded in a session, in their order, which were slips; beyond so many nobody asks."""
        row = self._looked.get(LOOKED, session_id)
        return [not look.weight for look in row.looks] if row is not None else ()

    def is_bulk(self, order_id: str) -> bool:
        return self._orders.get(BULK, order_id) is not None
