"""An event that ends the process that handles it must not end the next one for ever.

A canonicaliser says that it is at work, and that it ended well. One that finds that the one before did not end takes
what came next in small parts, with a durable mark before each: a part that is still marked at the next start is taken
one by one, and an event that was alone when the process ended, eight times running, is set aside unread. Eight times,
for processes are ended from outside too, and then no event is at fault: with three, random kills of a busy
worker hit innocent ones. A start after a good end costs one commit.
"""

from attrs import define, field, frozen

from application.projections.rows import Collection, Rows

PART = 64
#: How often an event may end a process alone.
MOST_ALONE = 8


@frozen
class Mark:
    """`part`, `alone`: position after which a part, or one event, is being taken; -1: none. `tries`: of the latter."""

    at_work: bool = False
    part: int = -1
    alone: int = -1
    tries: int = 0


MARKS: Collection[Mark] = Collection("marks", Mark)
_KEY = "now"


@frozen
class Turn:
    """How many events may be taken. `set_aside`: the first of them is not to be looked at."""

    limit: int
    set_aside: bool = False


@define
class Caution:
    """`batch`, where it is asked for: how many events are taken at a time when nothing is suspected."""

    _before: Mark | None = field(init=False, default=None)
    _until: int = field(init=False, default=-1)
    _written: Mark = field(init=False, default=Mark())

    @property
    def begun(self) -> bool:
        return self._before is not None

    def begin(self, rows: Rows, position: int, batch: int) -> None:
        """Look how the last one ended, and put the first mark into `rows`, to be committed before anything is taken."""
        self._before = rows.get(MARKS, _KEY) or Mark()
        if self._before.at_work:
            self._until = position + batch
        self._put(rows, self._mark(position))

    def turn(self, position: int, batch: int) -> Turn:
        """Return what may be taken after a position whose mark is durable."""
        assert self._before is not None
        mark = self._mark(position)
        if mark.alone >= 0:
            return Turn(1, set_aside=mark.tries > MOST_ALONE)
        return Turn(min(PART, batch) if mark.part >= 0 else batch)

    def go_on(self, rows: Rows, to: int) -> None:
        """Put the mark of the next turn into `rows`, to be committed with this one; mostly there is nothing to put."""
        self._put(rows, self._mark(to))

    def end(self, rows: Rows) -> None:
        """Put into `rows` that it ended well."""
        self._put(rows, Mark())

    def _mark(self, position: int) -> Mark:
        assert self._before is not None
        if position >= self._until:
            return Mark(at_work=True)
        part = self._before.part
        if 0 <= part <= position < part + PART:
            tries = self._before.tries if self._before.alone == position else 0
            return Mark(at_work=True, part=part, alone=position, tries=tries + 1)
        return Mark(at_work=True, part=position)

    def _put(self, rows: Rows, mark: Mark) -> None:
        if mark != self._written:
            rows.put(MARKS, _KEY, mark)
            self._written = mark
