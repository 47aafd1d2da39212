"""A fitting is an appointment at which our tailor pins a garment to the person who bought it."""

from datetime import datetime, timedelta
from typing import assert_never

from attrs import evolve as amend
from attrs import frozen

from domain.kernel import Decider, DomainError


@frozen
class FittingBooked:
    fitting_id: str
    product_id: str
    starts_at: datetime
    tailor: str | None = None


@frozen
class FittingKept:
    fitting_id: str
    product_id: str
    arrived_at: datetime


@frozen
class FittingMissed:
    fitting_id: str
    product_id: str
    arrived_at: datetime


Event = FittingBooked | FittingKept | FittingMissed


class NeverBooked(DomainError):
    """Somebody came to a fitting that is in nobody's book."""


@frozen
class NoShowPolicy:
    """Who comes later than `grace` has missed it: the next customer is on the stand."""

    grace: timedelta = timedelta(minutes=15)


@frozen
class Fitting:
    booked: FittingBooked | None = None
    over: bool = False


def evolve(state: Fitting, event: Event) -> Fitting:
    match event:
        case FittingBooked():
            return amend(state, booked=event)
        case FittingKept() | FittingMissed():
            return amend(state, over=True)
        case _:
            assert_never(event)


def book(state: Fitting, wish: FittingBooked) -> tuple[Event, ...]:
    """Book an appointment. The same again is nothing to do."""
    return () if state.booked else (wish,)


def arrive(state: Fitting, at: datetime, policy: NoShowPolicy) -> tuple[Event, ...]:
    """Say that the customer came. Once it is kept or missed, it stays so."""
    booked = state.booked
    if booked is None:
        raise NeverBooked("fitting_id: no such appointment")
    came = FittingMissed if at > booked.starts_at + policy.grace else FittingKept
    return () if state.over else (came(booked.fitting_id, booked.product_id, at),)


DECIDER: Decider[Fitting, Event] = Decider(category="acme_shop.fitting", initial=Fitting, evolve=evolve)
