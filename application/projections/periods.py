"""Visits by hour, from which the periods are read that were out of the ordinary."""

from collections.abc import Sequence

from application.projections.rows import Collection, Rows, View
from domain.session.session import SessionStarted
from domain.traffic.periods import HOUR_S, Period, flagged
from domain.traffic.policy import NOISE, NoisePolicy
from ports.event_log import ReadModels, Recorded

#: hour since 1970 (ten digits) -> visits that began in it
VISITS_BY_HOUR: Collection[int] = Collection("visits_by_hour", int)


class PeriodsProjection:
    name = "periods"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        hours = [
            f"{int(one.event.started_at.timestamp()) // HOUR_S:010d}"
            for one in batch
            if isinstance(one.event, SessionStarted)
        ]
        rows.prefetch(VISITS_BY_HOUR, hours)
        for hour in hours:
            rows.put(VISITS_BY_HOUR, hour, (rows.get(VISITS_BY_HOUR, hour) or 0) + 1)


def periods(read_models: ReadModels, policy: NoisePolicy = NOISE) -> Sequence[Period]:
    """Return the periods that are flagged, in order of time: planned ones, and anomalies of the visits."""
    rows = View(read_models, PeriodsProjection.name).all(VISITS_BY_HOUR)
    return flagged({int(hour): visits for hour, visits in rows}, policy.periods)
