"""The upkeep of the lake: what was forgotten is removed, small parts become large ones, what nobody lists is deleted.

Each of the three may be interrupted anywhere and done again, by any number of processes beside a running journal.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec
from attrs import field, frozen

from application.lake.listing import FOLLOWER, FORGETTING, JOURNAL, LEAVING, PARTS, Listing, Name, listing
from application.lake.sorting import Sorted, sort
from application.projections.rows import Collection
from ports.clock import Clock
from ports.event_log import Advance, Commit, EventLog, PositionConflict, ReadModels, RowChange
from ports.lake import Lake, LakeDamaged, Part

#: (parts taken together so far, how many there are to take, the day)
Progressed = Callable[[int, int, str], None]
Keyed = tuple[str, Part]


@frozen
class Upkeep:
    """`least`: so many small parts of a day become one. `full`: a part with so many rows is not small.

    `grace_s`: for so long a file that is no longer listed is kept for whoever still reads it.
    """

    lake: Lake
    log: EventLog
    read_models: ReadModels
    clock: Clock
    least: int = field(default=8)
    full: int = 1_000_000
    grace_s: float = 3_600.0

    def listing(self) -> Listing:
        return listing(self.log, self.read_models, JOURNAL)

    def run(self) -> None:
        """Do what there is to do. To be called every minute or so."""
        self.erase()
        self.compact()
        self.sweep()

    def erase(self) -> int:
        """Remove the rows of whom the journal says that they are to be forgotten; return how many orders that were.

        The order stands until no file has such a row, so a process that dies in between leaves it to the next one.
        What a compaction has replaced goes without grace: whoever reads it begins anew with another list.
        """
        done: set[str] = set()
        while (found := self.listing()).forgetting():
            gone = found.forgetting()
            if not self._rewritten(found, gone):
                continue
            here = self.files()
            self.lake.remove([*here.dead, *here.leaving])
            orders = [(one.model, key) for one in found.chapters.values() for key in one.forgetting]
            changes = [RowChange(model, FORGETTING.name, key, None) for model, key in orders]
            changes += [_change(here.listing.model, LEAVING, file) for file in here.leaving]
            if self._commit(self.log.position(FOLLOWER), changes):
                done |= {f"{model}/{key}" for model, key in orders}
        return len(done)

    def compact(self, progressed: Progressed = lambda _at, _of, _day: None, least: int = 0) -> int:
        """Make one part of many small ones of a day that follow each other; return how many were replaced.

        The rows are the same before and after, in the same order. `least`: other than the usual.
        """
        replaced = 0
        while run := next(iter(runs((found := self.listing()), least or self.least, self.full)), ()):
            waiting = sum(map(len, runs(found, least or self.least, self.full)))
            day = run[0][1].day
            progressed(replaced, replaced + waiting, day)
            name = str(_together(found, run))
            try:
                part = self.lake.compact(day, name, [part for _, part in run], {})
            except LakeDamaged:
                if self.listing().epoch == found.epoch:
                    raise
                continue
            changes = [_change(found.model, PARTS, key) for key, _ in run]
            until = self.clock.now().timestamp() + self.grace_s
            changes += [_change(found.model, LEAVING, one.name, until) for _, one in run]
            if part is not None:
                changes.append(_change(found.model, PARTS, f"{day}/{name}", part))
            if self._commit(found.epoch, changes):
                replaced += len(run)
        progressed(replaced, replaced, "")
        return replaced

    def files(self) -> Sorted:
        """Say of every file that is not listed what it is."""
        return sort(self.lake, self.log, self.read_models, JOURNAL)

    def sweep(self) -> Sequence[str]:
        """Delete what nobody lists, writes or may still be reading; return the names.

        What was listed once, what is not ours, and what a rebuild wrote that nobody went on with, goes a grace after it
        was first seen unlisted.
        """
        here, now = self.files(), self.clock.now().timestamp()
        waiting = {**here.building, **here.leaving}
        outlived = [file for file, until in waiting.items() if until is not None and until <= now]
        swept = [*here.dead, *outlived]
        self.lake.remove(swept)
        changes = [_change(here.listing.model, LEAVING, file) for file in (*outlived, *here.gone)]
        changes += [
            _change(here.listing.model, LEAVING, file, now + self.grace_s)
            for file, until in waiting.items()
            if until is None
        ]
        if changes:
            self._commit(here.listing.epoch, changes)  # where another upkeep came between, the next sweep notes it
        return sorted(swept)

    def _rewritten(self, found: Listing, gone: Mapping[str, frozenset[str]]) -> bool:
        """Have no listed part hold a row that is to go; False if the list changed meanwhile."""
        changes = []
        try:
            for chapter in found.chapters.values():
                keys = {part.name: key for key, part in chapter.parts.items()}
                for part in self.lake.holding(list(chapter.parts.values()), gone):
                    name = str(_together(found, [(keys[part.name], part)]))
                    left = self.lake.compact(part.day, name, [part], gone)
                    changes.append(_change(chapter.model, PARTS, keys[part.name]))
                    if left is not None:
                        changes.append(_change(chapter.model, PARTS, f"{part.day}/{name}", left))
        except LakeDamaged:
            if self.listing().epoch == found.epoch:
                raise
            return False
        return not changes or self._commit(found.epoch, changes)

    def _commit(self, epoch: int, changes: Sequence[RowChange]) -> bool:
        """Change the list if no other upkeep has since this epoch."""
        try:
            self.log.commit(Commit(rows=changes, advances=[Advance(FOLLOWER, epoch, epoch + 1)]))
        except PositionConflict:
            return False
        return True


def runs(found: Listing, least: int, full: int) -> Iterator[Sequence[Keyed]]:
    """Yield parts of one day that follow each other, none of them full, and that are enough to be taken together."""
    keyed = sorted(found.chapters[found.live].parts.items())
    for (_, small), group in groupby(keyed, key=lambda one: (one[1].day, one[1].rows < full)):
        run: list[Keyed] = []
        for one in group if small else ():
            run.append(one)
            if len(run) > 1 and sum(part.rows for _, part in run) >= full:
                yield run
                run = []
        if len(run) >= max(least, 2):
            yield run


def _together(found: Listing, run: Sequence[Keyed]) -> Name:
    """Return the name of what the next commit of the upkeep makes of some parts."""
    names = [Name.of(part.name) for _, part in run]
    assert all(names)
    covered = [(name.generation, name.first, name.last) for name in names if name is not None]
    return Name(covered[0][0], covered[0][1], covered[-1][2], found.epoch + 1)


def _change(model: str, collection: Collection[Any], key: str, value: Any = None) -> RowChange:
    return RowChange(model, collection.name, key, None if value is None else msgspec.json.encode(value))
