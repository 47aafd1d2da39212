"""What a touch is worth: slips of the finger, taps told twice, glances, and looks that took their time."""

from typing import Literal

from attrs import frozen

from domain.traffic.policy import ClickRules

Mark = Literal["", "accidental", "short", "engaged", "long", "duplicate_tap", "accidental_add"]


@frozen
class Marked:
    mark: Mark
    weight: float


UNMARKED = Marked("", 1.0)
DUPLICATE = Marked("duplicate_tap", 0.0)
UNDONE = Marked("accidental_add", 0.0)


def by_dwell(engaged_ms: int | None, *, interacted: bool, wanted: bool, rules: ClickRules) -> Marked:
    """Judge a look at a product by how long its page was engaged with; None: nothing told, nothing said.

    `interacted`: something was done on the page. `wanted`: the product went to the cart or to the wish list.
    """
    if engaged_ms is None:
        return Marked("engaged", 1.0) if wanted else UNMARKED
    if engaged_ms < rules.accidental_ms and not interacted and not wanted:
        return Marked("accidental", 0.0)
    if engaged_ms >= rules.long_ms:
        return Marked("long", rules.long)
    if engaged_ms >= rules.short_ms:
        return Marked("engaged", 1.0)
    return Marked("short", 1.0 if wanted else rules.short)


def bounced(pages: int, engaged_ms: int | None, *, interacted: bool, rules: ClickRules) -> bool:
    """Tell whether a session says nothing: one page, known to have been left soon, and nothing done on it."""
    return pages == 1 and engaged_ms is not None and engaged_ms < rules.bounce_ms and not interacted
