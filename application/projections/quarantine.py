"""What waits in the quarantine, and what was let out of it: a row for each, and counts."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from application.projections.rows import Collection, Rows, View
from domain.taxonomy.quarantine import EventQuarantined, EventReleased
from ports.event_log import ReadModels, Recorded


class Waiting(msgspec.Struct, omit_defaults=True):
    """`position` is that of the intake log. `since`, `released_at`: when it was set aside and let out.

    `became`: canonical names of its facts, once it was released.
    """

    position: int
    source: str
    reason: str
    field: str
    detail: str
    taxonomy_version: str
    since: datetime
    suggested_name: str = ""
    released_at: datetime | None = None
    became: tuple[str, ...] = ()


QUARANTINED: Collection[Waiting] = Collection("quarantined", Waiting)
#: `reason source` -> how many wait (a source may hold blanks, a reason does not)
COUNTS: Collection[int] = Collection("counts", int)


class QuarantineProjection:
    name = "quarantine"

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        ours = [one for one in batch if isinstance(one.event, EventQuarantined | EventReleased)]
        rows.prefetch(QUARANTINED, (key_of(one.event.intake_position) for one in ours))
        for recorded in ours:
            event, at = recorded.event, recorded.metadata.occurred_at
            key = key_of(event.intake_position)
            known = rows.get(QUARANTINED, key)
            _count(rows, known, -1)
            if isinstance(event, EventQuarantined):
                row = _row(event, at)
                _count(rows, row, 1)
                rows.put(QUARANTINED, key, row)
            elif known is not None:
                rows.put(QUARANTINED, key, msgspec.structs.replace(known, released_at=at, became=event.became))


def key_of(position: int) -> str:
    """Rows stand in the order of the intake log."""
    return f"{position:020d}"


def waiting(
    read_models: ReadModels, *, reason: str = "", source: str = "", after: int = 0, released: bool = False
) -> Iterator[Waiting]:
    """Yield what waits (or, with `released`, what waited), after an intake position and in its order."""
    for _, row in View(read_models, QuarantineProjection.name).all(QUARANTINED, after=key_of(after)):
        wanted = (not reason or row.reason == reason) and (not source or row.source == source)
        if wanted and (row.released_at is not None) is released:
            yield row


def found(read_models: ReadModels, position: int) -> Waiting | None:
    """Return the row of an intake position, None if that never waited."""
    return View(read_models, QuarantineProjection.name).one(QUARANTINED, key_of(position))


def counts(read_models: ReadModels) -> Sequence[tuple[str, str, int]]:
    """Return (source, reason, how many wait), without what is empty."""
    rows = View(read_models, QuarantineProjection.name).all(COUNTS)
    split = ((*key.partition(" ")[::2], count) for key, count in rows if count)
    return [(source, reason, count) for reason, source, count in split]


def _row(event: EventQuarantined, at: datetime) -> Waiting:
    return Waiting(
        event.intake_position,
        event.source,
        event.reason,
        event.field,
        event.detail,
        event.taxonomy_version,
        at,
        event.suggested_name,
    )


def _count(rows: Rows, row: Waiting | None, by: int) -> None:
    if row is not None and row.released_at is None:
        key = f"{row.reason} {row.source}"
        rows.put(COUNTS, key, (rows.get(COUNTS, key) or 0) + by)
