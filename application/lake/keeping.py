"""What the journal hears goes into the lake: parts in the commit of its position, each version once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from attrs import frozen

from application.features.columns import columns_of
from application.features.touch import Observation
from application.journal.listening import Forgotten
from application.lake.listing import FORGETTING, PARTS, Name
from application.projections.rows import Rows
from ports.lake import Lake


@frozen
class Keeper:
    """Writes a part, then lists it in the journal's commit. What a crash leaves between is not on the list."""

    lake: Lake

    def heard(
        self, observations: Sequence[Observation], forgotten: Forgotten | None, rows: Rows, after: int, to: int
    ) -> None:
        """File what the journal tells, and order to forget whom it names; see `Listener`. Errors: as `keep`."""
        if forgotten is not None:
            whose = {forgotten.person, *forgotten.customers}
            gone = {"customer": whose, "visitor": whose, "account": whose, "id": forgotten.observations}
            self.forget(rows, after + 1, gone | {"session": frozenset(forgotten.sessions)})
        self.keep(observations, rows, after, to)

    def keep(self, observations: Sequence[Observation], rows: Rows, after: int, to: int) -> None:
        """File the versions that the events with a position above `after`, up to `to`, made: a part for each day.

        The day is that (UTC) on which they were known: what comes late does not touch the days that are full already.
        Order: as given, which has to be that of the log. Idempotent: the same call makes the same parts. Errors:
        `ValueError` for a version of another position, and as `Lake.write`.
        """
        generation = int(rows.model.rpartition("#")[2])
        days: dict[str, list[Observation]] = {}
        for one in observations:
            if not after < one.position <= to:
                raise ValueError(f"column 'position' of row {one.id!r}: {one.position} is not in {after + 1} to {to}")
            days.setdefault(day_of(one), []).append(one)
        name = str(Name(generation, after + 1, to))
        for day, theirs in sorted(days.items()):
            rows.put(PARTS, f"{day}/{name}", self.lake.write(day, name, columns_of(theirs)))

    def forget(self, rows: Rows, position: int, values: Mapping[str, Iterable[str]]) -> None:
        """Order that every row goes which has one of the values in a column: also of parts in this very commit.

        `position`: of the event that says so. The rows are there until the upkeep carries it out (`Upkeep.erase`),
        which whoever reads waits for; a rebuild, which comes by every erasure again, so rewrites the lake once.
        """
        order = {column: tuple(sorted(set(some))) for column, some in values.items()}
        rows.put(FORGETTING, f"{position:015d}", {column: some for column, some in order.items() if some})


def day_of(observation: Observation) -> str:
    """Return the day under which a version is filed. Errors: `ValueError` if its time is none."""
    try:
        return datetime.fromtimestamp(observation.known, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"column 'known' of row {observation.id!r}: {observation.known!r} is no time") from None
