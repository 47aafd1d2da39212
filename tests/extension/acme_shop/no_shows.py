"""How many fittings of each product were booked, and how many were missed."""

from collections.abc import Sequence

from acme_shop.fitting import FittingBooked, FittingMissed
from application.projections.rows import Collection, Rows
from ports.event_log import Recorded

#: by product: booked, missed
COUNTS: Collection[tuple[int, int]] = Collection("counts", tuple[int, int])


class NoShows:
    name = "acme_shop.no_shows"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        for event in (one.event for one in batch):
            if isinstance(event, FittingBooked | FittingMissed):
                booked, missed = rows.get(COUNTS, event.product_id) or (0, 0)
                late = isinstance(event, FittingMissed)
                rows.put(COUNTS, event.product_id, (booked + (not late), missed + late))
