"""What became of one place of a slate, as a label to learn from: policy, versioned, never constants.

What came back is labelled by what the return says of taste: see `domain.returns.routing`.
"""

from collections.abc import Mapping
from typing import Literal

from attrs import Factory, frozen

#: In the order in which they say more: a later one replaces an earlier one, never the other way round.
Outcome = Literal["ignored", "click", "cart", "purchase", "return"]
OUTCOMES: tuple[Outcome, ...] = ("ignored", "click", "cart", "purchase", "return")


@frozen
class LabelPolicy:
    """`labels`: how good an outcome is, 0 to 1."""

    version: str = "labels-2"
    labels: Mapping[Outcome, float] = Factory(lambda: {"ignored": 0.0, "click": 0.2, "cart": 0.5, "purchase": 1.0})

    def label(self, outcome: Outcome) -> float:
        """Return the label. Errors: `KeyError` for a return, which speaks for itself."""
        return self.labels[outcome]


LABELS = LabelPolicy()
