"""What the returns of one order say, as it was last routed: the record behind size model, taste and the queues.

What is to be routed is a function of the facts and the policy; here it becomes events, and only where it changed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import assert_never

from attrs import Factory, frozen
from attrs import evolve as changed

from domain.kernel import Decider
from domain.returns.routing import Destination, Routed
from domain.returns.signal import Dimension

#: Return, line, and what a part is about.
Key = tuple[str, str, str, str, str, str, str]


@frozen
class Returned:
    """What came back: a line of a return and what it is of. `customer`: a surrogate, none for a guest."""

    return_id: str
    line: str
    product_id: str
    variant_id: str
    customer: str | None = None


@frozen
class SignalRouted:
    """What the line says to the destination from `routed_at` on: it replaces one about the same. See `Routed`.

    `variant_id`: what it is about, which for an exchange may be the variant that came instead.
    """

    return_id: str
    line: str
    order_id: str
    product_id: str
    variant_id: str
    customer: str | None
    destination: Destination
    what: str
    weight: float
    policy_version: str
    routed_at: datetime
    body_part: str | None = None
    dimension: Dimension | None = None

    @property
    def key(self) -> Key:
        return (
            *(self.return_id, self.line, self.destination, self.what),
            *(self.body_part or "", self.dimension or "", self.variant_id),
        )


@frozen
class SignalWithdrawn:
    """No longer said: something else is believed now, or the line took nothing from the order."""

    withdrawn: SignalRouted
    withdrawn_at: datetime


Event = SignalRouted | SignalWithdrawn


@frozen
class Routes:
    """What is routed now, by what it is about."""

    routed: Mapping[Key, SignalRouted] = Factory(dict)


def evolve(state: Routes, event: Event) -> Routes:
    match event:
        case SignalRouted():
            return Routes({**state.routed, event.key: event})
        case SignalWithdrawn(withdrawn):
            return Routes({key: one for key, one in state.routed.items() if key != withdrawn.key})
        case _:
            assert_never(event)


def reroute(
    state: Routes,
    *,
    order_id: str,
    wanted: Iterable[tuple[Returned, Iterable[Routed]]],
    policy_version: str,
    routed_at: datetime,
) -> tuple[Event, ...]:
    """Return what turns the routes of an order into those wanted, withdrawals first; nothing where nothing changed."""
    routed = [
        SignalRouted(
            return_id=back.return_id,
            line=back.line,
            order_id=order_id,
            product_id=back.product_id,
            variant_id=one.variant_id or back.variant_id,
            customer=back.customer,
            destination=one.destination,
            what=one.what,
            weight=one.weight,
            policy_version=policy_version,
            routed_at=routed_at,
            body_part=one.body_part,
            dimension=one.dimension,
        )
        for back, parts in wanted
        for one in parts
    ]
    keys = {one.key for one in routed}
    gone = [SignalWithdrawn(one, routed_at) for key, one in state.routed.items() if key not in keys]
    return (*gone, *(one for one in routed if not _says_it(state.routed.get(one.key), one)))


def _says_it(known: SignalRouted | None, new: SignalRouted) -> bool:
    return known is not None and changed(known, routed_at=new.routed_at) == new


DECIDER: Decider[Routes, Event] = Decider(category="return_routing", initial=Routes, evolve=evolve)

EVENTS: tuple[tuple[type, str], ...] = (
    (SignalRouted, "return.signal_routed"),
    (SignalWithdrawn, "return.signal_withdrawn"),
)
