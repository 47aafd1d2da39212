"""When it is known what a purchase was worth: after the return window and transit its labels are final.

Until then a label is provisional. A return that comes later still changes a final label: it is then matured again.
"""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from domain.kernel import Decider


@frozen
class LineLabel:
    """What an order line came to as an example of taste, -1 to 1; 0 is no example."""

    line_id: str
    product_id: str
    variant_id: str
    label: float


@frozen
class LabelMatured:
    """The labels of an order, final from `matured_at` on; the latest counts."""

    order_id: str
    labels: tuple[LineLabel, ...]
    matured_at: datetime
    policy_version: str


Event = LabelMatured


@frozen
class Labels:
    matured: LabelMatured | None = None


def evolve(_: Labels, event: Event) -> Labels:
    match event:
        case LabelMatured():
            return Labels(event)
        case _:
            assert_never(event)


def mature(state: Labels, event: LabelMatured) -> tuple[Event, ...]:
    """Make labels final, or final anew. The same again is nothing to do."""
    return () if state.matured == event else (event,)


DECIDER: Decider[Labels, Event] = Decider(category="label", initial=Labels, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = ((LabelMatured, "label.matured"),)
