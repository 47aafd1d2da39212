"""How large a simulated season is, and where in the calendar it lies."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from attrs import Attribute, field, frozen

DAY_MS = 24 * 60 * 60 * 1000


def _between(lowest: float, highest: float) -> Any:
    def check(_: object, attribute: "Attribute[Any]", value: float) -> None:
        if not lowest <= value <= highest:
            raise ValueError(f"{attribute.name}: {value} is not within {lowest} and {highest}")

    return check


@frozen
class Season:
    """`until` is its last day. What happens depends on the other fields only, `until` just moves the timestamps.

    `machines`: visits by machines for each visit of a person, at least one of every kind.
    `touched`: ceiling for the share of (shopper, product) pairs that meet in a view, click, cart, wish list or order.
    `most_events`: ceiling for the events of behaviour and orders; those of the catalogue come on top.
    Errors: `ValueError` that names the field.
    """

    until: date
    shoppers: int = field(default=4000, validator=_between(12, 1_000_000))
    products: int = field(default=3000, validator=_between(36, 100_000))
    days: int = field(default=90, validator=_between(7, 3650))
    seed: int = field(default=0, validator=_between(0, 2**31))
    touched: float = field(default=0.01, validator=_between(1e-6, 1))
    machines: float = field(default=0.008, validator=_between(0, 1))
    most_events: int = field(default=150_000, validator=_between(1, 10**9))

    @property
    def begin(self) -> datetime:
        """Midnight UTC at which day number 0 begins."""
        return datetime.combine(self.until - timedelta(days=self.days - 1), time(), UTC)

    @property
    def most_pairs(self) -> int:
        """How many different (shopper, product) pairs may meet."""
        return int(self.touched * self.shoppers * self.products)
