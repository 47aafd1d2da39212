"""One variant goes back and another comes instead: of the same product in another size, it is a gold label for fit."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from domain.kernel import Decider


@frozen
class ExchangeCreated:
    exchange_id: str
    order_id: str
    from_variant_id: str
    to_variant_id: str
    quantity: int
    created_at: datetime
    return_id: str | None = None


Event = ExchangeCreated


@frozen
class Exchange:
    created: ExchangeCreated | None = None


def evolve(state: Exchange, event: Event) -> Exchange:
    match event:
        case ExchangeCreated():
            return Exchange(latest(event, state.created))
        case _:
            assert_never(event)


def latest(event: ExchangeCreated, known: ExchangeCreated | None) -> ExchangeCreated:
    """Return the later one in business time; of one instant any one, but always the same."""
    older = known is not None and (known.created_at, repr(known)) > (event.created_at, repr(event))
    return known if known is not None and older else event


def create(state: Exchange, event: ExchangeCreated) -> tuple[Event, ...]:
    """Record an exchange. The same again is nothing to do; a correction is recorded and counts."""
    return () if state.created == event else (event,)


DECIDER: Decider[Exchange, Event] = Decider(category="exchange", initial=Exchange, evolve=evolve)
EVENTS: tuple[tuple[type, str], ...] = ((ExchangeCreated, "return.exchange_created"),)
