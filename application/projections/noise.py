"""Counts of all marks, for people who want to know what was found."""

from collections import Counter
from typing import Self

from attrs import Factory, frozen

from application.projections.bulk import BULK, BulkProjection
from application.projections.carts import abandoned_carts
from application.projections.clicks import BOUNCES, LOOKED, ClicksProjection
from application.projections.periods import periods
from application.projections.rows import View
from application.projections.traffic import MARKED, VISITORS, VISITS, TrafficProjection
from domain.traffic.periods import HOUR_S
from domain.traffic.policy import NOISE, NoisePolicy
from ports.event_log import ReadModels


@frozen
class Verdicts:
    """How many visitors of a verdict there are, and which rules fired for how many of them."""

    verdict: str
    visitors: int
    behaviour: float
    orders: float
    rules: dict[str, int] = Factory(dict)


@frozen
class Counted:
    """A mark, how many have it, and what each of them weighs."""

    mark: str
    count: int
    weight: float


@frozen
class Flagged:
    """`begin`, `end`: Unix seconds."""

    kind: str
    begin: int
    end: int
    z: float
    name: str


@frozen
class Noise:
    """`rule_versions`: those of the stored marks, more than one only while a rebuild is wanted."""

    rule_versions: tuple[str, ...]
    visits: int
    verdicts: tuple[Verdicts, ...]
    clicks: tuple[Counted, ...]
    bounces: int
    carts: tuple[Counted, ...]
    bulk_orders: tuple[Counted, ...]
    periods: tuple[Flagged, ...]

    @classmethod
    def read(cls, read_models: ReadModels, policy: NoisePolicy = NOISE) -> Self:
        """Count every mark; costs a look at every row."""
        versions: set[str] = set()
        traffic, clicks = View(read_models, TrafficProjection.name), View(read_models, ClicksProjection.name)
        looks: Counter[tuple[str, float]] = Counter()
        for _, looked in clicks.all(LOOKED):
            versions.add(looked.rule_version)
            looks.update((look.mark or "unmarked", look.weight) for look in looked.looks)
        versions |= {mark.rule_version for _, mark in traffic.all(MARKED)}
        orders: Counter[str] = Counter()
        for _, mark in View(read_models, BulkProjection.name).all(BULK):
            versions.add(mark.rule_version)
            orders[mark.why] += 1
        carts = Counter(one.how for one in abandoned_carts(read_models, policy))
        return cls(
            rule_versions=tuple(sorted(versions)) or (policy.rule_version,),
            visits=traffic.count(VISITS),
            verdicts=_verdicts(traffic),
            clicks=tuple(Counted(mark, count, weight) for (mark, weight), count in sorted(looks.items())),
            bounces=clicks.count(BOUNCES),
            carts=tuple(Counted(how, count, policy.carts.weight) for how, count in sorted(carts.items())),
            bulk_orders=tuple(Counted(why, count, 0.0) for why, count in sorted(orders.items())),
            periods=tuple(
                Flagged(one.kind, one.begin * HOUR_S, one.end * HOUR_S, round(one.z, 1), one.name)
                for one in periods(read_models, policy)
            ),
        )


def _verdicts(traffic: View) -> tuple[Verdicts, ...]:
    visitors: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = {}
    weights: dict[str, tuple[float, float]] = {}
    for _, row in traffic.all(VISITORS):
        visitors[row.verdict] += 1
        weights[row.verdict] = row.weight.behaviour, row.weight.orders
        rules.setdefault(row.verdict, Counter()).update(row.rules)
    return tuple(
        Verdicts(verdict, count, *weights[verdict], dict(sorted(rules[verdict].items())))
        for verdict, count in visitors.most_common()
    )
