"""What became of one place of a slate, as a label to learn from (`domain.md` §5.4): policy, versioned, never constants.

A return is not a bare negative: what did not fit was wanted, what did not please was not.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from attrs import Factory, frozen

from domain.returns.signal import Signal

#: In the order in which they say more: a later one replaces an earlier one, never the other way round.
Outcome = Literal["ignored", "click", "cart", "purchase", "return"]
OUTCOMES: tuple[Outcome, ...] = ("ignored", "click", "cart", "purchase", "return")


@frozen
class LabelPolicy:
    """`labels`: how good an outcome is, 0 to 1. `returned`: what a return of each kind of signal leaves of it."""

    version: str = "labels-1"
    labels: Mapping[Outcome, float] = Factory(lambda: {"ignored": 0.0, "click": 0.2, "cart": 0.5, "purchase": 1.0})
    returned: Mapping[str, float] = Factory(
        lambda: {
            "fit": 1.0,
            "bracket": 1.0,
            "fulfilment": 0.7,
            "price": 0.6,
            "product_quality": 0.5,
            "catalog_quality": 0.5,
            "order_error": 0.5,
            "unknown": 0.3,
            "changed_mind": 0.2,
            "taste": 0.0,
            "abuse": 0.0,
        }
    )

    def label(self, outcome: Outcome, signals: Iterable[Signal] = ()) -> float:
        """Return the label. Of several signals of a return the worst counts; none at all is `unknown`."""
        if outcome != "return":
            return self.labels[outcome]
        return min((self.returned[one.kind] for one in signals), default=self.returned["unknown"])


LABELS = LabelPolicy()
