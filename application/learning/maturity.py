"""What a purchase says of taste while it may still come back: a provisional label, until the return window is over.

Whoever wants final labels only leaves out what is not final yet; whoever wants the newest purchases too weighs them by
the chance that such things are kept.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Literal

from attrs import Factory, frozen

from application.features.touch import Touch
from domain.returns.routing import ROUTING, RoutingPolicy

LabelKind = Literal["provisional", "matured"]


@frozen
class KeepRates:
    """Of each category, when purchases became final (Unix seconds, rising) and how many of those so far were kept."""

    policy: RoutingPolicy = ROUTING
    _final: Mapping[str, tuple[Sequence[float], Sequence[int]]] = Factory(dict)

    @classmethod
    def of(
        cls, orders: Iterable[Sequence[Touch]], categories: Mapping[str, str], policy: RoutingPolicy = ROUTING
    ) -> "KeepRates":
        """Count purchases, and what came back, in touches that stand together. `categories`: by product."""
        window, became = policy.matures_after.total_seconds(), dict[str, list[tuple[float, int]]]()
        for touches in orders:
            back = {touch.product for touch in touches if touch.action == "return"}
            for touch in touches:
                if touch.action == "purchase":
                    entry = touch.at + window, int(touch.product not in back)
                    became.setdefault(categories.get(touch.product, ""), []).append(entry)
        return cls(policy, {category: _running(entries) for category, entries in became.items()})

    def rate(self, category: str, at: float) -> float:
        """Return the chance that something of a category is kept, from what was final at a moment (Unix seconds)."""
        times, kept = self._final.get(category, ((), ()))
        count = bisect_right(times, at)
        a, b = self.policy.kept
        return (a + (kept[count - 1] if count else 0)) / (a + b + count)


@frozen
class Maturing:
    """How purchases are labelled. `categories`: by product."""

    kind: LabelKind = "provisional"
    rates: KeepRates = Factory(KeepRates)
    categories: Mapping[str, str] = Factory(dict)

    @property
    def window(self) -> float:
        """Seconds after which a purchase is final."""
        return self.rates.policy.matures_after.total_seconds()

    def provisional(self, product: str, at: float) -> float:
        """Return the label of a purchase made at a moment while it is not final; 0 is no example."""
        return 0.0 if self.kind == "matured" else self.rates.rate(self.categories.get(product, ""), at)

    def since(self, touch: Touch) -> float:
        """Return from when (Unix seconds) the final label of a purchase may be used, infinity if it has none yet."""
        settled = touch.settled or inf
        return max(settled, touch.at + self.window) if self.kind == "matured" else settled


def _running(entries: list[tuple[float, int]]) -> tuple[Sequence[float], Sequence[int]]:
    entries.sort()
    total, kept = 0, []
    for _, one in entries:
        total += one
        kept.append(total)
    return [at for at, _ in entries], kept
