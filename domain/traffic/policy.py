"""Every threshold of the marks in one versioned value: another figure is another `rule_version`, and another rebuild.

Where a figure is not in `domain.md` §2 but was needed to make a rule definite, its comment says that it is ours.
"""

from datetime import datetime
from typing import Literal

from attrs import field, frozen


@frozen
class Pace:
    """So many within any window. Counted in `parts` buckets per window: never fires below, always at twice as many."""

    most: int
    window_s: int
    parts: int
    bucket_ms: int = field(init=False, repr=False)

    @bucket_ms.default
    def _of_window(self) -> int:
        return self.window_s * 1000 // self.parts


@frozen
class Planned:
    """A period that the shop planned, from `begin` to before `end`. `name`: of the promotion."""

    name: str
    begin: datetime
    end: datetime


@frozen
class RobotRules:
    """B1 to B8: who is a robot, a suspect, or a program that shops for somebody."""

    # B1. Apps, tills and call centres talk through HTTP libraries by trade: there a library says nothing (ours).
    library_channels: frozenset[str] = frozenset(["app_ios", "app_android", "in_store", "contact_center"])
    # B2
    pages: Pace = Pace(60, 60, 6)
    products: Pace = Pace(300, 3600, 12)
    events: Pace = Pace(1000, 600, 10)
    # B3
    fewest_gaps: int = 20
    least_variation: float = 0.10
    equal_gaps: float = 0.50
    equal_within_ms: int = 50
    #: One request that is told twice, as page and as product, is one (ours); a longer pause is another visit.
    same_request_ms: int = 250
    pause_ms: int = 30 * 60_000
    # B4
    unengaged_views: int = 30
    distinct_share: float = 0.95
    unreferred_share: float = 0.80
    #: Products that are remembered of a visitor, to tell a second look from a first (ours).
    remembered_products: int = 256
    # B5. §2 does not say over how long: any 24 hours in a row, in which local hours and UTC hours are as many (ours).
    hours_of_24: int = 20
    # B6. §2 gives no window for the adds: 24 hours (ours), as people add from lists over the years.
    blind_adds: Pace = Pace(20, 86_400, 24)
    failed_payments: Pace = Pace(5, 600, 10)
    # B7. Paths that no person is led to; each shop adds its own.
    traps: tuple[str, ...] = ("/_trap",)


@frozen
class ClickRules:
    """What a look at a product is worth, by how long its page was engaged with (milliseconds)."""

    accidental_ms: int = 2_000
    short_ms: int = 10_000
    long_ms: int = 30_000
    duplicate_ms: int = 500
    undone_ms: int = 3_000
    bounce_ms: int = 10_000
    short: float = 0.3
    long: float = 1.2
    #: A view that follows a click on the same product so soon is its page (ours).
    opens_within_ms: int = 60_000
    #: Touches of one session that are judged; beyond so many nobody shops (ours).
    most_touches: int = 500


@frozen
class CartRules:
    soft_s: int = 3_600
    hard_s: int = 86_400
    weight: float = 0.4


@frozen
class BulkRules:
    """`fewest_orders`: before so many a 99.9th percentile is nothing to compare with (ours)."""

    quantity: int = 10
    percentile: float = 0.999
    fewest_orders: int = 1_000


@frozen
class PeriodRules:
    """Hours against the same hour of the week before. `fewest_weeks` of `weeks` have to be known (ours)."""

    most_z: float = 4.0
    fewest_hours: int = 2
    weeks: int = 8
    fewest_weeks: int = 4
    most_training_share: float = 2.0
    planned: tuple[Planned, ...] = ()


@frozen
class NoisePolicy:
    rule_version: str = "noise-1"
    robots: RobotRules = RobotRules()
    clicks: ClickRules = ClickRules()
    carts: CartRules = CartRules()
    bulk: BulkRules = BulkRules()
    periods: PeriodRules = PeriodRules()


NOISE = NoisePolicy()

Class = Literal["human", "suspect", "agent", "bot"]


@frozen
class Weight:
    """What a visitor's behaviour, and what their orders, count in training."""

    behaviour: float
    orders: float


#: A program that shops for somebody really buys; its clicks are not her taste.
WEIGHTS: dict[Class, Weight] = {
    "human": Weight(1.0, 1.0),
    "suspect": Weight(0.25, 0.25),
    "agent": Weight(0.0, 1.0),
    "bot": Weight(0.0, 0.0),
}
