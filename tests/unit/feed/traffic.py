"""A shop's traffic in counts, as the read model would hold it: visits by hour and weekday, each of several events."""

import numpy as np
from numpy.typing import NDArray

from application.watch.series import Series
from domain.feed.policy import SLOTS_A_DAY

NAMES = ("page_viewed", "product_added_to_cart", "product_clicked", "product_viewed")
CLICKED, VIEWED = NAMES.index("product_clicked"), NAMES.index("product_viewed")
SHARES = (0.45, 0.05, 0.15, 0.35)
FIELDS = ("product_viewed.brand_id", "product_viewed.unit_price")
PRICE = FIELDS.index("product_viewed.unit_price")
#: How often brand and price are missing on an ordinary day.
MISSING = (0.1, 0.01)
#: A visit is eight events long on average, told over twenty minutes.
EVENTS_A_VISIT, SLOTS_A_VISIT = 8.0, 4

Counts = NDArray[np.int64]


def traffic(days: int, visits: float, seed: int) -> tuple[Counts, Counts]:
    """Return events [4, slots] and nulls [2, slots]; `visits`: begun in five minutes on average.

    Nights are a sixth of noon, weekends two fifths above the week, and every day is 10 % up or down as a whole.
    """
    dice, slots = np.random.default_rng(seed), days * SLOTS_A_DAY
    at = np.arange(slots)
    by_hour = 1 + 0.7 * np.sin(2 * np.pi * at / SLOTS_A_DAY - 2)
    by_day = np.where(at // SLOTS_A_DAY % 7 >= 5, 1.4, 1.0) * np.exp(dice.normal(0, 0.1, days))[at // SLOTS_A_DAY]
    events, nulls = np.zeros((len(NAMES), slots), np.int64), np.zeros((len(FIELDS), slots), np.int64)
    for slot, begun in enumerate(dice.poisson(visits * by_hour * by_day)):
        lengths = dice.geometric(1 / EVENTS_A_VISIT, begun)
        for later in range(min(SLOTS_A_VISIT, slots - slot)):
            mix = dice.multinomial(dice.binomial(lengths, 1 / SLOTS_A_VISIT).sum(), SHARES)
            events[:, slot + later] += mix
            nulls[:, slot + later] += dice.binomial(mix[VIEWED], MISSING)
    return events, nulls


def series(events: Counts, nulls: Counts, start: int = 0) -> Series:
    """Return them as those of the source `web`, of which everything is known."""
    return Series("web", start, 0, NAMES, events, FIELDS, np.full(len(FIELDS), VIEWED), nulls)
