"""A shipment carries an order, or a part of it, to the shopper: what was promised, and when it came.

Late deliveries explain returns that are nobody's taste.
"""

from datetime import datetime
from typing import assert_never

from attrs import evolve as amend
from attrs import frozen

from domain.kernel import Decider


@frozen
class ShipmentDispatched:
    shipment_id: str
    order_id: str
    dispatched_at: datetime
    carrier: str | None = None
    promised_at: datetime | None = None


@frozen
class ShipmentDelivered:
    shipment_id: str
    order_id: str
    delivered_at: datetime
    promised_at: datetime | None = None


Event = ShipmentDispatched | ShipmentDelivered


@frozen
class Shipment:
    dispatched: ShipmentDispatched | None = None
    delivered: ShipmentDelivered | None = None

    @property
    def late(self) -> bool:
        """Whether it came after what was promised last; False while nobody knows."""
        if self.delivered is None:
            return False
        promised = self.delivered.promised_at or (self.dispatched.promised_at if self.dispatched else None)
        return promised is not None and self.delivered.delivered_at > promised


def evolve(state: Shipment, event: Event) -> Shipment:
    match event:
        case ShipmentDispatched():
            return amend(state, dispatched=event)
        case ShipmentDelivered():
            return amend(state, delivered=event)
        case _:
            assert_never(event)


def dispatch(state: Shipment, event: ShipmentDispatched) -> tuple[Event, ...]:
    """Say that it went out, before or after its delivery was said. The same again is nothing to do."""
    return () if state.dispatched == event else (event,)


def deliver(state: Shipment, event: ShipmentDelivered) -> tuple[Event, ...]:
    """Say that it came. The same again is nothing to do; a correction is recorded and counts."""
    return () if state.delivered == event else (event,)


DECIDER: Decider[Shipment, Event] = Decider(category="shipment", initial=Shipment, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = (
    (ShipmentDispatched, "shipment.dispatched"),
    (ShipmentDelivered, "shipment.delivered"),
)
